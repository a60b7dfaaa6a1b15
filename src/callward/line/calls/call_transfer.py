"""Passing a call on: gate and consent go along, and the new party is told first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from callward.line.calls.call_state import CallState
from callward.line.errors import NotNowError
from callward.line.states import CallEvent, Entry
from callward.policy.vocabulary import PromptKey

if TYPE_CHECKING:
    from callward.line.calls.call import Call
    from callward.line.calls.participant import Participant
    from callward.line.prompt_library import PromptAudio
    from callward.line.snapshot import Agent, Queue
    from callward.line.states import HangUp

TRANSFER = "transfer"
RING_SECONDS = 25.0


class Back(Protocol):
    """How both talk again."""

    def __call__(self, call: Call, *, resuming: str | None = None) -> CallState: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTarget:
    """To whom: an agent, or a queue of agents."""

    agent: Agent | None = None
    queue: Queue | None = None


def target_of(call: Call, to: str) -> TransferTarget:
    """Find an agent or a queue of the same controller; callers are never sent outside."""
    line = call.profile.line
    agent = next((each for each in line.agents if to in {each.ref, each.phone}), None)
    if agent:
        if not call.resources.availability.is_free(agent.ref):
            raise NotNowError(why="agent-not-free")
        return TransferTarget(agent=agent)
    queue = next((each for each in line.queues if each.name == to), None)
    if queue is None:
        raise NotNowError(why="not-a-colleague")
    return TransferTarget(queue=queue)


class Connecting(CallState):
    """A new agent is there: told first where the call is recorded, then brought together."""

    name = "joining"

    def __init__(self, call: Call, participant: Participant, *, back: Back) -> None:
        super().__init__(call)
        self._participant, self._back = participant, back

    def enter(self) -> None:
        call = self.call
        if call.facts.connected is None:  # the first agent of this call, no transfer
            call.agent = self._participant
            call.go(self._back(call))
            return
        told = call.spoken(PromptKey.NEW_PARTY_TOLD)
        if call.session.recording and not told:
            call.session.stop(by="new-party-not-told")
        if call.session.recording:
            call.say_these(told, to=self._participant, heard=self._heard, then=self._join)
        else:
            self._join()

    def _heard(self, spoken: PromptAudio, frames: int, complete: bool) -> None:
        if complete:
            self.call.session.party_told(spoken, frames=frames)

    def _join(self) -> None:
        call, told = self.call, self.call.session.recording
        call.agent = self._participant
        call.session.note(Entry.TRANSFERRED, to=self._participant.agent or "", told=told)
        call.announce(CallEvent.TRANSFERRED, agent=self._participant.agent)
        call.go(self._back(call, resuming=TRANSFER))

    def refused(self) -> None:
        """A no from the outer party while it waits; the call goes on unrecorded."""

    def lost(self, participant: Participant, why: HangUp) -> None:
        if participant is self._participant:
            fail(self.call)


class BlindTransfer(CallState):
    """The agent lets go; the caller waits until a colleague answers."""

    name = "passing"

    def __init__(self, call: Call, to: TransferTarget, *, back: Back, last: bool = False) -> None:
        super().__init__(call)
        self._to, self._back, self._last = to, back, last
        self._former: Agent | None = None

    def enter(self) -> None:
        call = self.call
        wait(call)
        if call.agent:
            self._former = call.profile.line.agent(call.agent.agent or "")
            call.drop(call.agent)
        if self._to.queue:
            call.facts.queue = self._to.queue.name
            requeue(call, self._to.queue)
        elif self._to.agent is None or not call.ring(self._to.agent, ring_seconds=RING_SECONDS):
            self._failed()

    def up(self, participant: Participant) -> None:
        self.call.go(Connecting(self.call, participant, back=self._back))

    def lost(self, participant: Participant, why: HangUp) -> None:
        self._failed()

    def _failed(self) -> None:
        if not self.here:
            return
        self.call.announce(CallEvent.TRANSFER_FAILED)
        if self._former and not self._last:
            again = TransferTarget(agent=self._former)
            self.call.go(BlindTransfer(self.call, again, back=self._back, last=True))
        else:
            fail(self.call)


class AttendedTransfer(CallState):
    """The agent asks a colleague first; the caller waits and neither of them is recorded."""

    name = "consulting"

    def __init__(self, call: Call, colleague: Agent, *, back: Back) -> None:
        super().__init__(call)
        self._colleague, self._back = colleague, back
        self._participant: Participant | None = None

    def enter(self) -> None:
        wait(self.call)
        self._participant = self.call.ring(self._colleague, ring_seconds=RING_SECONDS)
        if self._participant is None and self.here:
            self._return()

    def up(self, participant: Participant) -> None:
        agent = self.call.agent
        if participant is not self._participant:
            return
        if agent is None:
            self.call.go(Connecting(self.call, participant, back=self._back))
            return
        agent.relay(participant)
        participant.relay(agent)

    def complete(self) -> None:
        if self._participant is None or not self._participant.up:
            raise NotNowError(why="nobody-to-pass-to")
        if self.call.agent:
            self.call.drop(self.call.agent)
        self._participant.relay(None)
        self.call.go(Connecting(self.call, self._participant, back=self._back))

    def resume(self, *, by: str) -> None:
        if self._participant:
            self.call.drop(self._participant)
        self._return()

    def lost(self, participant: Participant, why: HangUp) -> None:
        if participant is self._participant:
            self._participant = None
            if self.call.agent is None:
                fail(self.call)
            else:
                self._return()
        elif self._participant and self._participant.up:
            self.complete()

    def _return(self) -> None:
        self.call.announce(CallEvent.TRANSFER_FAILED)
        self.call.go(self._back(self.call, resuming=TRANSFER))


def wait(call: Call) -> None:
    """Let the outer party wait; nobody hears it and nothing of it is recorded."""
    waits = call.spoken(PromptKey.PLEASE_WAIT)
    for participant in (call.outer, call.agent):
        if participant:
            participant.relay(None)
            participant.tap(None)
    if call.outer:
        call.outer.comfort(waits[0] if waits else None)


def requeue(call: Call, queue: Queue) -> None:
    """Back into a queue, where there is one."""
    if call.queue_again:
        call.go(call.queue_again(queue))
    else:
        call.over("transfer-failed")


def fail(call: Call) -> None:
    """Nobody took the call: back to its queue, or good-bye."""
    queues = {queue.name: queue for queue in call.profile.line.queues}
    queue = queues.get(call.facts.queue or "")
    if queue:
        requeue(call, queue)
    else:
        call.over("transfer-failed")
