"""A call that is made: the agent's phone first, then the person, who is told and asked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.announcement import Telling
from callward.line.calls.call import Call
from callward.line.calls.call_state import Stage
from callward.line.calls.conversation import Talking
from callward.line.errors import NotNowError, PermitRefusedError
from callward.line.states import Party
from callward.policy.vocabulary import Direction

if TYPE_CHECKING:
    from callward.line.calls.controller_profile import Premises
    from callward.line.calls.line_resources import House
    from callward.line.calls.participant import Strand
    from callward.line.dial_permits import Permit, UsedPermits
    from callward.line.ports import Target
    from callward.line.snapshot import Agent, Outbound
    from callward.line.states import HangUp

AGENT_RING_SECONDS = 30.0


class CallingAgent(Stage):
    """The agent's own phone rings first: nobody is called before somebody can talk."""

    name = "calling-agent"

    def __init__(self, call: Call, agent: Agent, then: CallingOut) -> None:
        super().__init__(call)
        self._agent, self._then = agent, then

    def enter(self) -> None:
        if self.call.ring(self._agent, ring_seconds=AGENT_RING_SECONDS) is None:
            self._nobody()

    def up(self, strand: Strand) -> None:
        self.call.agent = strand
        strand.comfort(None)
        self.call.go(self._then)

    def lost(self, strand: Strand, why: HangUp) -> None:
        self._nobody()

    def _nobody(self) -> None:
        self.call.facts.disposition = "failed"
        self.call.over("agent-not-there")


class CallingOut(Stage):
    """The person's phone rings; with the answer, and before anything else, it is told."""

    name = "calling-out"

    def __init__(self, call: Call, target: Target, way: Outbound, *, in_band: bool) -> None:
        super().__init__(call)
        self._target, self._way, self._in_band = target, way, in_band

    def enter(self) -> None:
        call = self.call
        call.outer = call.strand(Party.OUTER, in_band=self._in_band)
        call.dial(
            call.outer,
            self._target,
            caller=self._way.caller,
            ring_seconds=self._way.ring_seconds,
        )

    def up(self, strand: Strand) -> None:
        if strand is not self.call.outer:
            return
        self.call.facts.answered = clock.now()
        self.call.go(
            Telling(
                self.call,
                number=self._way.caller,
                officer=False,
                onward=lambda: Talking(self.call),
            )
        )

    def lost(self, strand: Strand, why: HangUp) -> None:
        if strand.agent:
            self.call.facts.disposition = "cancelled"
            self.call.over("agent-gone")


def begin_outbound(house: House, premises: Premises, permit: Permit, used: UsedPermits) -> Call:
    """Make a call on a permit; raises PermitRefusedError or NotNowError, and rings nobody."""
    way, agent = premises.line.outbound, premises.line.agent(permit.agent)
    if way is None or agent is None:
        raise PermitRefusedError(why="no-outbound-calls" if way is None else "not-an-agent")
    trunk, target = house.snapshot.trunk(way.trunk), house.sip.trunk(way.trunk, permit.number)
    if trunk is None or target is None:
        raise NotNowError(why="trunk-not-reachable")
    if not house.floor.is_free(agent.ref) or house.sip.phone(agent.phone) is None:
        raise NotNowError(why="agent-not-free")
    if Direction.OUT in premises.rules.telling:
        premises.rules.telling_of(Direction.OUT)  # refuses a policy that identifies before asking
    used.use(permit, rules=premises.rules, at=clock.now())
    call = Call(house, premises, direction=Direction.OUT)
    _fill(call, permit, way)
    then = CallingOut(call, target, way, in_band=trunk.in_band_digits)
    call.first = CallingAgent(call, agent, then)
    return call


def _fill(call: Call, permit: Permit, way: Outbound) -> None:
    call.language = permit.language or call.language
    call.facts.outer_number, call.facts.did = permit.number, way.caller
    call.facts.agent = permit.agent
    call.tape.begin(
        trunk=way.trunk,
        agent=permit.agent,
        permit=permit.permit,
        reason=permit.reason,
        reference=permit.reference,
    )
