"""Lines that only grow, in a file beside the keys: no restore of data rolls them back."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_BLOCK = 1 << 16


class KeptLines:
    """A file of lines, each durable before the next thing happens; none is ever changed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, line: str) -> None:
        """Write one line durably; half a line that a crash left behind is cut off first."""
        if "\n" in line:
            raise ValueError(line[:20])
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked() as descriptor:
            end = _break_before(descriptor, os.fstat(descriptor).st_size)
            os.ftruncate(descriptor, end)
            _write_all(descriptor, f"{line}\n".encode(), end)
            os.fsync(descriptor)
        _settle_folder(self._path.parent)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def lines(self) -> Iterator[str]:
        """Read every whole line, the oldest first; none when nothing was kept yet."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1].decode(errors="replace")

    def last(self) -> str | None:
        """Read the newest whole line."""
        if not self._path.exists():
            return None
        with self._locked() as descriptor:
            end = _break_before(descriptor, os.fstat(descriptor).st_size)
            start = _break_before(descriptor, end - 1) if end else 0
            line = os.pread(descriptor, end - start, start)
        return line[:-1].decode(errors="replace") if line else None


def _break_before(descriptor: int, end: int) -> int:
    """Find the place behind the last line feed before a place, 0 when there is none."""
    while end > 0:
        start = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _write_all(descriptor: int, content: bytes, place: int) -> None:
    while content:
        written = os.pwrite(descriptor, content, place)
        content, place = content[written:], place + written


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
