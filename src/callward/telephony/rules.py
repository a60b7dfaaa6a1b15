"""What a call should have left behind, and what explains that it did not."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.recordings.states import SEALED, RecordingState
from callward.telephony.errors import MalformedNetworkError
from callward.telephony.states import ALARMS, Explanation, GateWord, RecordingFate

if TYPE_CHECKING:
    from collections.abc import Iterable

_STATE_OF_FATE = {
    RecordingFate.STORED: RecordingState.STORED,
    RecordingFate.DEGRADED: RecordingState.DEGRADED,
    RecordingFate.REFUSED: RecordingState.REFUSED,
    RecordingFate.BLOCKED: RecordingState.BLOCKED,
    RecordingFate.ABSENT: RecordingState.ABSENT,
    RecordingFate.FAILED: RecordingState.FAILED,
}


def state_of(fate: RecordingFate) -> RecordingState:
    """The state that a recording has when it comes in with this fate."""
    return _STATE_OF_FATE[fate]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTrace:
    """Everything that three independent sources say about one call.

    `ledger_fate` is what the call's own ledger says, `state` what the recordings' table says,
    `has_object` whether the vault can open something. None: that source knows nothing of it.
    """

    answered: bool
    ledger_sound: bool = True
    ledger_fate: RecordingFate | None = None
    paused: bool = False
    stopped: bool = False
    required: bool = True  # the policy wants a recording of a call like this one
    collected: bool = True
    spool_waits: bool = False
    overdue: bool = False  # the spool waits longer than any collection takes
    state: RecordingState | None = None
    has_object: bool = False
    destroyed: bool = False
    quarantined: bool = False


def explain(trace: CallTrace) -> Explanation:
    """Why a call has a recording or none; nothing asked for is silently missing."""
    if not trace.collected:
        return _uncollected(trace)
    if not trace.ledger_sound:
        return Explanation.QUARANTINED if trace.quarantined else Explanation.LEDGER_BROKEN
    if trace.ledger_fate is None:
        return Explanation.LEDGER_MISSING if trace.answered else Explanation.NOT_ANSWERED
    if trace.ledger_fate in {RecordingFate.STORED, RecordingFate.DEGRADED}:
        return _recorded(trace)
    return _unrecorded(trace)


def _uncollected(trace: CallTrace) -> Explanation:
    if not trace.spool_waits:
        return Explanation.LOST_CALL
    return Explanation.CAME_LATE if trace.overdue else Explanation.WAITING


def _recorded(trace: CallTrace) -> Explanation:
    if trace.destroyed:
        return Explanation.DESTROYED
    if not trace.has_object:
        return Explanation.QUARANTINED if trace.quarantined else Explanation.LOST_RECORDING
    if trace.state is RecordingState.FAILED:
        return Explanation.CANNOT_BE_DECODED
    if trace.state is RecordingState.DEGRADED or trace.ledger_fate is RecordingFate.DEGRADED:
        return Explanation.DEGRADED
    if trace.stopped:
        return Explanation.STOPPED
    return Explanation.RECORDED_WITH_PAUSE if trace.paused else Explanation.RECORDED


def _unrecorded(trace: CallTrace) -> Explanation:
    if trace.has_object or trace.state in SEALED:
        return Explanation.KEPT_THOUGH_REFUSED
    match trace.ledger_fate:
        case RecordingFate.REFUSED:
            return Explanation.REFUSED
        case RecordingFate.BLOCKED:
            return Explanation.BLOCKED
        case RecordingFate.FAILED:
            return Explanation.LOST_RECORDING
        case _:
            return _absent(trace)


def _absent(trace: CallTrace) -> Explanation:
    if not trace.answered:
        return Explanation.NOT_ANSWERED
    return Explanation.LOST_RECORDING if trace.required else Explanation.NOT_FOR_RECORDING


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """One day in figures; `calls` is always the sum of the other three."""

    calls: int
    recorded: int
    explained: int
    alarms: int


_WHOLE = frozenset({Explanation.RECORDED, Explanation.RECORDED_WITH_PAUSE, Explanation.STOPPED})


def count(explanations: Iterable[Explanation]) -> DayCount:
    """Count a day: whole recordings, explained gaps, alarms."""
    found = list(explanations)
    recorded = sum(each in _WHOLE for each in found)
    alarms = sum(each in ALARMS for each in found)
    return DayCount(
        calls=len(found), recorded=recorded, explained=len(found) - recorded - alarms, alarms=alarms
    )


def is_gap(explanation: Explanation) -> bool:
    """Whether a call of a day has no whole recording."""
    return explanation not in _WHOLE


def may_show_number(*, outbound: bool, gate: GateWord) -> bool:
    """S-03: on a call out nothing personal shows before the answer is written down."""
    silent = {GateWord.RINGING, GateWord.NOT_TOLD, GateWord.TOLD, GateWord.ASKED}
    return not outbound or gate not in silent


def networks(text: str) -> tuple[str, ...]:
    """The addresses and networks of a text, one a line; raises MalformedNetworkError."""
    found = []
    for line in text.replace(",", "\n").split():
        try:
            found.append(str(ipaddress.ip_network(line, strict=False)))
        except ValueError:
            raise MalformedNetworkError(text=line[:40]) from None
    return tuple(dict.fromkeys(found))
