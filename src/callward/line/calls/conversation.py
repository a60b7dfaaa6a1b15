"""Both parties talk: the gate opens, and from now on anybody can stop, pause, hold or pass on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.calls.call_state import TRANSFER_DECLINED, Stage
from callward.line.calls.call_transfer import (
    TRANSFER,
    Consulting,
    Joining,
    Passing,
    target_of,
    wait,
)
from callward.line.errors import LineError, NotNowError
from callward.line.states import CallEvent, Entry, EvidenceKind
from callward.policy.vocabulary import ConsentMode, PromptKey, RefusalPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.calls.call import Call
    from callward.line.calls.participant import Strand
    from callward.line.prompt_library import Spoken
    from callward.line.states import HangUp

HOLD = "hold"
WARNING_SECONDS = 10.0
TRANSFER_DONE = 200


class Talking(Stage):
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
        if self._resuming and call.tape.gate.pauses_for(self._resuming):
            call.tape.resume(self._resuming, by="line")
        self._open()
        self._ask()
        self._watch()

    def _watch(self) -> None:
        """End a call from which nothing comes any more: peers can vanish without a BYE."""
        heard = sum(strand.media.received for strand in self.call.strands)
        if heard == self._heard and not any(strand.held for strand in self.call.strands):
            self.call.over("both-silent")
            return
        self._heard = heard
        self.after(self.call.house.snapshot.limits.silent_seconds, self._watch)

    def _join(self, outer: Strand, agent: Strand) -> None:
        for one, other in ((outer, agent), (agent, outer)):
            one.tap(self.call.tape.gate)
            one.relay(other)

    def _connected(self, agent: Strand) -> None:
        facts = self.call.facts
        facts.agent, facts.disposition = agent.agent, "answered"
        facts.answered = facts.answered or clock.now()
        facts.connected = facts.connected or clock.now()
        self.call.tape.note(Entry.CONNECTED, agent=agent.agent or "")
        self.call.announce(CallEvent.ANSWERED)

    def _open(self) -> None:
        tape = self.call.tape
        blocked = tape.blocked
        tape.open()
        if tape.blocked and not blocked:
            self.call.say(PromptKey.NOT_RECORDED_NOW)
        for strand in (self.call.outer, self.call.agent):
            label = f"{HOLD}-{strand.party}" if strand else ""
            if strand and strand.held and tape.recording and not tape.gate.pauses_for(label):
                tape.pause(label)

    def _ask(self) -> None:
        tape = self.call.tape
        if not tape.agreeable or tape.ledger.has(Entry.ASKED):
            return
        mode = self.call.premises.rules.telling_of(self.call.direction).consent
        if mode is ConsentMode.SPOKEN:
            self.call.say(PromptKey.CONSENT_QUESTION, heard=self._heard_question)

    def _heard_question(self, _spoken: Spoken, _frames: int, complete: bool) -> None:
        if complete:
            self.call.tape.asked("prompt")

    # Yes and no.

    def digit(self, strand: Strand, digit: str) -> None:
        keys = self.call.premises.rules.digits
        super().digit(strand, digit)
        if not self.here:
            return
        if strand is self.call.outer and digit == keys.agree:
            self._agree(EvidenceKind.DIGIT, by=digit)
        elif digit == keys.stop and self.call.tape.recording:
            self.stop(by="digit" if strand is self.call.outer else "agent")

    def click(self, said: str, *, by: str) -> None:
        if said == "refused":
            if not self.refusable:
                raise NotNowError(why="nothing-to-refuse")
            self.refuse(by="agent")
        elif self._may_click():
            if not self.call.tape.ledger.has(Entry.ASKED):
                self.call.tape.asked("agent")
            self.call.tape.note(Entry.CLICKED, said=said, agent=by)
            self._agree(EvidenceKind.SPOKEN_AND_CLICKED, by=by)
        else:
            raise NotNowError(why="the-policy-asks-for-a-key")

    def _may_click(self) -> bool:
        tape = self.call.tape
        if not tape.agreeable:
            return False
        mode = self.call.premises.rules.telling_of(self.call.direction).consent
        return mode is ConsentMode.SPOKEN

    def _agree(self, kind: EvidenceKind, *, by: str) -> None:
        if not self.call.tape.agreeable:
            return
        self.call.tape.agreed(kind, by=by)
        self._open()
        if self.call.tape.recording:
            self.call.say(PromptKey.THANKS_AGREED)

    def refused(self) -> None:
        call = self.call
        if call.premises.rules.refusal_of(call.direction) is RefusalPath.END_CALL:
            if call.agent:
                call.drop(call.agent)
            call.go(Ending(call))
            return
        call.say(PromptKey.GOES_ON_UNRECORDED, PromptKey.UNRECORDED_WAYS)

    def stop(self, *, by: str) -> None:
        if not self.call.tape.recording:
            raise NotNowError(why="not-recording")
        self._unpause()
        self.call.tape.stop(by)
        self.call.say(PromptKey.RECORDING_STOPPED)

    # Pauses and holds.

    def pause(self, reason: str) -> None:
        rule = self.call.premises.rules.pause
        if rule is None or reason not in set(map(str, rule.reasons)):
            raise NotNowError(why="reason-not-in-the-policy")
        if not self.call.tape.recording or self._reason:
            raise NotNowError(why="not-recording")
        self.call.tape.pause(reason)
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
        self.call.tape.resume(reason, by=by)

    def _unpause(self) -> None:
        self._reason = None
        while self._pause_clocks:
            self._pause_clocks.pop()()

    def held(self, strand: Strand) -> None:
        call, label = self.call, f"{HOLD}-{strand.party}"
        call.announce(CallEvent.HELD, why="begins" if strand.held else "ends")
        if call.tape.recording:
            if strand.held:
                call.tape.pause(label)
            elif call.tape.gate.pauses_for(label):
                call.tape.resume(label, by="line")
        other = call.agent if strand is call.outer else call.outer
        if other and strand.held:
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
            call.go(Consulting(call, target.agent, back=Talking))
        else:
            call.go(Passing(call, target, back=Talking))

    def _set_aside(self) -> None:
        """Pause for a transfer; whatever hold there is ends in it."""
        if self._reason:
            raise NotNowError(why="paused")
        tape = self.call.tape
        if tape.recording:
            tape.pause(TRANSFER)
        for strand in (self.call.outer, self.call.agent):
            label = f"{HOLD}-{strand.party}" if strand else ""
            if strand and strand.held and tape.gate.pauses_for(label):
                tape.resume(label, by="line")

    def asked_transfer(self, strand: Strand, target: str, replaces: str | None) -> None:
        asking = strand.sip
        if strand is not self.call.agent or asking is None:
            super().asked_transfer(strand, target, replaces)
            return
        try:
            stage = self._stage_asked(target, replaces)
        except LineError:
            asking.tell_transfer(TRANSFER_DECLINED)
            return
        asking.tell_transfer(TRANSFER_DONE)
        self.call.go(stage)

    def _stage_asked(self, target: str, replaces: str | None) -> Stage:
        call = self.call
        if replaces is None:
            to = target_of(call, target)
            self._set_aside()
            return Passing(call, to, back=Talking)
        self._set_aside()
        wait(call)
        colleague = call.house.hand_over(replaces, call)
        if colleague is None:
            raise NotNowError(why="no-such-colleague")
        call.adopt(colleague)
        if call.agent:
            call.drop(call.agent)
        return Joining(call, colleague, back=Talking)

    def lost(self, strand: Strand, why: HangUp) -> None:
        if self.call.agent is None:
            self.call.over(f"agent-{why}")


class Ending(Stage):
    """The policy ends the call of somebody who refuses, after naming the other ways."""

    name = "ending"

    def enter(self) -> None:
        self.call.say(
            PromptKey.GOES_ON_UNRECORDED,
            PromptKey.UNRECORDED_WAYS,
            PromptKey.GOODBYE,
            then=lambda: self.call.over("refused"),
        )
