"""What retention takes and gives: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.kernel import calendar

if TYPE_CHECKING:
    from datetime import date, datetime

    from callward.kernel.references import Ref
    from callward.retention.states import DisposalKind, HoldState, Rule, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where a recording is sealed to, and when it ends."""

    epoch: str
    due_at: datetime | None
    floor_until: datetime | None
    activity: str
    policy_id: str
    start_event: str
    zone: str
    period: str = ""

    def is_past_due(self, at: datetime) -> bool:
        """Whether it may not be stored at all (D-17)."""
        return self.due_at is not None and self.due_at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A recording that has just been sealed to the epoch of its plan."""

    ref: Ref
    controller_ref: Ref
    plan: Plan
    started_at: datetime
    mark: str = ""  # what a second copy would show: "sha256:<hex>" of the captured bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A kept row that no key ends, as a hold sees it."""

    ref: Ref
    controller_ref: Ref
    activity: str  # the name of its kind
    policy_id: str
    began_at: datetime
    due: bool  # past its end, holds aside


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """One legal hold, as the console and the command show it."""

    ref: Ref
    controller_ref: Ref
    reason: str
    case: str
    owner_ref: Ref
    state: HoldState
    placed_at: datetime
    review_on: date
    ends_at: datetime | None
    items: int
    asked_at: datetime | None = None
    asked_by: str = ""
    passes_at: datetime | None = None
    overdue: bool = False
    waits_for_case: bool = False  # its end is counted from the end of its case, still to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an item is still here: the rule, the day, and the values its sentence is filled with."""

    ref: Ref
    rule: Rule
    due_at: datetime | None
    period: str
    start_event: str
    started_at: datetime
    zone: str
    policy_id: str
    holds: tuple[HoldView, ...] = ()

    @property
    def due_on(self) -> date | None:
        """The civil day, where the controller is, on which it is gone."""
        if self.due_at is None:
            return None
        return calendar.local_day(self.due_at, zone=calendar.zone_named(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLine:
    """One item that a run left because of a hold."""

    ref: Ref
    hold_ref: Ref
    reason: str
    case: str
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """What a run would destroy together; rows alone have no epoch."""

    controller_ref: Ref
    kind: str
    epoch: str
    rule: Rule
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a run at this instant would destroy and leave; `counted` is the second count (D-05)."""

    at: datetime
    due: int
    counted: int
    lines: tuple[DueLine, ...] = ()
    held: tuple[HeldLine, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether both counts say the same."""
        return self.due == self.counted


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """One signed certificate."""

    ref: Ref
    controller_ref: Ref
    kind: DisposalKind
    what: str  # the name of its kind
    count: int
    rule: str
    made_at: datetime
    final_after: datetime
    residue_bytes: int
    document: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalRunView:
    """What one run found, destroyed and left."""

    ref: Ref
    state: RunState
    started_at: datetime
    finished_at: datetime | None
    due: int
    destroyed: int
    held: int
    overdue_after: int
    residue_bytes: int
    certificates: tuple[Ref, ...] = ()
    held_items: tuple[HeldLine, ...] = ()
