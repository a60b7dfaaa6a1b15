"""The recording side of one call: what was said and answered, the gate, and what is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.line.call_envelope import envelope_of
from callward.line.call_ledger import LedgerBook
from callward.line.consent_gate import ConsentGate
from callward.line.errors import DiskNearlyFullError, SpoolKeyMissingError
from callward.line.rules import ConsentEvidence
from callward.line.states import CallEvent, Entry, EvidenceKind, GateState
from callward.policy.vocabulary import ConsentMode, Direction

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.line.call_envelope import CallFacts
    from callward.line.call_ledger import Fact
    from callward.line.calls.controller_profile import ControllerProfile
    from callward.line.ports import FrameWriter, Spool
    from callward.line.prompt_library import PromptAudio
    from callward.line.rules import CallRules

_UNASKED = {
    ConsentMode.CONTINUED: EvidenceKind.ANNOUNCED_AND_CONTINUED,
    ConsentMode.NONE: EvidenceKind.NONE_NEEDED,
}


class SessionPorts(Protocol):
    """What a session asks of the line; it knows neither SIP nor other calls."""

    @property
    def spool(self) -> Spool: ...
    @property
    def steady(self) -> Callable[[], float]: ...
    @property
    def announce(self) -> Callable[[CallEvent, dict[str, Fact | None]], None]: ...


class RecordingSession:
    """Intends, tells, asks, opens, pauses, stops and hands over the recording of one call."""

    def __init__(self, profile: ControllerProfile, facts: CallFacts, ports: SessionPorts) -> None:
        self._profile, self.facts, self._ports = profile, facts, ports
        self.ledger = LedgerBook()
        self.gate = self._gate(profile.rules)
        self._rules = profile.rules
        self.why_not: str | None = None  # why this call is not recorded, from its start
        self.blocked = False
        self._told: PromptAudio | None = None
        self._evidence: ConsentEvidence | None = None

    def _gate(self, rules: CallRules) -> ConsentGate:
        return ConsentGate(
            rules=rules,
            direction=self.facts.direction,
            ledger=self.ledger,
            steady=self._ports.steady,
        )

    # Before anybody speaks.

    def begin(self, **about: Fact) -> None:
        """Write the first line of the ledger."""
        self.ledger.add(
            Entry.CALL_BEGUN,
            at=self.facts.began,
            call=self.facts.call,
            recording=self.facts.recording,
            controller=self.facts.controller,
            policy=self._profile.rules.policy_id,
            direction=str(self.facts.direction),
            **about,
        )

    def intend(self, *, language: str, number: str, officer: bool) -> None:
        """Decide whether this call is to be recorded, and say why where it is not."""
        self.why_not = self._not_meant(number, officer=officer)
        if self.why_not:
            return
        try:
            self._profile.require_able(self.facts.direction, language=language, at=clock.now())
            self._require_room()
        except CallwardError as fault:
            self._block(fault.code)

    def intend_message(self) -> bool:
        """Whether a message may be recorded: its own rules, its own gate, never after a no."""
        rules = self._profile.message_rules
        if rules is None or self.ledger.has(Entry.REFUSED) or self.recording:
            return False
        self.gate, self._rules = self._gate(rules), rules
        self.why_not, self.blocked, self._told = None, False, None
        try:
            rules.telling_of(Direction.IN)
            self._require_room()
        except CallwardError as fault:
            self._block(fault.code)
        return self.why_not is None

    def _require_room(self) -> None:
        self._profile.spool_key()
        if self._ports.spool.nearly_full():
            raise DiskNearlyFullError

    def _not_meant(self, number: str, *, officer: bool) -> str | None:
        rules = self._profile.rules
        if not rules.telling:
            return "no-call-recording"
        if officer and rules.officer_unrecorded:
            return "officer"  # S-20
        if self.facts.direction not in rules.telling:
            return "direction-off"
        return None if rules.declares(number) else "number-not-declared"  # M-01

    def _block(self, why: str) -> None:
        self.why_not, self.blocked = why, True
        self.gate.block(at=clock.now(), why=why)
        self._tell(CallEvent.BLOCKED, why=why)

    # Told, asked, answered.

    def announcement_begun(self, spoken: PromptAudio) -> None:
        """Somebody begins to be told."""
        self.note(Entry.ANNOUNCEMENT_BEGUN, **_said(spoken))

    def announcement_ended(self, spoken: PromptAudio, *, frames: int, complete: bool) -> None:
        """It was told to its end, or not."""
        self.note(Entry.ANNOUNCEMENT_ENDED, frames=frames, complete=complete, **_said(spoken))
        if complete:
            self._told = spoken
            self._tell(CallEvent.TOLD)

    def party_told(self, spoken: PromptAudio, *, frames: int) -> None:
        """Somebody who joins was told; that is no consent of anybody."""
        self.note(Entry.ANNOUNCEMENT_ENDED, frames=frames, complete=True, **_said(spoken))

    @property
    def told(self) -> bool:
        """Whether the announcement was heard to its end."""
        return self._told is not None

    def asked(self, by: str) -> None:
        """The question was put: by a prompt, or by the agent."""
        self.note(Entry.ASKED, by=by)
        self._tell(CallEvent.ASKED)

    def went_on(self) -> None:
        """Heard the announcement and stayed: enough only where the policy takes it so."""
        telling = self._rules.telling_of(self.facts.direction)
        if kind := _UNASKED.get(telling.consent):
            self._agree(kind, by="")

    def agreed(self, kind: EvidenceKind, *, by: str) -> None:
        """The person said yes, after having been told."""
        if self._told is not None and not self.answered:
            self._agree(kind, by=by)

    @property
    def answered(self) -> bool:
        """Whether there is a yes or a no."""
        return self._evidence is not None or self.ledger.has(Entry.REFUSED)

    @property
    def agreeable(self) -> bool:
        """Whether a yes would still count."""
        return self.why_not is None and self.told and not self.answered

    def _agree(self, kind: EvidenceKind, *, by: str) -> None:
        if self._told is None:
            return
        self._evidence = ConsentEvidence(
            kind=kind,
            announcement=self._told.sha256,
            language=self._told.language,
            complete=True,
            by=by,
        )
        self.note(Entry.AGREED, evidence=str(kind), by=by)
        self._tell(CallEvent.AGREED)

    def refused(self, by: str) -> None:
        """The person said no: nothing is recorded, and what was is made unreadable."""
        self.gate.refuse(at=clock.now(), by=by)
        self._evidence = None
        self.why_not = "refused"
        self._tell(CallEvent.REFUSED)

    # While both talk.

    def open(self) -> None:
        """Record from now on, if this was agreed to and nothing stands against it."""
        if self.why_not or self._evidence is None or self.gate.state is not GateState.CLOSED:
            return
        try:
            self.gate.open(self._evidence, at=clock.now(), begin=self._begin)
        except (CallwardError, OSError) as fault:
            self._block(fault.code if isinstance(fault, CallwardError) else "spool")
            return
        self._tell(CallEvent.OPENED)

    def _begin(self, began: float) -> FrameWriter:
        return self._ports.spool.begin(
            UUID(self.facts.recording),
            key=self._profile.spool_key(),
            began=began,
            envelope=self._envelope(),
        )

    def pause(self, label: str) -> None:
        """Record nothing until the same label is resumed."""
        self.gate.pause(label, at=clock.now())
        self._tell(CallEvent.PAUSED, why=label)

    def resume(self, label: str, *, by: str) -> None:
        """Go on recording."""
        self.gate.resume(label, at=clock.now(), by=by)
        self._tell(CallEvent.RESUMED, why=label, by=by)

    def stop(self, by: str) -> None:
        """Record no more; what was recorded with consent is kept."""
        self.gate.stop(at=clock.now(), by=by)
        self.why_not = "stopped"
        self._tell(CallEvent.STOPPED, by=by)

    @property
    def recording(self) -> bool:
        """Whether there is a recording that goes on or is paused."""
        return self.gate.state in {GateState.OPEN, GateState.PAUSED}

    # The end.

    def note(self, entry: Entry, **facts: Fact) -> None:
        """Write a line into the ledger."""
        self.ledger.add(entry, at=clock.now(), **facts)

    def end(self, why: str, **facts: Fact) -> str:
        """Shut everything and hand over; answers what became of the recording."""
        at = clock.now()
        disposition = self.facts.disposition
        handed = self.gate.end(
            at=at,
            envelope=self._envelope,
            why=why,
            disposition=disposition,
            unrecorded=self.why_not or "",
            **facts,
        )
        if not handed:
            self._keep()
        return self.ledger.fate

    def _keep(self) -> None:
        try:
            key = self._profile.spool_key()
        except SpoolKeyMissingError:
            self._tell(CallEvent.LOST, why=SpoolKeyMissingError.code)
            return
        self._ports.spool.keep(
            UUID(self.facts.recording),
            key=key,
            ledger=self.ledger.as_bytes(),
            envelope=self._envelope(),
        )

    def _envelope(self) -> bytes:
        return envelope_of(
            self.facts,
            ended=clock.now(),
            head=self.ledger.head,
            told=self.told,
            evidence=self._evidence.kind if self._evidence else None,
        )

    def _tell(self, event: CallEvent, **facts: Fact) -> None:
        about: dict[str, Fact | None] = {
            "call": self.facts.call,
            "controller": self.facts.controller,
            "agent": self.facts.agent,
            "gate": str(self.gate.state),
        }
        about.update(facts)
        self._ports.announce(event, about)


def _said(spoken: PromptAudio) -> dict[str, Fact]:
    return {"prompt": str(spoken.key), "announcement": spoken.sha256, "language": spoken.language}
