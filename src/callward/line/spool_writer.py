"""One call on its way into the spool: frames put on a timeline, sealed as they come.

Frames are taken on the media thread, which only queues them; the spool's own thread seals and
writes a few times a second. What was spoken is on its way to the disk within `HELD` and a round.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.kernel.disk import lock_open_file
from callward.line.media.g711 import MULAW_TO_ALAW, RATE
from callward.line.spool_form import (
    FINISHED,
    KEY,
    NEW,
    PARTIES,
    RUNNING,
    SEGMENT,
    Gap,
    Kind,
    gap_record,
    lock_for,
    record,
    seal_context,
    text_records,
)
from callward.line.states import Codec
from callward.sealing.stream import new_key
from callward.sealing.unfinished_objects import GrowingSealer
from callward.sealing.wrap import wrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from callward.line.ports import SpoolKey
    from callward.line.states import Party
    from callward.line.volatile_keys import VolatileKeys

HELD = 0.4  # seconds that audio waits for its segment to become full
_NEAR = 2  # samples between two frames that belong together
_LONGEST = 1600  # bytes of a record: what a crash may cut off with its end
_BACKLOG = 8 * 1024 * 1024  # sealed bytes that wait for a disk to take them again
_Frame = tuple["Party", Codec, bytes, float]


class _Run:
    """Audio of one party without a break, not yet in a record."""

    __slots__ = ("audio", "channel", "next", "start")

    def __init__(self, channel: int) -> None:
        self.channel, self.start, self.next = channel, 0, -1 - _NEAR
        self.audio = bytearray()

    def follows(self, start: int) -> bool:
        return -_NEAR <= start - self.next <= _NEAR and len(self.audio) < _LONGEST

    def taken(self) -> bytes:
        """What was gathered, as a record."""
        if not self.audio:
            return b""
        written = record(Kind.AUDIO, self.audio, channel=self.channel, place=self.start)
        self.start, self.audio = self.next, bytearray()
        return written


class SpoolWriter:
    """The sealed spool of one recording; only the gate holds it."""

    def __init__(
        self,
        ref: UUID,
        *,
        folder: Path,
        memory: VolatileKeys,
        key: SpoolKey,
        began: float,
        envelope: bytes,
        ended: Callable[[SpoolWriter], None],
    ) -> None:
        self._ended = ended
        self.ref, self._folder, self._memory, self._began = ref, folder, memory, began
        self._lock = threading.Lock()
        self._waiting: deque[_Frame | bytes] = deque()
        self._runs = {party: _Run(channel) for channel, party in enumerate(PARTIES)}
        self._ending: tuple[bytes, bytes] | None = None
        self._over = self._failed = self._sealed_whole = False
        self._held_since = 0.0
        secret = new_key()
        lock = lock_for(key, ref, wrap(secret, key.public, _context(key, ref)))
        self._locked = lock.as_bytes()
        self._sealer = GrowingSealer(key=secret, context=seal_context(ref), segment=SEGMENT)
        self._sealed, self._written = bytearray(self._sealer.beginning), 0
        self._file = self._create()
        self._waiting.append(text_records(Kind.ENVELOPE, envelope))

    def _create(self) -> int:
        """Make key and file; the file has its name only once the lock on it says it runs."""
        new = self._folder / f"{self.ref}{NEW}"
        descriptor = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            lock_open_file(descriptor)
            self._memory.put(f"{self.ref}{KEY}", self._locked)  # refuses while one of it runs
            new.rename(self._folder / f"{self.ref}{RUNNING}")
        except OSError:
            os.close(descriptor)
            new.unlink(missing_ok=True)
            raise
        return descriptor

    @property
    def failed(self) -> bool:
        """Whether something could not be written, so that the recording is not whole."""
        return self._failed

    @property
    def over(self) -> bool:
        """Whether it was left or abandoned."""
        return self._over

    # Any thread; nothing here waits for a disk.

    def write(self, party: Party, codec: Codec, payload: bytes, at: float) -> None:
        """Put a frame on the timeline at monotonic second `at`; gaps become silence."""
        self._waiting.append((party, codec, payload, at))

    def gap(self, *, began: float, ended: float, label: str) -> None:
        """Keep the timeline over a pause, labelled."""
        gap = Gap(began=max(0, self._sample(began)), ended=self._sample(ended), label=label)
        self._waiting.append(gap_record(gap))

    def note(self, line: bytes) -> None:
        """Add one ledger line, so that a salvaged recording has its ledger to the last."""
        self._waiting.append(text_records(Kind.ENTRY, line))

    def finish(self, ledger: bytes, envelope: bytes) -> None:
        """Close the spool durably; only then is it handed to the worker by its final name."""
        with self._lock:
            if self._over or self._ending is not None:
                return
            self._ending = ledger, envelope
        self._ended(self)

    def abandon(self) -> None:
        """Wipe the locked key and remove the file: nothing of it can be opened again."""
        with self._lock:
            if self._over:
                return
            self._over = True
            self._memory.wipe(f"{self.ref}{KEY}")
            os.ftruncate(self._file, 0)
            for ending in (RUNNING, KEY):
                (self._folder / f"{self.ref}{ending}").unlink(missing_ok=True)
            self._forget()

    def _sample(self, at: float) -> int:
        return round((at - self._began) * RATE)

    # The spool's threads.

    def pump(self) -> None:
        """Seal what came, and write what is sealed."""
        with self._lock:
            if self._over or self._failed:
                self._waiting.clear()
                return
            self._place_waiting()
            self._seal_held(clock.stopwatch())
            self._write_out()

    def give_up(self) -> None:
        """Take nothing more; what is there is salvaged."""
        self._failed = True

    def complete(self) -> None:
        """Seal and write the end, durably; raises OSError when the disk does not take it."""
        with self._lock:
            if self._over or self._failed or self._ending is None:
                return
            if not self._sealed_whole:
                self._seal_end(*self._ending)
            self._write_out()
            if self._sealed:
                raise OSError(self._written)
            self._put_key()
            os.fdatasync(self._file)

    def publish(self) -> None:
        """Give the file its final name; one that lost bytes stays to be salvaged."""
        with self._lock:
            if not self._over and not self._failed:
                running = self._folder / f"{self.ref}{RUNNING}"
                running.rename(self._folder / f"{self.ref}{FINISHED}")

    def leave(self) -> None:
        """Let go of the file; with its final name the key in memory has served."""
        with self._lock:
            if self._over:
                return
            self._over = True
            if (self._folder / f"{self.ref}{FINISHED}").exists():
                self._memory.wipe(f"{self.ref}{KEY}")
            self._forget()

    def _forget(self) -> None:
        os.close(self._file)
        self._waiting.clear()
        self._runs.clear()
        self._sealed.clear()
        self._locked = b""
        del self._sealer

    def _place_waiting(self) -> None:
        while self._waiting:
            item = self._waiting.popleft()
            if isinstance(item, bytes):
                self._take_runs()
                self._seal(item)
            else:
                self._place(*item)
        self._take_runs()

    def _place(self, party: Party, codec: Codec, payload: bytes, at: float) -> None:
        start, run = self._sample(at), self._runs[party]
        if start < 0:
            return  # spoken before the gate opened
        if codec is Codec.PCMU:
            payload = payload.translate(MULAW_TO_ALAW)
        if not run.follows(start):
            self._seal(run.taken())
            run.start = run.next = start
        run.audio += payload
        run.next += len(payload)

    def _take_runs(self) -> None:
        for run in self._runs.values():
            self._seal(run.taken())

    def _seal(self, plain: bytes) -> None:
        if not plain:
            return
        if not self._sealer.waiting:
            self._held_since = clock.stopwatch()
        sealed = self._sealer.add(plain)
        if sealed:
            self._sealed += sealed
            self._held_since = clock.stopwatch()

    def _seal_held(self, now: float) -> None:
        if self._sealer.waiting and now - self._held_since > HELD:
            self._sealed += self._sealer.add(bytes(self._sealer.missing))

    def _seal_end(self, ledger: bytes, envelope: bytes) -> None:
        self._place_waiting()
        self._seal(text_records(Kind.LEDGER, ledger))
        self._seal(text_records(Kind.ENVELOPE, envelope))
        self._seal(record(Kind.END, b"."))
        self._sealed += self._sealer.end()
        self._sealed_whole = True

    def _write_out(self) -> None:
        """Write from where the last write came to: a full disk that is emptied loses nothing."""
        while self._sealed:
            try:
                count = os.pwrite(self._file, self._sealed, self._written)
            except OSError:
                self._failed |= len(self._sealed) > _BACKLOG
                return
            self._written += count
            del self._sealed[:count]

    def _put_key(self) -> None:
        """The key reaches the disk with the end of the call, and never before."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(self._folder / f"{self.ref}{KEY}", flags, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._locked)
            file.flush()
            os.fdatasync(file.fileno())


def _context(key: SpoolKey, ref: UUID) -> bytes:
    return lock_for(key, ref, b"").context
