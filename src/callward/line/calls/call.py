"""One call: its participants, its session and its state; what SIP tells goes to the state."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.line.call_envelope import CallFacts, ParticipantFacts
from callward.line.calls.participant import TONE, Participant
from callward.line.calls.recording_session import RecordingSession
from callward.line.states import CallEvent, Entry, HangUp, Party, RecordingFate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callward.line.call_ledger import Fact
    from callward.line.calls.call_state import CallState
    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.calls.line_resources import LineResources
    from callward.line.calls.participant import Heard
    from callward.line.ports import MediaAddress, SipLeg, Target
    from callward.line.prompt_library import PromptAudio
    from callward.line.snapshot import Agent, Queue
    from callward.policy.vocabulary import Direction, PromptKey

_log = logging.getLogger(__name__)
_DISPOSITIONS = {
    HangUp.BUSY: "busy",
    HangUp.NO_ANSWER: "no-answer",
    HangUp.TIMED_OUT: "no-answer",
    HangUp.CANCELLED: "cancelled",
    HangUp.REJECTED: "failed",
    HangUp.UNREACHABLE: "failed",
}


class Call:
    """A conversation to be, with one outer party and one agent at a time."""

    def __init__(
        self, resources: LineResources, profile: ControllerProfile, *, direction: Direction
    ) -> None:
        began = clock.now()
        self.resources, self.profile = resources, profile
        self.facts = CallFacts(
            call=str(new_ref(began)),
            recording=str(new_ref(began)),
            controller=profile.line.controller,
            direction=direction,
            began=began,
        )
        self.session = RecordingSession(profile, self.facts, resources)
        self.language = profile.line.languages[0]
        self.outer: Participant | None = None
        self.agent: Participant | None = None
        self.participants: list[Participant] = []
        self.state: CallState | None = None
        self.ended = False
        self.first: CallState | None = None
        self.queue_again: Callable[[Queue], CallState] | None = None
        self.on_end: Callable[[Call], None] | None = None
        self.colleague_at: Callable[[str], Participant | None] = lambda _leg: None
        self._legs: dict[int, ParticipantFacts] = {}
        self._packets: Counter[str] = Counter()

    @property
    def ref(self) -> str:
        """The reference of the call, which is all that others know it by."""
        return self.facts.call

    @property
    def direction(self) -> Direction:
        """Which way the call goes."""
        return self.facts.direction

    # States.

    def go(self, state: CallState) -> None:
        """Come to the next state."""
        if self.ended:
            return
        if self.state:
            self.state.leave()
        self.state = state
        state.enter()

    def announce(self, event: CallEvent, **facts: Fact | None) -> None:
        """Tell the house side."""
        self.resources.announce(event, self.about() | facts)

    def about(self) -> dict[str, Fact | None]:
        """What may be known of the call outside of it."""
        return {
            "call": self.ref,
            "recording": self.facts.recording,
            "controller": self.facts.controller,
            "direction": str(self.direction),
            "agent": self.facts.agent,
            "queue": self.facts.queue,
            "language": self.language,
            "gate": str(self.session.gate.state),
            "unrecorded": self.session.why_not,
            "stage": self.state.name if self.state else None,
        }

    # Participants.

    def participant(
        self, party: Party, *, agent: str | None = None, in_band: bool = False
    ) -> Participant:
        """Open a port for one more peer."""
        participant = Participant(
            self.resources.media.open_leg(in_band=in_band), party=party, agent=agent
        )
        participant.media.on_digit(lambda digit: self._digit(participant, digit))
        self.participants.append(participant)
        outer = "caller" if self.direction == "in" else "callee"
        leg = ParticipantFacts(role="agent" if agent else outer, began=clock.now())
        self._legs[id(participant)] = leg
        self.facts.legs.append(leg)
        return participant

    def adopt(self, participant: Participant) -> None:
        """Take over a colleague from another call."""
        participant.media.on_digit(lambda digit: self._digit(participant, digit))
        self.participants.append(participant)
        self._legs[id(participant)] = ParticipantFacts(role="agent", began=clock.now())
        self.facts.legs.append(self._legs[id(participant)])
        if participant.agent:
            self.resources.availability.take(participant.agent)

    def dial(
        self, participant: Participant, target: Target, *, caller: str, ring_seconds: float
    ) -> None:
        """Ring a peer."""
        leg = self.resources.sip.dial(
            target, caller=caller, port=participant.port, listener=self, ring_seconds=ring_seconds
        )
        if not participant.over:
            participant.sip = leg

    def ring(self, agent: Agent, *, ring_seconds: float) -> Participant | None:
        """Ring an agent's phone; None when it cannot be reached."""
        target = self.resources.sip.phone(agent.phone)
        if target is None:
            return None
        participant = self.participant(Party.AGENT, agent=agent.ref)
        self.resources.availability.take(agent.ref)
        self.session.note(Entry.RANG, agent=agent.ref)
        self.announce(CallEvent.RINGS, agent=agent.ref)
        # S-03: whom an agent calls is no news to the phone, and nothing of a person is shown.
        shown = self.facts.outer_number if self.direction == "in" else self.facts.did
        caller = shown or "anonymous"
        self.dial(participant, target, caller=caller, ring_seconds=ring_seconds)
        return None if participant.over else participant

    def drop(self, participant: Participant) -> None:
        """Let one peer go."""
        if participant in self.participants:
            self._count(participant)
        participant.end()
        if participant not in self.participants:
            return
        self.participants.remove(participant)
        self._legs[id(participant)].ended = clock.now()
        if participant.agent:
            self.resources.availability.release(participant.agent)
            self.announce(CallEvent.RINGS_NO_MORE, agent=participant.agent)
        if self.agent is participant:
            self.agent = None

    def _count(self, participant: Participant) -> None:
        """What of each party came and what was lost on the way, for the ledger's last line."""
        self._packets[f"{participant.party}_received"] += participant.media.received
        self._packets[f"{participant.party}_lost"] += participant.media.lost

    # Prompts.

    def spoken(self, *keys: PromptKey) -> list[PromptAudio]:
        """These prompts in the language of the call, without those that are missing."""
        found = (self.profile.prompts.get(self.language, key) for key in keys)
        return [spoken for spoken in found if spoken]

    def say(
        self,
        *keys: PromptKey,
        to: Participant | None = None,
        heard: Heard | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Play prompts to the outer party, or to another."""
        self.say_these(self.spoken(*keys), to=to, heard=heard, then=then)

    def say_these(
        self,
        prompts: Sequence[PromptAudio],
        *,
        to: Participant | None = None,
        heard: Heard | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Play these."""
        participant = to or self.outer
        if participant and not participant.over:
            onward = then and (lambda: self.safely(then))
            participant.say(prompts, heard=heard, then=onward)

    def beep(self) -> None:
        """Sound the tone after which a message is taken."""
        if self.outer:
            self.outer.media.play(TONE, done=lambda _frames, _complete: None)

    # The end.

    def begin(self) -> None:
        """Let the call begin, unless it was given up already."""
        if self.ended:
            return
        self.announce(CallEvent.BEGUN)
        if first := self.first:
            self.safely(lambda: self.go(first))

    def over(self, why: HangUp | str) -> None:
        """Shut the gate, hang up everywhere and hand over what there is; once."""
        if self.ended:
            return
        self.ended = True
        if self.state:
            self.state.leave()
        for participant in self.participants:
            participant.hush()  # what is broken off belongs into the ledger before its last line
        fate = self._handed_over(str(why))
        if self.direction == "in" and self.facts.connected is None:
            self.announce(CallEvent.MISSED)
        for participant in tuple(self.participants):
            self.drop(participant)
        self.announce(CallEvent.ENDED, fate=fate, disposition=self.facts.disposition)
        if self.on_end:
            self.on_end(self)

    def _handed_over(self, why: str) -> str:
        try:
            for participant in self.participants:
                self._count(participant)
            return self.session.end(why, **self._packets)
        except Exception as error:  # noqa: BLE001  # people must be let go whatever happens here
            _log.error("call not handed over: %s", type(error).__name__)
            self.announce(CallEvent.LOST, why=type(error).__name__)
            return str(RecordingFate.FAILED)

    def safely(self, act: Callable[[], None]) -> None:
        """Do something of this call; a fault in it ends this call, its gate first, and no other."""
        try:
            act()
        except Exception as error:  # noqa: BLE001  # whatever it was, the other calls go on
            why = type(error).__name__
            _log.error("call ended by a fault: %s", why)
            self.announce(CallEvent.FAULT, why=why)
            self.over("fault")

    # What SIP and audio tell.

    def leg_rang(self, leg: SipLeg) -> None:
        self._at_state(leg, lambda state, participant: state.rang(participant))

    def leg_answered(self, leg: SipLeg, media: MediaAddress) -> None:
        if participant := self._of(leg):
            participant.sip, participant.answered = leg, True
            participant.media.connect(media)
            self._at_state(leg, lambda state, participant: state.answered(participant))

    def leg_acknowledged(self, leg: SipLeg) -> None:
        if (participant := self._of(leg)) and not participant.over:
            participant.up = True
            self._at_state(leg, lambda state, participant: state.up(participant))

    def leg_reoffered(self, leg: SipLeg, media: MediaAddress) -> None:
        if participant := self._of(leg):
            participant.media.connect(media)
            held = participant.up and not media.receives
            if held != participant.held:
                participant.held = held
                self._at_state(leg, lambda state, participant: state.held(participant))

    def leg_asked_transfer(self, leg: SipLeg, target: str, replaces: str | None) -> None:
        self._at_state(
            leg, lambda state, participant: state.asked_transfer(participant, target, replaces)
        )

    def leg_transferred(self, leg: SipLeg, code: int) -> None:
        """We send nobody elsewhere ourselves."""

    def leg_ended(self, leg: SipLeg, why: HangUp, code: int | None) -> None:
        participant = self._of(leg)
        if participant is None or participant.over:
            return
        if participant is self.outer:
            if not self.facts.answered:
                self.facts.disposition = _DISPOSITIONS.get(why, self.facts.disposition)
            self.over(why)
            return
        self.drop(participant)
        self._at_state(leg, lambda state, _: state.lost(participant, why), participant=participant)

    def _at_state(
        self,
        leg: SipLeg,
        act: Callable[[CallState, Participant], None],
        *,
        participant: Participant | None = None,
    ) -> None:
        state, about = self.state, participant or self._of(leg)
        if state and about and not self.ended:
            self.safely(lambda: act(state, about))

    def _of(self, leg: SipLeg) -> Participant | None:
        known = next((each for each in self.participants if each.sip is leg), None)
        # While `dial` still runs, the newest participant does not know its leg yet.
        return known or next((each for each in self.participants if each.sip is None), None)

    def _digit(self, participant: Participant, digit: str) -> None:
        state = self.state
        if state and not self.ended and not participant.over:
            self.safely(lambda: state.digit(participant, digit))
