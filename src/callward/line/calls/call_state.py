"""What a call does at one point of its way; each state answers only what concerns it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from callward.line.errors import NotNowError
from callward.line.states import Entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.calls.call import Call
    from callward.line.calls.participant import Participant
    from callward.line.states import HangUp

TRANSFER_DECLINED = 603


class CallState:
    """The common answers: a refusal counts at any moment, everything else is not for now."""

    name: ClassVar[str] = ""

    def __init__(self, call: Call) -> None:
        self.call = call
        self._timers: list[Callable[[], None]] = []

    def enter(self) -> None:
        """Begin."""

    def leave(self) -> None:
        """Stop every clock of this state."""
        for cancel in self._timers:
            cancel()
        self._timers.clear()

    def after(self, seconds: float, act: Callable[[], None]) -> Callable[[], None]:
        """Do something later, if the call is still in this state; returns what cancels it."""

        def if_still_here() -> None:
            if self.here:
                self.call.safely(act)

        cancel = self.call.resources.timers.after(seconds, if_still_here)
        self._timers.append(cancel)
        return cancel

    @property
    def here(self) -> bool:
        """Whether the call is still in this state."""
        return self.call.state is self and not self.call.ended

    def digit(self, participant: Participant, digit: str) -> None:
        """A key was pressed: the outer party's refusal counts at any moment."""
        keys = self.call.profile.rules.digits
        if participant is not self.call.outer or digit not in {keys.agree, keys.refuse, keys.stop}:
            return  # whatever else people type may be a card or a code, and is never written down
        self.call.session.note(Entry.DIGIT, digit=digit)
        if digit == keys.refuse and self.refusable:
            self.refuse(by="digit")

    @property
    def refusable(self) -> bool:
        """Whether there is something to refuse."""
        return self.call.session.why_not is None

    def refuse(self, *, by: str) -> None:
        """Take a no."""
        self.call.session.refused(by)
        self.refused()

    def refused(self) -> None:
        """Go on as the policy says after a no."""

    def click(self, said: str, *, by: str) -> None:
        """The agent clicks what the person said."""
        raise NotNowError(why=f"stage-{self.name}")

    def stop(self, *, by: str) -> None:
        raise NotNowError(why=f"stage-{self.name}")

    def pause(self, reason: str) -> None:
        raise NotNowError(why=f"stage-{self.name}")

    def resume(self, *, by: str) -> None:
        raise NotNowError(why=f"stage-{self.name}")

    def transfer(self, to: str, *, attended: bool) -> None:
        raise NotNowError(why=f"stage-{self.name}")

    def complete(self) -> None:
        raise NotNowError(why=f"stage-{self.name}")

    def rang(self, participant: Participant) -> None:
        """A peer's phone rings."""

    def answered(self, participant: Participant) -> None:
        """A peer answered."""

    def up(self, participant: Participant) -> None:
        """A peer's answer is acknowledged: audio goes both ways."""

    def held(self, participant: Participant) -> None:
        """A peer put us on hold, or took us back."""

    def asked_transfer(self, participant: Participant, target: str, replaces: str | None) -> None:
        if participant.sip:
            participant.sip.tell_transfer(TRANSFER_DECLINED)

    def lost(self, participant: Participant, why: HangUp) -> None:
        """A peer other than the outer party is gone."""
