"""One call: its peers, its tape, and the stage it is at; what SIP tells goes to the stage."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.line.call_envelope import CallFacts, LegFacts
from callward.line.calls.participant import TONE, Strand
from callward.line.calls.recording_session import Tape
from callward.line.states import CallEvent, Entry, HangUp, Party, RecordingFate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callward.line.call_ledger import Fact
    from callward.line.calls.call_state import Stage
    from callward.line.calls.controller_profile import Premises
    from callward.line.calls.line_resources import House
    from callward.line.calls.participant import Heard
    from callward.line.ports import MediaAddress, SipLeg, Target
    from callward.line.prompt_library import Spoken
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

    def __init__(self, house: House, premises: Premises, *, direction: Direction) -> None:
        began = clock.now()
        self.house, self.premises = house, premises
        self.facts = CallFacts(
            call=str(new_ref(began)),
            recording=str(new_ref(began)),
            controller=premises.line.controller,
            direction=direction,
            began=began,
        )
        self.tape = Tape(house, premises, self.facts)
        self.language = premises.line.languages[0]
        self.outer: Strand | None = None
        self.agent: Strand | None = None
        self.strands: list[Strand] = []
        self.stage: Stage | None = None
        self.ended = False
        self.first: Stage | None = None
        self.queue_again: Callable[[Queue], Stage] | None = None
        self.on_end: Callable[[Call], None] | None = None
        self._legs: dict[int, LegFacts] = {}
        self._packets: Counter[str] = Counter()

    @property
    def ref(self) -> str:
        """The reference of the call, which is all that others know it by."""
        return self.facts.call

    @property
    def direction(self) -> Direction:
        """Which way the call goes."""
        return self.facts.direction

    # Stages.

    def go(self, stage: Stage) -> None:
        """Come to the next stage."""
        if self.ended:
            return
        if self.stage:
            self.stage.leave()
        self.stage = stage
        stage.enter()

    def announce(self, event: CallEvent, **facts: Fact | None) -> None:
        """Tell the house side."""
        self.house.announce(event, self.about() | facts)

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
            "gate": str(self.tape.gate.state),
            "unrecorded": self.tape.why_not,
            "stage": self.stage.name if self.stage else None,
        }

    # Peers.

    def strand(self, party: Party, *, agent: str | None = None, in_band: bool = False) -> Strand:
        """Open a port for one more peer."""
        strand = Strand(self.house.media.open_leg(in_band=in_band), party=party, agent=agent)
        strand.media.on_digit(lambda digit: self._digit(strand, digit))
        self.strands.append(strand)
        outer = "caller" if self.direction == "in" else "callee"
        leg = LegFacts(role="agent" if agent else outer, began=clock.now())
        self._legs[id(strand)] = leg
        self.facts.legs.append(leg)
        return strand

    def adopt(self, strand: Strand) -> None:
        """Take over a colleague from another call."""
        strand.media.on_digit(lambda digit: self._digit(strand, digit))
        self.strands.append(strand)
        self._legs[id(strand)] = LegFacts(role="agent", began=clock.now())
        self.facts.legs.append(self._legs[id(strand)])
        if strand.agent:
            self.house.floor.take(strand.agent)

    def dial(self, strand: Strand, target: Target, *, caller: str, ring_seconds: float) -> None:
        """Ring a peer."""
        leg = self.house.sip.dial(
            target, caller=caller, port=strand.port, listener=self, ring_seconds=ring_seconds
        )
        if not strand.over:
            strand.sip = leg

    def ring(self, agent: Agent, *, ring_seconds: float) -> Strand | None:
        """Ring an agent's phone; None when it cannot be reached."""
        target = self.house.sip.phone(agent.phone)
        if target is None:
            return None
        strand = self.strand(Party.AGENT, agent=agent.ref)
        self.house.floor.take(agent.ref)
        self.tape.note(Entry.RANG, agent=agent.ref)
        self.announce(CallEvent.RINGS, agent=agent.ref)
        # S-03: whom an agent calls is no news to the phone, and nothing of a person is shown.
        shown = self.facts.outer_number if self.direction == "in" else self.facts.did
        caller = shown or "anonymous"
        self.dial(strand, target, caller=caller, ring_seconds=ring_seconds)
        return None if strand.over else strand

    def drop(self, strand: Strand) -> None:
        """Let one peer go."""
        if strand in self.strands:
            self._count(strand)
        strand.end()
        if strand not in self.strands:
            return
        self.strands.remove(strand)
        self._legs[id(strand)].ended = clock.now()
        if strand.agent:
            self.house.floor.release(strand.agent)
            self.announce(CallEvent.RINGS_NO_MORE, agent=strand.agent)
        if self.agent is strand:
            self.agent = None

    def _count(self, strand: Strand) -> None:
        """What of each party came and what was lost on the way, for the ledger's last line."""
        self._packets[f"{strand.party}_received"] += strand.media.received
        self._packets[f"{strand.party}_lost"] += strand.media.lost

    # Prompts.

    def spoken(self, *keys: PromptKey) -> list[Spoken]:
        """These prompts in the language of the call, without those that are missing."""
        found = (self.premises.shelf.get(self.language, key) for key in keys)
        return [spoken for spoken in found if spoken]

    def say(
        self,
        *keys: PromptKey,
        to: Strand | None = None,
        heard: Heard | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Play prompts to the outer party, or to another."""
        self.say_these(self.spoken(*keys), to=to, heard=heard, then=then)

    def say_these(
        self,
        prompts: Sequence[Spoken],
        *,
        to: Strand | None = None,
        heard: Heard | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Play these."""
        strand = to or self.outer
        if strand and not strand.over:
            onward = then and (lambda: self.safely(then))
            strand.say(prompts, heard=heard, then=onward)

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
        if self.stage:
            self.stage.leave()
        for strand in self.strands:
            strand.hush()  # what is broken off belongs into the ledger before its last line
        fate = self._handed_over(str(why))
        if self.direction == "in" and self.facts.connected is None:
            self.announce(CallEvent.MISSED)
        for strand in tuple(self.strands):
            self.drop(strand)
        self.announce(CallEvent.ENDED, fate=fate, disposition=self.facts.disposition)
        if self.on_end:
            self.on_end(self)

    def _handed_over(self, why: str) -> str:
        try:
            for strand in self.strands:
                self._count(strand)
            return self.tape.end(why, **self._packets)
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
        self._at_stage(leg, lambda stage, strand: stage.rang(strand))

    def leg_answered(self, leg: SipLeg, media: MediaAddress) -> None:
        if strand := self._of(leg):
            strand.sip, strand.answered = leg, True
            strand.media.connect(media)
            self._at_stage(leg, lambda stage, strand: stage.answered(strand))

    def leg_acknowledged(self, leg: SipLeg) -> None:
        if (strand := self._of(leg)) and not strand.over:
            strand.up = True
            self._at_stage(leg, lambda stage, strand: stage.up(strand))

    def leg_reoffered(self, leg: SipLeg, media: MediaAddress) -> None:
        if strand := self._of(leg):
            strand.media.connect(media)
            held = strand.up and not media.receives
            if held != strand.held:
                strand.held = held
                self._at_stage(leg, lambda stage, strand: stage.held(strand))

    def leg_asked_transfer(self, leg: SipLeg, target: str, replaces: str | None) -> None:
        self._at_stage(leg, lambda stage, strand: stage.asked_transfer(strand, target, replaces))

    def leg_transferred(self, leg: SipLeg, code: int) -> None:
        """We send nobody elsewhere ourselves."""

    def leg_ended(self, leg: SipLeg, why: HangUp, code: int | None) -> None:
        strand = self._of(leg)
        if strand is None or strand.over:
            return
        if strand is self.outer:
            if not self.facts.answered:
                self.facts.disposition = _DISPOSITIONS.get(why, self.facts.disposition)
            self.over(why)
            return
        self.drop(strand)
        self._at_stage(leg, lambda stage, _: stage.lost(strand, why), strand=strand)

    def _at_stage(
        self,
        leg: SipLeg,
        act: Callable[[Stage, Strand], None],
        *,
        strand: Strand | None = None,
    ) -> None:
        stage, about = self.stage, strand or self._of(leg)
        if stage and about and not self.ended:
            self.safely(lambda: act(stage, about))

    def _of(self, leg: SipLeg) -> Strand | None:
        known = next((each for each in self.strands if each.sip is leg), None)
        # While `dial` still runs, the newest strand does not know its leg yet.
        return known or next((each for each in self.strands if each.sip is None), None)

    def _digit(self, strand: Strand, digit: str) -> None:
        stage = self.stage
        if stage and not self.ended and not strand.over:
            self.safely(lambda: stage.digit(strand, digit))
