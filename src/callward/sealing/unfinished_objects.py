"""Objects that are sealed while they grow, and what can be read of one whose end never came.

The bytes are those of a finished object of `stream`, and `SealedReader` opens it once it is
ended; cut anywhere before, also between two segments, it is refused there. Only the reader here
opens the beginning of such an object, and it says that it is not whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.sealing.header import HEADER_SIZE
from callward.sealing.stream import TAG_SIZE, TINK_HEADER_SIZE, begin_object, read_beginning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class GrowingSealer:
    """Seals each segment as soon as it is full."""

    def __init__(self, *, key: bytes, context: bytes, segment: int) -> None:
        self.beginning, self._segments = begin_object(key=key, context=context, segment=segment)
        self._segment, self._place, self._ended = segment, 0, False
        self._room = segment - TAG_SIZE - TINK_HEADER_SIZE
        self._waiting = bytearray()

    @property
    def waiting(self) -> int:
        """The bytes that wait for their segment to become full."""
        return len(self._waiting)

    @property
    def missing(self) -> int:
        """The bytes by which the segment would become full, and be sealed."""
        return self._room - len(self._waiting)

    def add(self, plain: bytes | bytearray) -> bytes:
        """Take more; returns the segments that became full by it."""
        self._require_open()
        self._waiting += plain
        sealed = bytearray()
        while len(self._waiting) >= self._room:
            sealed += self._seal(bytes(self._waiting[: self._room]), last=False)
        return bytes(sealed)

    def end(self) -> bytes:
        """Seal what waits as the last; nothing can be added any more."""
        self._require_open()
        self._ended = True
        return self._seal(bytes(self._waiting), last=True)

    def _require_open(self) -> None:
        if self._ended:
            raise ValueError(self._place)

    def _seal(self, plain: bytes, *, last: bool) -> bytes:
        sealed = self._segments.seal(self._place, plain, last=last)
        del self._waiting[: len(plain)]
        self._place, self._room = self._place + 1, self._segment - TAG_SIZE
        return sealed


class UnfinishedReader:
    """Opens an object from its beginning as far as whole segments go."""

    def __init__(
        self, fetch: Callable[[int, int], bytes | memoryview], size: int, key: bytes, context: bytes
    ) -> None:
        beginning = bytes(fetch(0, HEADER_SIZE + TINK_HEADER_SIZE))
        self._segment, self._segments = read_beginning(beginning, size, key=key, context=context)
        self._fetch, self._size = fetch, size
        self.whole = False
        self.left_over = size - len(beginning)

    def chunks(self) -> Iterator[bytes]:
        """Open segment after segment, up to the first that is cut, altered or the last.

        Afterwards `whole` says whether the end was there, and `left_over` how much did not open:
        less than a segment is what a crash leaves, more is damage.
        """
        place, start = 0, HEADER_SIZE + TINK_HEADER_SIZE
        self.whole, self.left_over = False, self._size - start
        while self.left_over > 0 and not self.whole:
            stop = min(HEADER_SIZE + (place + 1) * self._segment, self._size)
            plain = self._open(place, memoryview(self._fetch(start, stop - start)))
            if plain is None:
                return
            place, start, self.left_over = place + 1, stop, self._size - stop
            yield plain

    def _open(self, place: int, sealed: memoryview) -> bytes | None:
        for last in (False, True):
            plain = self._segments.try_open(place, sealed, last=last)
            if plain is not None:
                self.whole = last
                return plain
        return None
