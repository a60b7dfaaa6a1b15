"""Several files in one stream, each with its name and size before it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from callward.vault.errors import BackupUnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FRAME = struct.Struct(">HQ")
_TAKEN_TOGETHER = 1 << 20
END = _FRAME.pack(0, 0)


def frame(name: str, size: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Write one file; refuses content of another size than was said."""
    named = name.encode()
    yield _FRAME.pack(len(named), size) + named
    written = 0
    for chunk in chunks:
        written += len(chunk)
        yield chunk
    if written != size:
        raise BackupUnreadableError


class FrameReader:
    """Reads files one after the other; each must be read whole before the next."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._waiting = b""

    def _take(self, length: int) -> bytes:
        while len(self._waiting) < length:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise BackupUnreadableError
            self._waiting += chunk
        taken, self._waiting = self._waiting[:length], self._waiting[length:]
        return taken

    def _content(self, size: int) -> Iterator[bytes]:
        while size:
            taken = self._take(min(size, _TAKEN_TOGETHER))
            size -= len(taken)
            yield taken

    def __iter__(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        while True:
            length, size = _FRAME.unpack(self._take(_FRAME.size))
            if not length:
                return
            content = self._content(size)
            yield self._take(length).decode(), content
            for _rest in content:
                pass
