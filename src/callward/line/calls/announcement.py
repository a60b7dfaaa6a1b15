"""The opening of a call: answered, language chosen, told, asked; all before anybody is rung."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.line.calls.call_state import CallState
from callward.line.calls.controller_profile import ANNOUNCEMENTS
from callward.line.errors import NotNowError
from callward.line.states import Entry, EvidenceKind
from callward.policy.vocabulary import ConsentMode, PromptKey, RefusalPath

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from callward.line.calls.call import Call
    from callward.line.calls.participant import Participant
    from callward.line.prompt_library import PromptAudio

CHOICE_SECONDS = 5.0
ANSWER_SECONDS = 6.0
_ASKINGS = 2

Next = "Callable[[], CallState]"


class Answering(CallState):
    """We answer the outer party, and go on once that is acknowledged."""

    name = "answering"

    def __init__(self, call: Call, then: Callable[[], CallState]) -> None:
        super().__init__(call)
        self._then = then

    def enter(self) -> None:
        outer = self.call.outer
        if outer is None or outer.sip is None:
            self.call.over("gone")
        elif outer.up:
            self.call.go(self._then())
        else:
            outer.sip.answer(port=outer.port)

    def up(self, participant: Participant) -> None:
        if participant is self.call.outer:
            self.call.go(self._then())


class LanguageChoice(CallState):
    """The caller chooses a language by its key; who chooses none gets the first."""

    name = "choosing"

    def __init__(self, call: Call, keys: dict[str, str], then: Callable[[], CallState]) -> None:
        super().__init__(call)
        self._keys, self._then = keys, then

    def enter(self) -> None:
        prompts = self.call.profile.prompts
        offers = (prompts.get(each, PromptKey.LANGUAGE_CHOICE) for each in self._keys.values())
        self.call.say_these([spoken for spoken in offers if spoken], then=self._wait)

    def _wait(self) -> None:
        self.after(CHOICE_SECONDS, lambda: self._choose(self.call.language, by="nobody"))

    def digit(self, participant: Participant, digit: str) -> None:
        if participant is self.call.outer and digit in self._keys:
            self._choose(self._keys[digit], by="digit")

    def _choose(self, language: str, *, by: str) -> None:
        self.call.language = language
        self.call.session.note(Entry.LANGUAGE_CHOSEN, language=language, by=by)
        if self.call.outer:
            self.call.outer.hush()
        self.call.go(self._then())


class Announcing(CallState):
    """The outer party is told; a key refuses at any moment."""

    name = "telling"

    def __init__(
        self, call: Call, *, number: str, officer: bool, onward: Callable[[], CallState]
    ) -> None:
        super().__init__(call)
        self._number, self._officer, self._onward = number, officer, onward

    def enter(self) -> None:
        session = self.call.session
        session.intend(language=self.call.language, number=self._number, officer=self._officer)
        if session.why_not is not None:
            self.call.say(*self._unrecorded(), then=lambda: self.call.go(self._onward()))
            return
        told = self.call.spoken(ANNOUNCEMENTS[self.call.direction])
        session.announcement_begun(told[0])
        self.call.say_these(told, heard=self._heard, then=self._told)

    def _unrecorded(self) -> Sequence[PromptKey]:
        blocked = (PromptKey.NOT_RECORDED_NOW,) if self.call.session.blocked else ()
        # The greeting speaks to somebody who rang us.
        greeting = (PromptKey.GREETING_UNRECORDED,) if self.call.direction == "in" else ()
        return (*greeting, *blocked)

    def _heard(self, spoken: PromptAudio, frames: int, complete: bool) -> None:
        self.call.session.announcement_ended(spoken, frames=frames, complete=complete)

    def _told(self) -> None:
        mode = self.call.profile.rules.telling_of(self.call.direction).consent
        if mode is ConsentMode.KEYPRESS:
            self.call.go(AskingConsent(self.call, self._onward))
            return
        self.call.session.went_on()
        self.call.go(self._onward())

    def refused(self) -> None:
        self.call.go(RecordingDeclined(self.call, self._onward))


class AskingConsent(CallState):
    """The announcement asked for a key; silence is no consent."""

    name = "asking"

    def __init__(self, call: Call, onward: Callable[[], CallState]) -> None:
        super().__init__(call)
        self._onward = onward
        self._asked = 0

    def enter(self) -> None:
        self._wait()

    def _wait(self) -> None:
        self._asked += 1
        self.call.session.asked("prompt")
        self.after(ANSWER_SECONDS, self._silence)

    def _silence(self) -> None:
        if self._asked < _ASKINGS:
            self.call.say(PromptKey.CONSENT_QUESTION, then=self._wait)
        else:
            self.refuse(by="silence")

    def digit(self, participant: Participant, digit: str) -> None:
        super().digit(participant, digit)
        agrees = digit == self.call.profile.rules.digits.agree
        if self.here and participant is self.call.outer and agrees and self.call.session.agreeable:
            self.leave()
            self.call.session.agreed(EvidenceKind.DIGIT, by=digit)
            self.call.say(PromptKey.THANKS_AGREED, then=lambda: self.call.go(self._onward()))

    def click(self, said: str, *, by: str) -> None:
        if said != "refused":
            raise NotNowError(why="the-policy-asks-for-a-key")
        self.refuse(by="agent")

    def refused(self) -> None:
        self.call.go(RecordingDeclined(self.call, self._onward))


class RecordingDeclined(CallState):
    """Somebody said no: the other ways are named, then the policy decides how it goes on."""

    name = "declined"

    def __init__(self, call: Call, onward: Callable[[], CallState]) -> None:
        super().__init__(call)
        self._onward = onward

    def enter(self) -> None:
        keys = [PromptKey.GOES_ON_UNRECORDED, PromptKey.UNRECORDED_WAYS]
        if self._ends:
            keys.append(PromptKey.GOODBYE)
        self.call.say(*keys, then=self._on)

    @property
    def _ends(self) -> bool:
        refusal = self.call.profile.rules.refusal_of(self.call.direction)
        return refusal is RefusalPath.END_CALL

    def digit(self, participant: Participant, digit: str) -> None:
        super().digit(participant, digit)
        if self.here and participant is self.call.outer and not self._ends:
            self._on()  # any key skips the addresses

    def _on(self) -> None:
        if self._ends:
            self.call.over("refused")
            return
        if self.call.outer:
            self.call.outer.hush()
        self.call.go(self._onward())
