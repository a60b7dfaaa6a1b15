"""A call that is made: the agent's phone first, then the person, who is told and asked at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.announcement import Announcing
from callward.line.calls.call import Call
from callward.line.calls.call_state import CallState
from callward.line.calls.conversation import Connected
from callward.line.errors import NotNowError, PermitRefusedError
from callward.line.states import Party
from callward.policy.vocabulary import Direction

if TYPE_CHECKING:
    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.calls.line_resources import LineResources
    from callward.line.calls.participant import Participant
    from callward.line.dial_permits import Permit, UsedPermits
    from callward.line.ports import Target
    from callward.line.snapshot import Agent, Outbound
    from callward.line.states import HangUp

AGENT_RING_SECONDS = 30.0


class RingingAgent(CallState):
    """The agent's own phone rings first: nobody is called before somebody can talk."""

    name = "calling-agent"

    def __init__(self, call: Call, agent: Agent, then: RingingCallee) -> None:
        super().__init__(call)
        self._agent, self._then = agent, then

    def enter(self) -> None:
        if self.call.ring(self._agent, ring_seconds=AGENT_RING_SECONDS) is None:
            self._nobody()

    def up(self, participant: Participant) -> None:
        self.call.agent = participant
        participant.comfort(None)
        self.call.go(self._then)

    def lost(self, participant: Participant, why: HangUp) -> None:
        self._nobody()

    def _nobody(self) -> None:
        self.call.facts.disposition = "failed"
        self.call.over("agent-not-there")


class RingingCallee(CallState):
    """The person's phone rings; with the answer, and before anything else, it is told."""

    name = "calling-out"

    def __init__(self, call: Call, target: Target, way: Outbound, *, in_band: bool) -> None:
        super().__init__(call)
        self._target, self._way, self._in_band = target, way, in_band

    def enter(self) -> None:
        call = self.call
        call.outer = call.participant(Party.OUTER, in_band=self._in_band)
        call.dial(
            call.outer,
            self._target,
            caller=self._way.caller,
            ring_seconds=self._way.ring_seconds,
        )

    def up(self, participant: Participant) -> None:
        if participant is not self.call.outer:
            return
        self.call.facts.answered = clock.now()
        self.call.go(
            Announcing(
                self.call,
                number=self._way.caller,
                officer=False,
                onward=lambda: Connected(self.call),
            )
        )

    def lost(self, participant: Participant, why: HangUp) -> None:
        if participant.agent:
            self.call.facts.disposition = "cancelled"
            self.call.over("agent-gone")


def begin_outbound(
    resources: LineResources, profile: ControllerProfile, permit: Permit, used: UsedPermits
) -> Call:
    """Make a call on a permit; raises PermitRefusedError or NotNowError, and rings nobody."""
    way, agent = profile.line.outbound, profile.line.agent(permit.agent)
    if way is None or agent is None:
        raise PermitRefusedError(why="no-outbound-calls" if way is None else "not-an-agent")
    trunk, target = (
        resources.snapshot.trunk(way.trunk),
        resources.sip.trunk(way.trunk, permit.number),
    )
    if trunk is None or target is None:
        raise NotNowError(why="trunk-not-reachable")
    if not resources.availability.is_free(agent.ref) or resources.sip.phone(agent.phone) is None:
        raise NotNowError(why="agent-not-free")
    if Direction.OUT in profile.rules.telling:
        profile.rules.telling_of(Direction.OUT)  # refuses a policy that identifies before asking
    used.use(permit, rules=profile.rules, at=clock.now())
    call = Call(resources, profile, direction=Direction.OUT)
    _fill(call, permit, way)
    then = RingingCallee(call, target, way, in_band=trunk.in_band_digits)
    call.first = RingingAgent(call, agent, then)
    return call


def _fill(call: Call, permit: Permit, way: Outbound) -> None:
    call.language = permit.language or call.language
    call.facts.outer_number, call.facts.did = permit.number, way.caller
    call.facts.agent = permit.agent
    call.session.begin(
        trunk=way.trunk,
        agent=permit.agent,
        permit=permit.permit,
        reason=permit.reason,
        reference=permit.reference,
    )
