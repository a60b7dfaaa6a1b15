"""What intake takes and gives: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from callward.intake.states import DeliveryState, Outcome, QuarantineReason, QuarantineState
    from callward.kernel.references import Ref


@dataclass(slots=True, kw_only=True)
class IntakeReport:
    """What one look into a folder found and did."""

    taken_in: int = 0
    finished: int = 0  # kept before a crash; only the source was left to delete
    duplicates: int = 0
    quarantined: dict[QuarantineReason, int] = field(default_factory=dict)
    waiting: int = 0
    past_due: int = 0
    tombstoned: int = 0
    absent: int = 0
    call_records: int = 0
    unanswered: int = 0
    bytes_taken_in: int = 0
    recordings: list[Ref] = field(default_factory=list)
    certificates: list[Ref] = field(default_factory=list)

    @property
    def moved(self) -> bool:
        """Whether anything at all was done."""
        return bool(
            self.taken_in
            or self.finished
            or self.duplicates
            or self.quarantined
            or self.past_due
            or self.tombstoned
            or self.absent
            or self.call_records
        )

    def as_json(self) -> Mapping[str, int | dict[str, int]]:
        """The counts, for a command's `--json`."""
        return {
            "taken_in": self.taken_in,
            "finished": self.finished,
            "duplicates": self.duplicates,
            "quarantined": {str(reason): count for reason, count in self.quarantined.items()},
            "waiting": self.waiting,
            "past_due": self.past_due,
            "tombstoned": self.tombstoned,
            "absent": self.absent,
            "call_records": self.call_records,
            "unanswered": self.unanswered,
            "bytes_taken_in": self.bytes_taken_in,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one uploaded recording."""

    outcome: Outcome
    ref: Ref | None = None  # of the recording, or of the quarantined arrival
    reason: QuarantineReason | None = None
    certificate_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationView:
    """One signed source declaration."""

    ref: Ref
    controller_ref: Ref
    system: str
    account: str
    line: str
    greeting: str
    directions: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime | None
    signed_by: Ref
    signed_at: datetime
    withdrawn_at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """One delivery, for the source that made it."""

    ref: Ref
    recording_ref: Ref
    recording_id: str
    state: DeliveryState
    received_at: datetime
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedView:
    """One quarantined arrival, for the screen; `sentence` waits for translation."""

    ref: Ref
    controller_ref: Ref
    reason: QuarantineReason
    sentence: str
    state: QuarantineState
    kind: str
    size: int
    sealed: bool
    arrived_at: datetime
    due_at: datetime | None
    conflicts_with: Ref | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list, and where the next one begins (None: this was the last)."""

    rows: tuple[DeliveryView, ...]
    after: Ref | None
