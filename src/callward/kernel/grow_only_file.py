"""Lines that only grow, in a file beside the keys: no restore of data rolls them back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from callward.kernel.disk import locked, own_folder, settle_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_BLOCK = 1 << 16


class KeptLines:
    """A file of lines, each durable before the next thing happens; none is ever changed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, line: str) -> None:
        """Write one line durably; half a line that a crash left behind is cut off first."""
        self.follow(lambda _last: line)

    def follow(self, after: Callable[[str | None], str]) -> str:
        """Write the line that follows from the newest one, before anybody else writes."""
        own_folder(self._path.parent)
        with locked(self._path) as descriptor:
            end, last = _newest(descriptor)
            line = after(last)
            if "\n" in line:
                raise ValueError(line[:20])
            os.ftruncate(descriptor, end)
            _write_all(descriptor, f"{line}\n".encode(), end)
            os.fsync(descriptor)
        settle_folder(self._path.parent)
        return line

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
        with locked(self._path) as descriptor:
            return _newest(descriptor)[1]


def _newest(descriptor: int) -> tuple[int, str | None]:
    """Where the last whole line ends, and what it says."""
    end = _break_before(descriptor, os.fstat(descriptor).st_size)
    start = _break_before(descriptor, end - 1) if end else 0
    line = os.pread(descriptor, end - start, start)
    return end, line[:-1].decode(errors="replace") if line else None


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
