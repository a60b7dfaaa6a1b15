"""A message left by voice: told first, then recorded by a rule of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.call_state import CallState
from callward.policy.vocabulary import PromptKey

if TYPE_CHECKING:
    from callward.line.calls.participant import Participant
    from callward.line.prompt_library import PromptAudio

MESSAGE_QUEUE = "voicemail"
_ENDS = "#"


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
