"""What a call's ledger proves: by what its recording was allowed, what it says of it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.calls.states import Told
from callward.line.call_ledger import verify
from callward.line.errors import LedgerTamperedError
from callward.line.states import Entry, EvidenceKind, RecordingFate
from callward.policy.vocabulary import PromptKey
from callward.telephony.values import LedgerWord

if TYPE_CHECKING:
    from datetime import datetime

    from callward.line.call_ledger import Ledger, LedgerLine

_ASKED = frozenset({EvidenceKind.DIGIT, EvidenceKind.SPOKEN_AND_CLICKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A ledger as far as it holds; `fault` names the place where it does not."""

    ledger: Ledger | None
    fault: str = ""

    @property
    def fate(self) -> RecordingFate | None:
        """What became of the recording, as the ledger says."""
        return self.ledger.fate if self.ledger else None

    @property
    def evidence(self) -> str:
        """By what a recording was allowed; empty when there was none."""
        return str(self.ledger.evidence or "") if self.ledger else ""

    @property
    def told(self) -> Told:
        """What the person was told and answered."""
        if self.ledger is None:
            return Told.UNKNOWN
        if self.ledger.evidence in _ASKED or self.has(Entry.AGREED):
            return Told.ASKED
        return Told.ANNOUNCED if self.heard_to_the_end else Told.NONE

    def has(self, entry: Entry) -> bool:
        """Whether this ever happened in the call."""
        return bool(self._of(entry))

    @property
    def heard_to_the_end(self) -> bool:
        """Whether an announcement was played whole."""
        return any(line.facts.get("complete", True) for line in self._of(Entry.ANNOUNCEMENT_ENDED))

    @property
    def is_message(self) -> bool:
        """Whether what was recorded is a message left by voice, which has rules of its own."""
        said = {line.facts.get("prompt") for line in self._of(Entry.ANNOUNCEMENT_ENDED)}
        return str(PromptKey.VOICEMAIL) in said and self.has(Entry.OPENED)

    @property
    def officer(self) -> bool:
        """Whether the call was for the protection officer, and so never recorded (S-20)."""
        return any(line.facts.get("unrecorded") == "officer" for line in self._of(Entry.SHUT))

    def _of(self, entry: Entry) -> list[LedgerLine]:
        return [line for line in self.ledger.lines if line.entry is entry] if self.ledger else []

    def fact(self, name: str) -> str:
        """What the ledger's first line says of the call."""
        if self.ledger is None:
            return ""
        return str(self.ledger.lines[0].facts.get(name, ""))


def judge(raw: bytes, *, call: str, head: str | None) -> Judged:
    """Read a ledger; what is wrong with it is named, never raised."""
    try:
        return Judged(ledger=verify(raw, call=call, head=head))
    except LedgerTamperedError as error:
        return Judged(ledger=None, fault=f"{error.facts['why']}-{error.facts['line']}")


def words_of(ledger: Ledger) -> tuple[LedgerWord, ...]:
    """Every line of a ledger, with its place in the recording where it has one."""
    opened = next((line.at for line in ledger.lines if line.entry is Entry.OPENED), None)
    return tuple(
        LedgerWord(
            entry=line.entry, at=line.at, second=_second(line, opened), facts=dict(line.facts)
        )
        for line in ledger.lines
    )


def _second(line: LedgerLine, opened: datetime | None) -> float | None:
    if opened is None or line.at < opened:
        return None
    return (line.at - opened).total_seconds()
