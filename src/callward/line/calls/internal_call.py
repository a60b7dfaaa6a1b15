"""Two colleagues' phones talk: never recorded, and handed over where one passes a caller on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.calls.participant import Participant
from callward.line.states import Party

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.calls.call import Call
    from callward.line.calls.line_resources import LineResources
    from callward.line.ports import MediaAddress, SipLeg, Target
    from callward.line.snapshot import Agent
    from callward.line.states import HangUp

RING_SECONDS = 30.0
_DECLINED = 603


class InternalCall:
    """One phone rings another; no session, no tap, no number."""

    def __init__(
        self,
        resources: LineResources,
        asking: Agent,
        asked: Agent,
        *,
        on_end: Callable[[InternalCall], None],
    ) -> None:
        self._resources, self._on_end = resources, on_end
        self.participants = [
            Participant(resources.media.open_leg(), party=Party.AGENT, agent=agent.ref)
            for agent in (asking, asked)
        ]
        self._heir: Call | None = None
        self._ended = False

    def begin(self, leg: SipLeg, target: Target) -> None:
        """Ring the colleague while the asking phone hears that it rings."""
        asking, asked = self.participants
        asking.sip = leg
        if leg.media:
            asking.media.connect(leg.media)
        for participant in self.participants:
            self._resources.availability.take(participant.agent or "")
        leg.ring()
        other = self._resources.sip.dial(
            target,
            caller=leg.phone or "colleague",
            port=asked.port,
            listener=self,
            ring_seconds=RING_SECONDS,
        )
        if not asked.over:
            asked.sip = other

    def give(self, ref: str, heir: Call) -> Participant | None:
        """The colleague of the phone whose leg is `ref` leaves this call for another."""
        mine = next((each for each in self.participants if each.sip and each.sip.ref == ref), None)
        other = next((each for each in self.participants if each is not mine), None)
        if mine is None or other is None or not other.up:
            return None
        self._heir = heir
        self.participants = [mine]
        other.relay(None)
        self._resources.availability.release(other.agent or "")
        self.over()
        return other

    def over(self) -> None:
        """Hang up what is left."""
        if self._ended:
            return
        self._ended = True
        for participant in self.participants:
            participant.end()
            self._resources.availability.release(participant.agent or "")
        self._on_end(self)

    def leg_rang(self, leg: SipLeg) -> None:
        """The asking phone hears it already."""

    def leg_answered(self, leg: SipLeg, media: MediaAddress) -> None:
        if self._heir:
            self._heir.leg_answered(leg, media)
            return
        asking, asked = self.participants
        asked.sip = leg
        asked.media.connect(media)
        if asking.sip:
            asking.sip.answer(port=asking.port)

    def leg_acknowledged(self, leg: SipLeg) -> None:
        for participant in self.participants:
            participant.up = participant.up or participant.sip is leg
        if all(participant.up for participant in self.participants) and len(self.participants) > 1:
            asking, asked = self.participants
            asking.relay(asked)
            asked.relay(asking)

    def leg_reoffered(self, leg: SipLeg, media: MediaAddress) -> None:
        if self._heir:
            self._heir.leg_reoffered(leg, media)
            return
        for participant in self.participants:
            if participant.sip is leg:
                participant.media.connect(media)

    def leg_asked_transfer(self, leg: SipLeg, target: str, replaces: str | None) -> None:
        if self._heir:
            self._heir.leg_asked_transfer(leg, target, replaces)
        else:
            leg.tell_transfer(_DECLINED)

    def leg_transferred(self, leg: SipLeg, code: int) -> None:
        """We send nobody elsewhere ourselves."""

    def leg_ended(self, leg: SipLeg, why: HangUp, code: int | None) -> None:
        if self._heir and all(participant.sip is not leg for participant in self.participants):
            self._heir.leg_ended(leg, why, code)
        else:
            self.over()
