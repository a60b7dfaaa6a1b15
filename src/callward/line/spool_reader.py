"""Reads the spool for the worker: finished calls, and what a crash left of unfinished ones.

The reader holds no key: it asks for each call's locked data key to be opened. Audio is opened
piece by piece; memory stays flat however long a call was.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from callward.kernel.disk import locked_if_free
from callward.line import call_ledger as ledgers
from callward.line.errors import SpoolKeyGoneError, SpoolRunningError
from callward.line.media.g711 import RATE, SILENCE, pcm_of
from callward.line.spool_form import (
    FINISHED,
    KEY,
    PARTIES,
    RUNNING,
    Gap,
    Kind,
    LockedKey,
    Record,
    gap_of,
    locked_key,
    records,
    seal_context,
)
from callward.line.volatile_keys import VolatileKeys, memory_for
from callward.sealing.unfinished_objects import UnfinishedReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.line.states import Party

_WINDOW = 10 * RATE  # how far out of turn audio may come
_PIECE = RATE  # what is handed out at once


class KeyOpener(Protocol):
    """Opens a locked data key; the worker passes the vault's."""

    def __call__(self, wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes: ...


@dataclass(slots=True)
class _Content:
    """What one pass over the records gathers."""

    samples: int = 0
    heard: set[int] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    entries: list[bytearray] = field(default_factory=list)
    ledger: bytearray = field(default_factory=bytearray)
    envelope: bytearray = field(default_factory=bytearray)

    def take(self, found: Record) -> None:
        match found.kind:
            case Kind.AUDIO:
                self.heard.add(found.channel)
                self.samples = max(self.samples, found.place + len(found.content))
            case Kind.GAP:
                self.gaps.append(gap := gap_of(found))
                self.samples = max(self.samples, gap.ended)
            case Kind.ENTRY:
                if found.place == 0:
                    self.entries.append(bytearray())
                self.entries[-1] += found.content
            case Kind.LEDGER:
                _put_text(self.ledger, found)
            case Kind.ENVELOPE:
                _put_text(self.envelope, found)

    @property
    def ledger_so_far(self) -> bytes:
        """The ledger as it was handed over; without that, as far as its lines came."""
        return bytes(self.ledger) or b"".join(bytes(line) + b"\n" for line in self.entries)


def _put_text(text: bytearray, found: Record) -> None:
    if found.place == 0:
        text.clear()
    text += found.content


class SpooledCall:
    """One call out of the spool, open for reading; nobody else has it meanwhile."""

    def __init__(self, ref: UUID, descriptor: int, key: bytes) -> None:
        self.ref, self._file, self._key = ref, descriptor, key
        reader, content = self._reader(), _Content()
        for found in records(reader.chunks()):
            content.take(found)
        self.whole = reader.whole
        self.damaged_bytes = 0 if reader.whole else reader.left_over
        self.has_audio = bool(content.heard)
        self.samples, self.gaps = content.samples, tuple(content.gaps)
        self.ledger, self.envelope = content.ledger_so_far, bytes(content.envelope)

    @property
    def seconds(self) -> float:
        """How long the timeline is, pauses included."""
        return self.samples / RATE

    def verified_ledger(
        self, *, call: str | None = None, head: str | None = None
    ) -> ledgers.Ledger:
        """The ledger read back; raises LedgerTamperedError unless every line holds."""
        return ledgers.verify(self.ledger, call=call, head=head)

    def alaw(self, party: Party) -> Iterator[bytes]:
        """One party's audio as A-law, silence filled in, as long as the whole timeline."""
        return _timeline(self._audio(PARTIES.index(party)), self.samples)

    def pcm(self, party: Party) -> Iterator[bytes]:
        """The same as 16-bit little-endian samples."""
        return (pcm_of(piece) for piece in self.alaw(party))

    def _audio(self, channel: int) -> Iterator[Record]:
        for found in records(self._reader().chunks()):
            if found.kind == Kind.AUDIO and found.channel == channel:
                yield found

    def _reader(self) -> UnfinishedReader:
        size = os.fstat(self._file).st_size
        return UnfinishedReader(self._fetch, size, self._key, seal_context(self.ref))

    def _fetch(self, start: int, length: int) -> bytes:
        return os.pread(self._file, length, start)


def _timeline(found: Iterator[Record], samples: int) -> Iterator[bytes]:
    """Put audio in its places; what is later than the window has missed its place."""
    window, begin = bytearray(), 0
    for each in found:
        end = each.place + len(each.content)
        while end - begin > _WINDOW:
            window.extend(SILENCE * (_PIECE - len(window)))
            yield bytes(window[:_PIECE])
            del window[:_PIECE]
            begin += _PIECE
        late = max(0, begin - each.place)
        if late >= len(each.content):
            continue
        at = each.place + late - begin
        window.extend(SILENCE * (at - len(window)))
        window[at : end - begin] = each.content[late:]
    while begin < samples:
        piece = bytes(window[: min(_PIECE, samples - begin)])
        yield piece.ljust(min(_PIECE, samples - begin), SILENCE)
        del window[:_PIECE]
        begin += _PIECE


class SpoolReader:
    """The spool of one line, seen by the worker."""

    def __init__(self, folder: Path, *, opener: KeyOpener, memory: Path | None = None) -> None:
        self._folder, self._opener = folder, opener
        self._memory = VolatileKeys(memory or memory_for(folder))

    def finished(self) -> list[UUID]:
        """Calls that were handed over whole and durably, the oldest first."""
        return [ref for ref in self._named(FINISHED) if self._is_left(ref)]

    def unfinished(self) -> list[UUID]:
        """Calls whose line fell: there is a beginning, and nobody writes it any more."""
        return [ref for ref in self._named(RUNNING) if self._is_left(ref)]

    def _named(self, ending: str) -> list[UUID]:
        if not self._folder.is_dir():
            return []
        return sorted(ref for path in self._folder.glob(f"*{ending}") if (ref := _ref(path)))

    def _is_left(self, ref: UUID) -> bool:
        try:
            with self._alone(ref):
                return True
        except (SpoolRunningError, FileNotFoundError):
            return False

    @contextmanager
    def open(self, ref: UUID) -> Iterator[SpooledCall]:
        """Open a call; raises SpoolRunningError while it runs, SpoolKeyGoneError without key."""
        with self._alone(ref) as descriptor:
            locked = self._locked_key(ref)
            key = self._opener(
                locked.wrapped, epoch=locked.epoch, key_id=locked.key_id, context=locked.context
            )
            yield SpooledCall(ref, descriptor, key)

    def discard(self, ref: UUID) -> None:
        """Take a call out of the spool once it is safe elsewhere, or when it cannot be opened."""
        with self._alone(ref):
            self._memory.wipe(f"{ref}{KEY}")
            for ending in (FINISHED, RUNNING, KEY):
                (self._folder / f"{ref}{ending}").unlink(missing_ok=True)

    def _locked_key(self, ref: UUID) -> LockedKey:
        name = f"{ref}{KEY}"
        kept = self._folder / name
        raw = kept.read_bytes() if kept.exists() else self._memory.get(name)
        try:
            locked = locked_key(raw or b"")
        except ValueError:
            raise SpoolKeyGoneError(ref=ref) from None
        if locked.ref != ref:
            raise SpoolKeyGoneError(ref=ref)
        return locked

    @contextmanager
    def _alone(self, ref: UUID) -> Iterator[int]:
        finished = self._folder / f"{ref}{FINISHED}"
        path = finished if finished.exists() else self._folder / f"{ref}{RUNNING}"
        with locked_if_free(path, flags=os.O_RDONLY | os.O_NOFOLLOW) as descriptor:
            if descriptor is None:
                raise SpoolRunningError(ref=ref)
            yield descriptor


def _ref(path: Path) -> UUID | None:
    try:
        return UUID(path.stem)
    except ValueError:
        return None
