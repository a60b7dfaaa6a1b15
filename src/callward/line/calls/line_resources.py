"""What every call of the line shares: SIP, audio, spool, time, agents, and who listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.agent_availability import AgentAvailability
from callward.line.errors import SpoolKeyMissingError
from callward.line.ports import SpoolKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.call_ledger import Fact
    from callward.line.calls.call import Call
    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.calls.internal_call import InternalCall
    from callward.line.calls.participant import Participant
    from callward.line.ports import MediaPlane, SipSide, Spool, Timers
    from callward.line.snapshot import Snapshot
    from callward.line.states import CallEvent


@dataclass(slots=True, kw_only=True)
class LineResources:
    """The ports and the people; one for the whole line."""

    snapshot: Snapshot
    sip: SipSide = field(init=False)  # plugged in once both sides stand
    media: MediaPlane
    spool: Spool
    timers: Timers
    announce: Callable[[CallEvent, dict[str, Fact | None]], None]
    internals: list[InternalCall] = field(default_factory=list)
    profile: dict[str, ControllerProfile] = field(default_factory=dict)
    steady: Callable[[], float] = clock.stopwatch
    availability: AgentAvailability = field(
        default_factory=lambda: AgentAvailability(clock.stopwatch)
    )

    def hand_over(self, ref: str, heir: Call) -> Participant | None:
        """The colleague whom the phone with leg `ref` talks to, for the call it passes on."""
        for internal in tuple(self.internals):
            if participant := internal.give(ref, heir):
                return participant
        return None

    def spool_key(self, profile: ControllerProfile) -> SpoolKey:
        """The key of today (UTC); raises SpoolKeyMissingError."""
        key = profile.line.spool_key(clock.now().date())
        if key is None:
            raise SpoolKeyMissingError
        return SpoolKey(epoch=key.epoch, public=key.public_key)
