"""Both parties talk: the gate opens, and from now on anybody can stop, pause, hold or pass on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.call_state import TRANSFER_DECLINED, CallState
from callward.line.calls.call_transfer import (
    TRANSFER,
    AttendedTransfer,
    BlindTransfer,
    Connecting,
    target_of,
    wait,
)
from callward.line.errors import LineError, NotNowError
from callward.line.states import CallEvent, Entry, EvidenceKind
from callward.policy.vocabulary import ConsentMode, PromptKey, RefusalPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.calls.call import Call
    from callward.line.calls.participant import Participant
    from callward.line.prompt_library import PromptAudio
    from callward.line.states import HangUp

HOLD = "hold"
WARNING_SECONDS = 10.0
TRANSFER_DONE = 200


class Connected(CallState):
    """Audio goes both ways; frames reach the spool only through the gate."""

    name = "talking"

    def __init__(self, call: Call, *, resuming: str | None = None) -> None:
        super().__init__(call)
        self._resuming = resuming
        self._reason: str | None = None  # why the agent paused
        self._pause_clocks: list[Callable[[], None]] = []
        self._heard = -1

    def enter(self) -> None:
        call = self.call
        if call.outer is None or call.agent is None:
            call.over("gone")
            return
        call.outer.hush()
        call.agent.hush()
        self._join(call.outer, call.agent)
        self._connected(call.agent)
        if self._resuming and call.session.gate.pauses_for(self._resuming):
            call.session.resume(self._resuming, by="line")
        self._open()
        self._ask()
        self._watch()

    def _watch(self) -> None:
        """End a call from which nothing comes any more: peers can vanish without a BYE."""
        heard = sum(participant.media.received for participant in self.call.participants)
        if heard == self._heard and not any(
            participant.held for participant in self.call.participants
        ):
            self.call.over("both-silent")
            return
        self._heard = heard
        self.after(self.call.resources.snapshot.limits.silent_seconds, self._watch)

    def _join(self, outer: Participant, agent: Participant) -> None:
        for one, other in ((outer, agent), (agent, outer)):
            one.tap(self.call.session.gate)
            one.relay(other)

    def _connected(self, agent: Participant) -> None:
        facts = self.call.facts
        facts.agent, facts.disposition = agent.agent, "answered"
        facts.answered = facts.answered or clock.now()
        facts.connected = facts.connected or clock.now()
        self.call.session.note(Entry.CONNECTED, agent=agent.agent or "")
        self.call.announce(CallEvent.ANSWERED)

    def _open(self) -> None:
        session = self.call.session
        blocked = session.blocked
        session.open()
        if session.blocked and not blocked:
            self.call.say(PromptKey.NOT_RECORDED_NOW)
        for participant in (self.call.outer, self.call.agent):
            label = f"{HOLD}-{participant.party}" if participant else ""
            if (
                participant
                and participant.held
                and session.recording
                and not session.gate.pauses_for(label)
            ):
                session.pause(label)

    def _ask(self) -> None:
        session = self.call.session
        if not session.agreeable or session.ledger.has(Entry.ASKED):
            return
        mode = self.call.profile.rules.telling_of(self.call.direction).consent
        if mode is ConsentMode.SPOKEN:
            self.call.say(PromptKey.CONSENT_QUESTION, heard=self._heard_question)

    def _heard_question(self, _spoken: PromptAudio, _frames: int, complete: bool) -> None:
        if complete:
            self.call.session.asked("prompt")

    # Yes and no.

    def digit(self, participant: Participant, digit: str) -> None:
        keys = self.call.profile.rules.digits
        super().digit(participant, digit)
        if not self.here:
            return
        if participant is self.call.outer and digit == keys.agree:
            self._agree(EvidenceKind.DIGIT, by=digit)
        elif digit == keys.stop and self.call.session.recording:
            self.stop(by="digit" if participant is self.call.outer else "agent")

    def click(self, said: str, *, by: str) -> None:
        if said == "refused":
            if not self.refusable:
                raise NotNowError(why="nothing-to-refuse")
            self.refuse(by="agent")
        elif self._may_click():
            if not self.call.session.ledger.has(Entry.ASKED):
                self.call.session.asked("agent")
            self.call.session.note(Entry.CLICKED, said=said, agent=by)
            self._agree(EvidenceKind.SPOKEN_AND_CLICKED, by=by)
        else:
            raise NotNowError(why="the-policy-asks-for-a-key")

    def _may_click(self) -> bool:
        session = self.call.session
        if not session.agreeable:
            return False
        mode = self.call.profile.rules.telling_of(self.call.direction).consent
        return mode is ConsentMode.SPOKEN

    def _agree(self, kind: EvidenceKind, *, by: str) -> None:
        if not self.call.session.agreeable:
            return
        self.call.session.agreed(kind, by=by)
        self._open()
        if self.call.session.recording:
            self.call.say(PromptKey.THANKS_AGREED)

    def refused(self) -> None:
        call = self.call
        if call.profile.rules.refusal_of(call.direction) is RefusalPath.END_CALL:
            if call.agent:
                call.drop(call.agent)
            call.go(HangingUp(call))
            return
        call.say(PromptKey.GOES_ON_UNRECORDED, PromptKey.UNRECORDED_WAYS)

    def stop(self, *, by: str) -> None:
        if not self.call.session.recording:
            raise NotNowError(why="not-recording")
        self._unpause()
        self.call.session.stop(by)
        self.call.say(PromptKey.RECORDING_STOPPED)

    # Pauses and holds.

    def pause(self, reason: str) -> None:
        rule = self.call.profile.rules.pause
        if rule is None or reason not in set(map(str, rule.reasons)):
            raise NotNowError(why="reason-not-in-the-policy")
        if not self.call.session.recording or self._reason:
            raise NotNowError(why="not-recording")
        self.call.session.pause(reason)
        self._reason = reason
        longest = rule.max.as_timedelta().total_seconds()
        warned = max(longest - WARNING_SECONDS, longest / 2)
        self._pause_clocks = [
            self.after(warned, lambda: self._warn(reason)),
            self.after(longest, lambda: self._resume_by_clock(reason)),
        ]

    def _warn(self, reason: str) -> None:
        if self._reason == reason:
            self.call.announce(CallEvent.RESUMES_SOON, why=reason)

    def _resume_by_clock(self, reason: str) -> None:
        if self._reason == reason:
            self.resume(by="clock")

    def resume(self, *, by: str) -> None:
        if self._reason is None:
            raise NotNowError(why="not-paused")
        reason = self._reason
        self._unpause()
        self.call.session.resume(reason, by=by)

    def _unpause(self) -> None:
        self._reason = None
        while self._pause_clocks:
            self._pause_clocks.pop()()

    def held(self, participant: Participant) -> None:
        call, label = self.call, f"{HOLD}-{participant.party}"
        call.announce(CallEvent.HELD, why="begins" if participant.held else "ends")
        if call.session.recording:
            if participant.held:
                call.session.pause(label)
            elif call.session.gate.pauses_for(label):
                call.session.resume(label, by="line")
        other = call.agent if participant is call.outer else call.outer
        if other and participant.held:
            waits = call.spoken(PromptKey.PLEASE_WAIT)
            other.comfort(waits[0] if waits and other is call.outer else None)
        elif other:
            other.hush()

    # Passing on.

    def transfer(self, to: str, *, attended: bool) -> None:
        call = self.call
        target = target_of(call, to)
        self._set_aside()
        if attended and target.agent:
            call.go(AttendedTransfer(call, target.agent, back=Connected))
        else:
            call.go(BlindTransfer(call, target, back=Connected))

    def _set_aside(self) -> None:
        """Pause for a transfer; whatever hold there is ends in it."""
        if self._reason:
            raise NotNowError(why="paused")
        session = self.call.session
        if session.recording:
            session.pause(TRANSFER)
        for participant in (self.call.outer, self.call.agent):
            label = f"{HOLD}-{participant.party}" if participant else ""
            if participant and participant.held and session.gate.pauses_for(label):
                session.resume(label, by="line")

    def asked_transfer(self, participant: Participant, target: str, replaces: str | None) -> None:
        asking = participant.sip
        if participant is not self.call.agent or asking is None:
            super().asked_transfer(participant, target, replaces)
            return
        try:
            state = self._state_asked(target, replaces)
        except LineError:
            asking.tell_transfer(TRANSFER_DECLINED)
            return
        asking.tell_transfer(TRANSFER_DONE)
        self.call.go(state)

    def _state_asked(self, target: str, replaces: str | None) -> CallState:
        call = self.call
        if replaces is None:
            to = target_of(call, target)
            self._set_aside()
            return BlindTransfer(call, to, back=Connected)
        self._set_aside()
        wait(call)
        colleague = call.colleague_at(replaces)
        if colleague is None:
            raise NotNowError(why="no-such-colleague")
        call.adopt(colleague)
        if call.agent:
            call.drop(call.agent)
        return Connecting(call, colleague, back=Connected)

    def lost(self, participant: Participant, why: HangUp) -> None:
        if self.call.agent is None:
            self.call.over(f"agent-{why}")


class HangingUp(CallState):
    """The policy ends the call of somebody who refuses, after naming the other ways."""

    name = "ending"

    def enter(self) -> None:
        self.call.say(
            PromptKey.GOES_ON_UNRECORDED,
            PromptKey.UNRECORDED_WAYS,
            PromptKey.GOODBYE,
            then=lambda: self.call.over("refused"),
        )
