"""Where a caller is led once told: opening hours, a queue of agents, or a word and a call back.

A message left by voice is told first too, then recorded by a rule of its own.
"""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.announcement import Announcing, Answering, LanguageChoice
from callward.line.calls.call import Call
from callward.line.calls.call_state import CallState
from callward.line.calls.call_transfer import Connecting
from callward.line.calls.conversation import Connected
from callward.line.states import CallEvent, Entry, NobodyThere, Party, Strategy
from callward.policy.vocabulary import ConsentMode, Direction, PromptKey, RefusalPath

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.calls.line_resources import LineResources
    from callward.line.calls.participant import Participant
    from callward.line.ports import SipLeg
    from callward.line.prompt_library import PromptAudio
    from callward.line.snapshot import Agent, Did, Hours, Queue, Trunk
    from callward.line.states import HangUp

MESSAGE_QUEUE = "voicemail"
_ENDS = "#"


class Opening(StrEnum):
    """What the clock on the wall says."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


def opening_at(
    at: datetime, *, hours: Sequence[Hours], holidays: Sequence[date], zone: ZoneInfo
) -> Opening:
    """Whether it is open; no hours at all mean always, a holiday goes before any hours."""
    local = at.astimezone(zone)
    if local.date() in holidays:
        return Opening.HOLIDAY
    if not hours:
        return Opening.OPEN
    inside = any(_covers(span, local.weekday(), local.time()) for span in hours)
    return Opening.OPEN if inside else Opening.CLOSED


def _covers(span: Hours, weekday: int, now: time) -> bool:
    # Midnight as the end of a span is the end of that day.
    ends = span.closes != time(0)
    return span.weekday == weekday and span.opens <= now and (not ends or now < span.closes)


LOOK_AGAIN_SECONDS = 1.0


class Routing(CallState):
    """Decides at once whether somebody is there, and who."""

    name = "routing"

    def __init__(self, call: Call, did: Did) -> None:
        super().__init__(call)
        self._did = did

    def enter(self) -> None:
        line = self.call.profile.line
        queue = line.queue(self._queue_name())
        self.call.facts.queue = queue.name
        opening = opening_at(
            clock.now(),
            hours=line.hours,
            holidays=line.holidays,
            zone=self.call.profile.rules.zone,
        )
        if opening is Opening.OPEN or queue.always_open:
            self.call.go(Queued(self.call, queue))
        else:
            self.call.go(OutsideHours(self.call, opening))

    def _queue_name(self) -> str:
        line, rules = self.call.profile.line, self.call.profile.rules
        if self._did.officer:
            return line.officer_queue or self._did.queue
        apart = rules.refusal_of(self.call.direction) is RefusalPath.UNRECORDED_QUEUE
        if self.call.session.why_not == "refused" and apart and line.unrecorded_queue:
            return line.unrecorded_queue
        return self._did.queue


class OutsideHours(CallState):
    """Nobody is there at this hour: said, and a message taken where the policy takes any."""

    name = "closed"

    def __init__(self, call: Call, opening: Opening) -> None:
        super().__init__(call)
        self._opening = opening

    def enter(self) -> None:
        holiday = self._opening is Opening.HOLIDAY
        word = PromptKey.HOLIDAY if holiday else PromptKey.CLOSED
        self.call.say(word, then=lambda: self.call.go(LeavingMessage(self.call)))


class Queued(CallState):
    """Waits for an agent; agents are rung only now that everything was said."""

    name = "queueing"

    def __init__(self, call: Call, queue: Queue) -> None:
        super().__init__(call)
        self._queue = queue
        self._ringing: list[Participant] = []
        self._tried: set[str] = set()
        self._said_busy = False

    def enter(self) -> None:
        self._comfort()
        self.after(self._queue.wait_seconds, self._nobody)
        self._look()

    def leave(self) -> None:
        super().leave()
        for participant in tuple(self._ringing):
            self._ringing.remove(participant)
            self.call.drop(participant)

    def _comfort(self) -> None:
        waits = self.call.spoken(PromptKey.PLEASE_WAIT)
        if self.call.outer:
            self.call.outer.comfort(waits[0] if waits else None)

    def _look(self) -> None:
        if not self.here or self._ringing:
            return
        free = self.call.resources.availability.free(self.call.profile.line, self._queue)
        untried = [agent for agent in free if agent.ref not in self._tried]
        if not untried:
            self._tried.clear()
            self._busy(nobody=not free)
            self.after(LOOK_AGAIN_SECONDS, self._look)
            return
        for agent in untried if self._queue.strategy is Strategy.RING_ALL else untried[:1]:
            if agent.ref not in self._tried:  # a phone that fails at once has us look again
                self._ring(agent)
        if not self._ringing:
            self.after(LOOK_AGAIN_SECONDS, self._look)

    def _ring(self, agent: Agent) -> None:
        self._tried.add(agent.ref)
        participant = self.call.ring(agent, ring_seconds=self._queue.ring_seconds)
        if participant and self.here:
            self._ringing.append(participant)

    def _busy(self, *, nobody: bool) -> None:
        if nobody and not self._said_busy:
            self._said_busy = True
            self.call.say(PromptKey.ALL_BUSY, then=self._comfort)

    def up(self, participant: Participant) -> None:
        if participant not in self._ringing:
            return
        self._ringing.remove(participant)
        self.call.go(Connecting(self.call, participant, back=Connected))

    def lost(self, participant: Participant, why: HangUp) -> None:
        if participant in self._ringing:
            self._ringing.remove(participant)
        self._look()

    def _nobody(self) -> None:
        match self._queue.nobody:
            case NobodyThere.VOICEMAIL:
                self.call.go(LeavingMessage(self.call))
            case NobodyThere.CALLBACK:
                self.call.go(CallbackNoted(self.call))
            case NobodyThere.GOODBYE:
                self.call.go(Farewell(self.call))

    def refused(self) -> None:
        """A no in the queue: nothing is recorded, and the caller keeps the place."""
        self.call.say(PromptKey.GOES_ON_UNRECORDED, then=self._comfort)


class CallbackNoted(CallState):
    """The caller will be called back."""

    name = "calling-back"

    def enter(self) -> None:
        self.call.session.note(Entry.CALLBACK_NOTED)
        self.call.announce(CallEvent.CALLBACK_WANTED)
        self.call.say(
            PromptKey.CALLBACK_NOTED,
            PromptKey.GOODBYE,
            then=lambda: self.call.over("callback-noted"),
        )


class Farewell(CallState):
    """Good-bye is said, and the call ends."""

    name = "parting"

    def enter(self) -> None:
        self.call.say(PromptKey.GOODBYE, then=lambda: self.call.over("nobody-there"))


class LeavingMessage(CallState):
    """The caller speaks after the tone; where no message may be kept, good-bye is said."""

    name = "message"

    def enter(self) -> None:
        line, call = self.call.profile.line, self.call
        told = call.spoken(PromptKey.VOICEMAIL)
        if line.voicemail is None or not told or not call.session.intend_message():
            call.say(PromptKey.GOODBYE, then=lambda: call.over("nobody-there"))
            return
        call.session.announcement_begun(told[0])
        call.say_these(told, heard=self._heard, then=self._record)

    def _heard(self, spoken: PromptAudio, frames: int, complete: bool) -> None:
        self.call.session.announcement_ended(spoken, frames=frames, complete=complete)

    def _record(self) -> None:
        call = self.call
        call.session.went_on()
        if call.outer:
            call.outer.tap(call.session.gate)
        call.session.open()
        if not call.session.recording:
            call.say(PromptKey.NOT_RECORDED_NOW, then=lambda: call.over("nobody-there"))
            return
        call.facts.queue, call.facts.disposition = MESSAGE_QUEUE, "answered"
        call.facts.answered = call.facts.connected = clock.now()
        self.after(self._longest, self._end)
        call.beep()

    @property
    def _longest(self) -> float:
        voicemail = self.call.profile.line.voicemail
        seconds = float(voicemail.longest_seconds) if voicemail else 0.0
        return min(seconds, self.call.profile.longest_message or seconds)

    def digit(self, participant: Participant, digit: str) -> None:
        super().digit(participant, digit)
        if self.here and digit == _ENDS and self.call.session.recording:
            self._end()

    def refused(self) -> None:
        self.call.say(PromptKey.GOODBYE, then=lambda: self.call.over("refused"))

    def _end(self) -> None:
        self.call.session.stop(by="end-of-message")
        self.call.say(PromptKey.GOODBYE, then=lambda: self.call.over("message-left"))


def begin_inbound(
    resources: LineResources, profile: ControllerProfile, did: Did, *, leg: SipLeg, trunk: Trunk
) -> Call:
    """Take a call; the caller hears the announcement before anything else happens."""
    call = Call(resources, profile, direction=Direction.IN)
    facts = call.facts
    facts.outer_number, facts.did = leg.asserted_number, did.number
    facts.redirects = leg.redirects
    participant = call.participant(Party.OUTER, in_band=trunk.in_band_digits)
    participant.sip, call.outer = leg, participant
    call.queue_again = lambda queue: Queued(call, queue)
    call.session.begin(trunk=trunk.ref)
    if leg.media:
        participant.media.connect(leg.media)
    call.first = _first(call, did, early=trunk.early_media and _may_be_early(profile))
    return call


def _first(call: Call, did: Did, *, early: bool) -> CallState:
    def onward() -> CallState:
        return Answering(call, lambda: Routing(call, did))

    def tell() -> CallState:
        return Announcing(call, number=did.number, officer=did.officer, onward=onward)

    keys = _keys(call.profile, did)
    if len(keys) == 1:
        call.language = next(iter(keys.values()))

    def opening() -> CallState:
        return LanguageChoice(call, keys, tell) if len(keys) > 1 else tell()

    if early and call.outer and call.outer.sip:
        call.outer.sip.ring(early_port=call.outer.port)
        return opening()
    return Answering(call, opening)


def _may_be_early(profile: ControllerProfile) -> bool:
    """A carrier may keep digits back before the answer, so a question is never early."""
    telling = profile.rules.telling.get(Direction.IN)
    return telling is None or (telling.early_media and telling.consent is not ConsentMode.KEYPRESS)


def _keys(profile: ControllerProfile, did: Did) -> dict[str, str]:
    """Each offered language by its key: its place in the policy's list, from 1."""
    telling = profile.rules.telling.get(Direction.IN)
    languages = (telling.languages if telling else ()) or profile.line.languages
    keys = {str(place): language for place, language in enumerate(languages, 1)}
    offered = did.languages or languages
    return {key: language for key, language in keys.items() if language in offered}
