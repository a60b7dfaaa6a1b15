"""What the house side of the phone line takes and gives: plain values, no rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, time

    from callward.kernel.references import Ref
    from callward.line.states import Entry
    from callward.telephony.states import (
        CallOutcome,
        Explanation,
        GateWord,
        NobodyThere,
        PresenceState,
        PromptSource,
        RecordingFate,
        RingBackKind,
        Strategy,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkFacts:
    """One carrier; a secret of None keeps the one that is there."""

    name: str
    host: str
    port: int
    allow: tuple[str, ...]
    account: str = ""
    secret: str | None = field(default=None, repr=False)
    registers: bool = False
    early_media: bool = False
    in_band_digits: bool = False
    takes_refer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkView:
    """One carrier, without its secret."""

    ref: Ref
    name: str
    host: str
    port: int
    allow: tuple[str, ...]
    account: str
    registers: bool
    early_media: bool
    in_band_digits: bool
    takes_refer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """Agents who answer one kind of call."""

    name: str
    title: str
    strategy: Strategy
    ring_seconds: int
    wait_seconds: int
    nobody: NobodyThere
    phones: tuple[Ref, ...]
    always_open: bool = False
    takes_unrecorded: bool = False
    takes_officer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """One queue with the extensions in it."""

    ref: Ref
    facts: QueueFacts
    extensions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """One number that people dial."""

    number: str
    queue_ref: Ref
    trunk_ref: Ref | None = None
    languages: tuple[str, ...] = ()
    officer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """One number and where it leads."""

    ref: Ref
    facts: NumberFacts
    queue_title: str
    trunk_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """One agent's phone."""

    phone: str
    allow: tuple[str, ...] = ()
    address: str = ""
    port: int = 5060


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneView:
    """One agent's phone and how its agent is now."""

    ref: Ref
    facts: PhoneFacts
    presence: PresenceState
    since: datetime | None
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhone:
    """A phone just made, with its secret, which is shown once and never again."""

    ref: Ref
    phone: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanView:
    """One span of one weekday."""

    ref: Ref
    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedView:
    """One closed day; a public holiday has no reference, since nobody typed it."""

    ref: Ref | None
    day: date
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFacts:
    """How calls of a controller are made."""

    trunk_ref: Ref | None
    shown_number: str
    ring_seconds: int
    voicemail_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptView:
    """One prompt in one language: its words, whose voice speaks them, and its hash."""

    key: str
    language: str
    text: str
    source: PromptSource | None  # None: nobody speaks it yet
    sha256: str
    outdated: bool = False  # a studio recording of words that the policy no longer says
    uploaded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerWord:
    """One line of a call's ledger, for the screen."""

    entry: Entry
    at: datetime
    second: float | None  # of the recording, where the line lies inside it
    facts: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpView:
    """How a call was closed."""

    outcome: CallOutcome
    purpose: str
    contains_complaint: bool
    case: str
    hold_ref: Ref | None
    remark: str
    user_ref: Ref
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCallView:
    """What the phone line knows of one call."""

    ref: Ref
    call_ref: Ref | None
    recording_ref: Ref | None
    fate: RecordingFate | None
    fault: str
    evidence: str
    officer: bool
    reason: str
    reference: str
    redirects: tuple[str, ...]
    ledger_head: str
    copied_at: datetime | None
    words: tuple[LedgerWord, ...] = ()
    wrap_up: WrapUpView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBackView:
    """Somebody who waits to be rung back."""

    ref: Ref
    line_call_ref: Ref
    kind: RingBackKind
    queue: str
    number: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitView:
    """A permit to dial, as the line is told of it."""

    ref: Ref
    phone_ref: Ref
    number: str
    controller: str
    reason: str
    reference: str
    language: str
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCallView:
    """One call at the desk; number and reference are empty until they may be shown (S-03)."""

    ref: Ref
    outbound: bool
    queue: str
    language: str
    gate: GateWord
    gate_since: datetime
    pause_reason: str
    began_at: datetime
    ended_at: datetime | None
    reason: str
    reference: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapView:
    """One call of a day without a whole recording."""

    ref: Ref
    line_call_ref: Ref
    call_ref: Ref | None
    started_at: datetime
    why: Explanation
    alarm: bool
    judged_at: datetime | None
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """One counted day."""

    ref: Ref
    day: date
    calls: int
    recorded: int
    explained: int
    alarms: int
    open_alarms: int
    counted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStatus:
    """How the running line says it is."""

    calls: int
    recording: int
    faults: tuple[tuple[str, str], ...]  # controller and code: what stands against recording
    reached: frozenset[str] = frozenset()  # the phones that can be rung now, by reference


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCall:
    """A call that the line says to have begun, and under which name it would be in the spool."""

    ref: Ref
    recording: Ref


@dataclass(slots=True, kw_only=True)
class Collected:
    """What one look into the spool did."""

    taken_in: int = 0
    without_audio: int = 0
    repeated: int = 0
    salvaged: int = 0
    quarantined: int = 0
    waiting: int = 0
    lost: int = 0

    @property
    def moved(self) -> bool:
        """Whether anything was done."""
        return bool(self.taken_in or self.without_audio or self.repeated or self.quarantined)
