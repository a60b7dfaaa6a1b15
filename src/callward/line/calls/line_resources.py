"""What every call of the line shares: SIP, audio, spool, time, agents, and who listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.snapshot import Presence

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.call_ledger import Fact
    from callward.line.ports import MediaPlane, SipSide, Spool, Timers
    from callward.line.snapshot import Agent, ControllerLine, Queue, Snapshot
    from callward.line.states import CallEvent


@dataclass(slots=True)
class _Seat:
    presence: Presence = Presence.READY
    heard: bool = False  # whether the agent said it, or only the snapshot
    calls: int = 0
    idle_since: float = 0.0


class AgentAvailability:
    """Who may be rung; without a word from the house side the snapshot's word counts."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._seats: dict[str, _Seat] = {}

    def use(self, line: ControllerLine) -> None:
        """Take the snapshot's word for whoever said nothing since the line began."""
        for agent in line.agents:
            seat = self._seat(agent.ref)
            if not seat.heard:
                seat.presence = agent.presence

    def free(self, line: ControllerLine, queue: Queue) -> list[Agent]:
        """The agents of a queue who can be rung now, the longest idle first."""
        agents = [agent for ref in queue.agents if (agent := line.agent(ref)) and self.is_free(ref)]
        return sorted(agents, key=lambda agent: self._seat(agent.ref).idle_since)

    def is_free(self, agent: str) -> bool:
        """Whether this agent is there and in no call."""
        seat = self._seat(agent)
        return seat.presence is Presence.READY and seat.calls == 0

    def presence(self, agent: str) -> Presence:
        """What the agent last said."""
        return self._seat(agent).presence

    def says(self, agent: str, presence: Presence) -> None:
        """Take an agent's word."""
        seat = self._seat(agent)
        if presence is Presence.READY and seat.presence is not Presence.READY:
            seat.idle_since = self._steady()
        seat.presence, seat.heard = presence, True

    def take(self, agent: str) -> None:
        """A phone begins to ring or to talk."""
        self._seat(agent).calls += 1

    def release(self, agent: str) -> None:
        """A phone rings or talks no more."""
        seat = self._seat(agent)
        seat.calls = max(0, seat.calls - 1)
        seat.idle_since = self._steady()

    def _seat(self, agent: str) -> _Seat:
        return self._seats.setdefault(agent, _Seat())


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
