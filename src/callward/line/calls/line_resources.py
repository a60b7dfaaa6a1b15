"""What every call of the line shares: SIP, audio, spool, time, agents, and who listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.agent_availability import AgentAvailability

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.call_ledger import Fact
    from callward.line.ports import MediaPlane, SipSide, Spool, Timers
    from callward.line.snapshot import Snapshot
    from callward.line.states import CallEvent


@dataclass(slots=True, kw_only=True)
class LineResources:
    """The ports and the agents; one for the whole line."""

    snapshot: Snapshot
    sip: SipSide = field(init=False)  # plugged in once both sides stand
    media: MediaPlane
    spool: Spool
    timers: Timers
    announce: Callable[[CallEvent, dict[str, Fact | None]], None]
    steady: Callable[[], float] = clock.stopwatch
    availability: AgentAvailability = field(
        default_factory=lambda: AgentAvailability(clock.stopwatch)
    )
