"""A spool of one test with its epoch key, as line and worker see it."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from callward.line.ports import SpoolKey
from callward.line.spool import SealedSpool
from callward.line.spool_reader import SpoolReader
from callward.sealing.wrap import EpochKey, key_id, unwrap

if TYPE_CHECKING:
    from uuid import UUID

EPOCH = "spool/2026-03-29"


@dataclass
class SpoolHouse:
    """The folders, the epoch of the day, and who may open it."""

    folder: Path
    memory: Path
    epoch: EpochKey = field(default_factory=EpochKey.generate)

    @property
    def key(self) -> SpoolKey:
        return SpoolKey(epoch=EPOCH, public=self.epoch.public)

    def spool(self, **named) -> SealedSpool:
        found = SealedSpool(self.folder, memory=self.memory, **named)
        found.start()
        return found

    def reader(self) -> SpoolReader:
        return SpoolReader(self.folder, opener=self.open_key, memory=self.memory)

    def open_key(self, wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes:
        assert (epoch, key_id) == (EPOCH, key_identity(self.epoch.public))
        return unwrap(wrapped, self.epoch.private, context)

    def files(self) -> list[Path]:
        return [
            path for top in (self.folder, self.memory) for path in top.rglob("*") if path.is_file()
        ]


def key_identity(public: bytes) -> bytes:
    return key_id(public)


def a_ref() -> UUID:
    return uuid4()


def wait_until(true, *, seconds: float = 5.0) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "never came true"
        time.sleep(0.01)


def files_holding(needle: bytes, *places: Path) -> list[str]:
    """The files with these bytes in them; others may come and go meanwhile."""
    found = []
    for place in places:
        for folder, _folders, names in os.walk(place):
            for name in names:
                with contextlib.suppress(OSError):
                    found += [name] if needle in (Path(folder) / name).read_bytes() else []
    return found
