"""The ledger of one call: what was said, answered and done, each line chained to the one before.

It holds references, hashes and codes, never a number or a name, so it may be read by anybody who
asks whether a recording was allowed. A cut-off end shows by the missing `shut`; who wants to know
that the whole was not written anew compares the head with the one in the call's envelope.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.line.errors import LedgerShutError, LedgerTamperedError
from callward.line.states import Entry, EvidenceKind, RecordingFate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SCHEMA = "callward.ledger/1"
START = hashlib.sha256(SCHEMA.encode()).hexdigest()
LARGEST_LEDGER = 4 * 1024 * 1024

Fact = str | int | bool
_KEYS = frozenset({"entry", "at", "previous", "facts"})
_SAFE = re.compile(r"[A-Za-z0-9*#._:/-]{0,160}")  # no plus sign: no number in E.164
_OPENS = frozenset({Entry.AGREED, Entry.ANNOUNCEMENT_ENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """One thing that happened in a call."""

    entry: Entry
    at: datetime
    previous: str
    facts: Mapping[str, Fact]

    def as_bytes(self) -> bytes:
        """The one byte sequence of this line, which the next line's `previous` digests."""
        content = {
            "entry": str(self.entry),
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous": self.previous,
            "facts": dict(self.facts),
        }
        return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """By what the next line knows this one."""
        return hashlib.sha256(self.as_bytes()).hexdigest()


@dataclass(slots=True)
class LedgerBook:
    """The ledger while its call runs."""

    _lines: list[LedgerLine] = field(default_factory=list)
    _follower: Callable[[bytes], None] | None = None

    @property
    def shut(self) -> bool:
        """Whether nothing can follow any more."""
        return bool(self._lines) and self._lines[-1].entry is Entry.SHUT

    @property
    def head(self) -> str:
        """The digest of the last line."""
        return self._lines[-1].digest if self._lines else START

    def add(self, entry: Entry, *, at: datetime, **facts: Fact) -> LedgerLine:
        """Write the next line; raises LedgerShutError after the last one."""
        if self.shut:
            raise LedgerShutError
        for fact in facts.values():
            _require_harmless(fact)
        line = LedgerLine(entry=entry, at=at, previous=self.head, facts=MappingProxyType(facts))
        self._lines.append(line)
        if self._follower:
            self._follower(line.as_bytes())
        return line

    def follow(self, follower: Callable[[bytes], None]) -> None:
        """Give every line, also those to come, so that a crash leaves the ledger to the last."""
        for line in self._lines:
            follower(line.as_bytes())
        self._follower = follower

    def unfollow(self) -> None:
        """Give nobody any further line."""
        self._follower = None

    def has(self, entry: Entry) -> bool:
        """Whether this ever happened in the call."""
        return any(line.entry is entry for line in self._lines)

    @property
    def fate(self) -> str:
        """What became of the recording, once the ledger is shut."""
        return str(self._lines[-1].facts.get("fate", ""))

    def as_bytes(self) -> bytes:
        """Every line, each ended by a newline."""
        return b"".join(line.as_bytes() + b"\n" for line in self._lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger that was read back and holds together."""

    lines: tuple[LedgerLine, ...]

    @property
    def head(self) -> str:
        """The digest of the last line, which the envelope repeats."""
        return self.lines[-1].digest

    @property
    def call(self) -> str:
        """The reference of the call."""
        return str(self.lines[0].facts.get("call", ""))

    @property
    def finished(self) -> bool:
        """Whether the call came to its end; otherwise the line fell before."""
        return self.lines[-1].entry is Entry.SHUT

    @property
    def refused(self) -> bool:
        """Whether the person ever said no; then nothing may be kept."""
        return any(line.entry is Entry.REFUSED for line in self.lines)

    @property
    def fate(self) -> RecordingFate:
        """What became of the recording; a ledger without end belongs to a degraded one."""
        if self.finished:
            return RecordingFate(str(self.lines[-1].facts["fate"]))
        if self.refused:
            return RecordingFate.REFUSED
        opened = any(line.entry is Entry.OPENED for line in self.lines)
        return RecordingFate.DEGRADED if opened else RecordingFate.ABSENT

    @property
    def evidence(self) -> EvidenceKind | None:
        """By what the recording was allowed to start; None when it never started."""
        for line in self.lines:
            if line.entry is Entry.OPENED:
                return EvidenceKind(str(line.facts["evidence"]))
        return None


def verify(raw: bytes, *, call: str | None = None, head: str | None = None) -> Ledger:
    """Read a ledger; raises LedgerTamperedError unless every line follows the one before.

    `call` and `head` are what the envelope says; a ledger of another call, or one that was
    written anew as a whole, is refused by them.
    """
    if not raw or len(raw) > LARGEST_LEDGER or not raw.endswith(b"\n"):
        raise LedgerTamperedError(line=0, why="form")
    previous, lines = START, list[LedgerLine]()
    for number, each in enumerate(raw[:-1].split(b"\n"), 1):
        line = _read(number, each)
        if line.previous != previous:
            raise LedgerTamperedError(line=number, why="chain")
        previous = line.digest
        lines.append(line)
    _require_order(lines)
    ledger = Ledger(lines=tuple(lines))
    if (call is not None and ledger.call != call) or (head is not None and ledger.head != head):
        raise LedgerTamperedError(line=len(lines), why="another-call" if head is None else "head")
    return ledger


def _read(number: int, raw: bytes) -> LedgerLine:
    try:
        content = json.loads(raw)
        if content.keys() != _KEYS:
            raise LedgerTamperedError(line=number, why="form")
        line = LedgerLine(
            entry=Entry(content["entry"]),
            at=datetime.fromisoformat(content["at"]),
            previous=content["previous"],
            facts=MappingProxyType(dict(content["facts"])),
        )
        same = line.as_bytes() == raw
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise LedgerTamperedError(line=number, why="form") from None
    if not same:
        raise LedgerTamperedError(line=number, why="form")
    return line


def _require_order(lines: list[LedgerLine]) -> None:
    seen = set[Entry]()
    for number, line in enumerate(lines, 1):
        for why in _faults(line, seen, first=number == 1):
            raise LedgerTamperedError(line=number, why=why)
        seen.add(line.entry)


def _faults(line: LedgerLine, seen: set[Entry], *, first: bool) -> Iterator[str]:
    if first != (line.entry is Entry.CALL_BEGUN):
        yield "begin"
    if Entry.SHUT in seen:
        yield "after-shut"
    if line.entry is Entry.OPENED and not seen >= _OPENS:
        yield "opened-without-evidence"
    if line.entry is Entry.OPENED and Entry.REFUSED in seen:
        yield "opened-after-refusal"
    if line.entry is Entry.OPENED and line.facts.get("evidence") not in set(EvidenceKind):
        yield "opened-without-evidence"
    if line.entry is Entry.SHUT and line.facts.get("fate") not in set(RecordingFate):
        yield "fate"


def _require_harmless(fact: Fact) -> None:
    # A ledger never holds a person: the writer is the place to be sure of it.
    if isinstance(fact, str) and not _SAFE.fullmatch(fact):
        raise ValueError
