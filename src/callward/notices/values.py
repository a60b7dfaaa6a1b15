"""What this room hands out: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from callward.kernel.references import Ref
    from callward.notices.states import ArchiveFault, NoticeVersionState
    from callward.policy.vocabulary import AnnounceChange
    from callward.texts.states import Format, NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeVersionView:
    """One version of a controller's notices, as screens and commands show it."""

    ref: Ref
    controller_ref: Ref
    policy_id: str
    version: str
    label: str
    reworded: bool
    languages: tuple[str, ...]
    effective_on: date
    state: NoticeVersionState
    drafted_at: datetime
    drafted_by: str
    asked_at: datetime | None
    asked_by: str
    passes_at: datetime | None
    officer_told_at: datetime | None
    approved_at: datetime | None
    approved_by: str
    publish_at: datetime | None
    blocked_by: tuple[str, ...]
    published_at: datetime | None
    published_by: str
    withdrawn_at: datetime | None

    @property
    def is_published(self) -> bool:
        """Whether people read it, now or in the archive."""
        return self.published_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """One archived document without its bytes."""

    kind: NoticeKind
    language: str
    format: Format
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementView:
    """One place that a change was announced to."""

    ref: Ref
    channel: AnnounceChange
    place: str
    made_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far an announcement has come; contacts of a channel that nothing sends to yet."""

    places: int
    acknowledged: int
    contacts: Mapping[AnnounceChange, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """What the site says of a change: which version comes or came, and on which day."""

    label: str
    version: str
    effective_on: date
    previous_label: str
    coming: bool
    reworded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDue:
    """When the terms have to be looked at again, by the policy's own period (S-13)."""

    last_looked_at: datetime
    due_on: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFinding:
    """One archived document that is not what it has to be."""

    version: str
    kind: str
    language: str
    format: str
    fault: ArchiveFault


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveReport:
    """What the check of the archive looked at, and what it found."""

    editions: int
    documents: int
    rendered: int
    faults: tuple[ArchiveFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether every byte is what was published."""
        return not self.faults
