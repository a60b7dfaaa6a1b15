"""The sealed spool: calls wait here for the worker, and nothing in it opens without its key.

Two threads: one seals what running calls gathered, the other makes ended calls durable, several
at once when several end together.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from typing import TYPE_CHECKING

from callward.kernel.disk import own_folder, settle_folder
from callward.line.spool_form import NEW
from callward.line.spool_writer import SpoolWriter
from callward.line.volatile_keys import VolatileKeys, memory_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from callward.line.ports import SpoolKey

RESERVE = 1024**3  # bytes that running calls keep for themselves
_ROUND = 0.1  # seconds between two rounds of sealing
_AT_ONCE, _BREATH = 5, 0.0005  # calls of a round, and the breath behind them: packets come first
_TOGETHER = 64
_AGAIN = 1.0  # seconds until a disk that took nothing is asked again
_log = logging.getLogger(__name__)


class SealedSpool:
    """Where calls are spooled, and the threads that do it."""

    def __init__(self, folder: Path, *, memory: Path | None = None, reserve: int = RESERVE) -> None:
        self._folder, self._reserve = folder, reserve
        self._memory = VolatileKeys(memory or memory_for(folder))
        self._running: dict[UUID, SpoolWriter] = {}
        self._ended: queue.SimpleQueue[SpoolWriter | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._threads = (
            threading.Thread(target=self._seal_rounds, name="spool-seal", daemon=True),
            threading.Thread(target=self._settle_ended, name="spool-settle", daemon=True),
        )

    def start(self) -> None:
        """Make the folders and begin to serve; a crash's beginnings without a key go."""
        own_folder(self._folder)
        self._memory.prepare()
        for path in self._folder.glob(f"*{NEW}"):
            path.unlink()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Make durable what has ended, and let go of what has not: it is salvaged."""
        self._stopping.set()
        self._ended.put(None)
        for thread in self._threads:
            thread.join()
        for writer in tuple(self._running.values()):
            writer.pump()
            writer.leave()
        self._memory.leave()

    def nearly_full(self) -> bool:
        """Whether no new recording may begin; running ones keep a reserve."""
        room = os.statvfs(self._folder)
        return room.f_bavail * room.f_frsize < self._reserve

    def begin(self, ref: UUID, *, key: SpoolKey, began: float, envelope: bytes) -> SpoolWriter:
        """Begin a recording at monotonic second `began`; a crash leaves what is salvaged."""
        writer = SpoolWriter(
            ref,
            folder=self._folder,
            memory=self._memory,
            key=key,
            began=began,
            envelope=envelope,
            ended=self._ended.put,
        )
        self._running[ref] = writer
        return writer

    def keep(self, ref: UUID, *, key: SpoolKey, ledger: bytes, envelope: bytes) -> None:
        """Hand over a call without audio, sealed like one with; also after `abandon`."""
        self.begin(ref, key=key, began=0.0, envelope=envelope).finish(ledger, envelope)

    def _seal_rounds(self) -> None:
        while not self._stopping.wait(_ROUND):
            for turn, writer in enumerate(tuple(self._running.values()), 1):
                if writer.over:
                    self._running.pop(writer.ref, None)
                elif not self._guard(writer.pump):
                    writer.give_up()
                if turn % _AT_ONCE == 0:
                    time.sleep(_BREATH)

    def _settle_ended(self) -> None:
        going = True
        while going:
            group = [self._ended.get()]
            while not self._ended.empty() and len(group) < _TOGETHER:
                group.append(self._ended.get())
            going = None not in group
            self._settle([writer for writer in group if writer is not None])

    def _settle(self, group: list[SpoolWriter]) -> None:
        """Make calls durable together: one settling of the folder serves them all."""
        done = [writer for writer in group if self._guard(writer.complete)]
        for writer in done:
            self._guard(writer.publish)
        settle_folder(self._folder)
        for writer in done:
            self._guard(writer.leave)
        left = [writer for writer in group if writer not in done]
        if left and not self._stopping.wait(_AGAIN):
            for writer in left:
                self._ended.put(writer)

    def _guard(self, act: Callable[[], None]) -> bool:
        """One call's fault is no other call's: it is told, and the recording stays to salvage."""
        try:
            act()
        except Exception:  # noqa: BLE001  # told, and the recording stays to salvage
            _log.exception("spooling failed")
            return False
        return True
