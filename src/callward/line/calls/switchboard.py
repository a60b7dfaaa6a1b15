"""The switchboard: takes every call, knows the running ones, and does what the house side asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.line.calls.call_routing import begin_inbound
from callward.line.calls.controller_profile import profile_of
from callward.line.calls.internal_call import InternalCall
from callward.line.calls.line_resources import AgentAvailability, LineResources
from callward.line.calls.outbound_call import begin_outbound
from callward.line.dial_permits import UsedPermits
from callward.line.errors import NoSuchCallError, PermitRefusedError
from callward.line.states import CallEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from callward.line.call_ledger import Fact
    from callward.line.calls.call import Call
    from callward.line.calls.call_state import CallState
    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.calls.participant import Participant
    from callward.line.dial_permits import Permit
    from callward.line.ports import LegListener, MediaPlane, SipLeg, SipSide, Spool, Timers
    from callward.line.snapshot import Agent, ControllerLine, Presence, Snapshot

NOT_FOUND, FORBIDDEN, BUSY, UNAVAILABLE = 404, 403, 486, 503


class Switchboard:
    """The `CallTaker` of the line; everything on the loop thread."""

    def __init__(
        self,
        *,
        media: MediaPlane,
        spool: Spool,
        timers: Timers,
        snapshot: Snapshot,
        folder: Path,
        steady: Callable[[], float] = clock.stopwatch,
    ) -> None:
        self.listeners: list[Callable[[CallEvent, dict[str, Fact | None]], None]] = []
        self._folder = folder
        self._calls: dict[str, Call] = {}
        self._internals: list[InternalCall] = []
        self._profiles: dict[str, ControllerProfile] = {}
        self._clocks: dict[str, Callable[[], None]] = {}
        self._used = UsedPermits(path=folder / "permits.used")
        self._used.load(at=clock.now())
        self.resources = LineResources(
            snapshot=snapshot,
            media=media,
            spool=spool,
            timers=timers,
            announce=self._announce,
            steady=steady,
            availability=AgentAvailability(steady),
        )
        self.use(snapshot)

    def plug(self, sip: SipSide) -> None:
        """Connect the SIP side, which needed the switchboard first."""
        self.resources.sip = sip

    def use(self, snapshot: Snapshot) -> None:
        """Serve calls to come by a new snapshot; running ones end as they began."""
        self.resources.snapshot = snapshot
        profiles = (self._profile(line) for line in snapshot.controllers)
        for line in snapshot.controllers:
            self.resources.availability.use(line)
        self._profiles = {each.line.controller: each for each in profiles if each}
        for name, fault in self.faults():
            self._announce(CallEvent.FAULT, {"controller": name, "why": fault.code})
        self._announce(CallEvent.SNAPSHOT_USED, {"controllers": len(self._profiles)})

    def _profile(self, line: ControllerLine) -> ControllerProfile | None:
        """One controller's policy that cannot be read stops no other controller's calls."""
        try:
            return profile_of(line, own=self._folder / "prompts")
        except CallwardError as fault:
            self._announce(CallEvent.FAULT, {"controller": line.controller, "why": fault.code})
            return self._profiles.get(line.controller)

    def faults(self) -> Iterator[tuple[str, CallwardError]]:
        """What stands against recording, for each controller."""
        for name, each in self._profiles.items():
            for fault in each.faults():
                yield name, fault

    # Calls that come in.

    def call_offered(self, leg: SipLeg) -> LegListener:
        """Take a call of a carrier, or of an agent's phone."""
        return self._from_phone(leg) if leg.phone else self._from_trunk(leg)

    def _from_trunk(self, leg: SipLeg) -> LegListener:
        trunk = self.resources.snapshot.trunk(leg.trunk or "")
        found = self.resources.snapshot.line_of(leg.dialled_number or "")
        if trunk is None or found is None or found[1].trunk not in {None, trunk.ref}:
            leg.reject(NOT_FOUND)
            return Nobody()
        line, did = found
        profile = self._profiles.get(line.controller)
        if profile is None:
            leg.reject(UNAVAILABLE)
            return Nobody()
        call = begin_inbound(self.resources, profile, did, leg=leg, trunk=trunk)
        return self._begin(call)

    def _from_phone(self, leg: SipLeg) -> LegListener:
        """A phone may ring a colleague; whoever calls outside needs a permit (K-03)."""
        asking, asked = self._colleagues(leg)
        if asking is None or asked is None:
            leg.reject(FORBIDDEN)
            return Nobody()
        target = self.resources.sip.phone(asked.phone)
        if target is None or not self.resources.availability.is_free(asked.ref):
            leg.reject(BUSY)
            return Nobody()
        internal = InternalCall(self.resources, asking, asked, on_end=self._internals.remove)
        self._internals.append(internal)
        internal.begin(leg, target)
        return internal

    def _colleagues(self, leg: SipLeg) -> tuple[Agent | None, Agent | None]:
        for line in self.resources.snapshot.controllers:
            by_phone = {agent.phone: agent for agent in line.agents}
            if leg.phone in by_phone:
                return by_phone[leg.phone], by_phone.get(leg.dialled_number or "")
        return None, None

    def _begin(self, call: Call) -> Call:
        self._calls[call.ref] = call
        call.on_end = self._forget
        call.colleague_at = lambda leg: self._hand_over(leg, call)
        # The listener must be known to SIP before the first answer goes out.
        self.resources.timers.soon(call.begin)
        longest = self.resources.snapshot.limits.longest_call_seconds
        self._clocks[call.ref] = self.resources.timers.after(longest, lambda: call.over("too-long"))
        return call

    def _forget(self, call: Call) -> None:
        self._calls.pop(call.ref, None)
        self._clocks.pop(call.ref)()

    def _hand_over(self, leg: str, heir: Call) -> Participant | None:
        """The colleague whom the phone with this leg talks to, for the call it passes on."""
        given = (internal.give(leg, heir) for internal in tuple(self._internals))
        return next((participant for participant in given if participant), None)

    # What the house side asks.

    def dial(self, permit: Permit) -> str:
        """Make a call on a permit; answers its reference."""
        profile = self._profiles.get(permit.controller)
        if profile is None:
            raise PermitRefusedError(why="no-such-controller")
        return self._begin(begin_outbound(self.resources, profile, permit, self._used)).ref

    def state(self, call: str, agent: str) -> CallState:
        """The state of a call that this agent is in; raises NoSuchCallError."""
        found = self._calls.get(call)
        if found is None or found.state is None or agent != found.facts.agent:
            raise NoSuchCallError
        return found.state

    def hang_up(self, call: str, agent: str) -> None:
        """End a call."""
        self.state(call, agent)
        self._calls[call].over("agent")

    def presence(self, agent: str, says: Presence) -> None:
        """Take an agent's word on being there."""
        self.resources.availability.says(agent, says)
        self._announce(CallEvent.PRESENCE, {"agent": agent, "says": str(says)})

    def calls(self) -> list[dict[str, Fact | None]]:
        """Every running call, by references."""
        return [call.about() for call in self._calls.values()]

    def agents(self) -> list[dict[str, Fact | None]]:
        """Every agent: what was said of being there, and whether the phone is reached."""
        availability, sip = self.resources.availability, self.resources.sip
        return [
            {
                "agent": agent.ref,
                "controller": line.controller,
                "says": str(availability.presence(agent.ref)),
                "free": availability.is_free(agent.ref),
                "reached": sip.phone(agent.phone) is not None,
            }
            for line in self.resources.snapshot.controllers
            for agent in line.agents
        ]

    def close(self) -> None:
        """End every call and hand over what there is."""
        for internal in tuple(self._internals):
            internal.over()
        for call in tuple(self._calls.values()):
            call.over("line-closed")

    def _announce(self, event: CallEvent, facts: dict[str, Fact | None]) -> None:
        for listener in tuple(self.listeners):
            listener(event, facts)


class Nobody:
    """Listens to a leg that was rejected."""

    def leg_rang(self, leg: SipLeg) -> None: ...
    def leg_answered(self, leg: SipLeg, media: object) -> None: ...
    def leg_acknowledged(self, leg: SipLeg) -> None: ...
    def leg_reoffered(self, leg: SipLeg, media: object) -> None: ...
    def leg_asked_transfer(self, leg: SipLeg, target: str, replaces: str | None) -> None: ...
    def leg_transferred(self, leg: SipLeg, code: int) -> None: ...
    def leg_ended(self, leg: SipLeg, why: object, code: int | None) -> None: ...
