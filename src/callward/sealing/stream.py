"""Sealing and opening of streams: Tink's AES-GCM-HKDF wire format behind our header."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from callward.sealing.errors import (
    NotSealedError,
    SealDamagedError,
    SealExtendedError,
    SealReorderedError,
    SealTruncatedError,
)
from callward.sealing.header import (
    DEFAULT_SEGMENT,
    HEADER_SIZE,
    KEY_SIZE,
    make_header,
    read_header,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TAG_SIZE = 16
SALT_SIZE = KEY_SIZE
PREFIX_SIZE = 7
TINK_HEADER_SIZE = 1 + SALT_SIZE + PREFIX_SIZE
# Reads that fail are explained by looking whether the segment belongs elsewhere, this far.
SEARCHED_PLACES = 4096


def new_key() -> bytes:
    """Make a data key."""
    return os.urandom(KEY_SIZE)


def sealed_size(plain_size: int, *, segment: int = DEFAULT_SEGMENT) -> int:
    """Tell how many bytes a plain size takes when sealed."""
    room = segment - TAG_SIZE
    segments = max(1, -(-(plain_size + TINK_HEADER_SIZE) // room))
    return HEADER_SIZE + TINK_HEADER_SIZE + plain_size + TAG_SIZE * segments


class Segments:
    """The cipher of one object, segment by segment."""

    def __init__(self, *, key: bytes, salt: bytes, prefix: bytes, bound: bytes) -> None:
        derived = HKDF(SHA256(), KEY_SIZE, salt, bound).derive(key)
        self._cipher = AESGCM(derived)
        self._prefix = prefix

    def _nonce(self, place: int, *, last: bool) -> bytes:
        return self._prefix + struct.pack(">IB", place, last)

    def seal(self, place: int, plain: bytes | memoryview, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(place, last=last), plain, None)

    def seal_into(self, place: int, plain: memoryview, room: memoryview, *, last: bool) -> None:
        self._cipher.encrypt_into(self._nonce(place, last=last), plain, None, room)

    def open_into(self, place: int, sealed: memoryview, room: memoryview, *, last: bool) -> None:
        self._cipher.decrypt_into(self._nonce(place, last=last), sealed, None, room)

    def try_open(self, place: int, sealed: memoryview, *, last: bool) -> bytes | None:
        try:
            return self._cipher.decrypt(self._nonce(place, last=last), sealed, None)
        except InvalidTag:
            return None

    def fits(self, place: int, sealed: memoryview, *, last: bool) -> bool:
        return self.try_open(place, sealed, last=last) is not None


def begin_object(*, key: bytes, context: bytes, segment: int) -> tuple[bytes, Segments]:
    """Make the bytes that an object begins with, and the cipher of what follows."""
    header = make_header(key=key, context=context, segment=segment)
    salt, prefix = os.urandom(SALT_SIZE), os.urandom(PREFIX_SIZE)
    segments = Segments(key=key, salt=salt, prefix=prefix, bound=header + context)
    return header + bytes([TINK_HEADER_SIZE]) + salt + prefix, segments


def read_beginning(
    beginning: bytes, size: int, *, key: bytes, context: bytes
) -> tuple[int, Segments]:
    """Read what an object begins with: the size of its segments, and their cipher."""
    header = read_header(beginning[:HEADER_SIZE], key=key, context=context)
    tink = beginning[HEADER_SIZE:]
    if size < HEADER_SIZE + TINK_HEADER_SIZE + TAG_SIZE or len(tink) < TINK_HEADER_SIZE:
        raise SealTruncatedError(size=size)
    if tink[0] != TINK_HEADER_SIZE:
        raise NotSealedError
    salt, prefix = tink[1 : 1 + SALT_SIZE], tink[1 + SALT_SIZE :]
    return header.segment, Segments(key=key, salt=salt, prefix=prefix, bound=header.whole + context)


def seal_stream(
    chunks: Iterable[bytes], *, key: bytes, context: bytes, segment: int = DEFAULT_SEGMENT
) -> Iterator[bytes]:
    """Seal what comes, segment by segment, never holding more than one."""
    beginning, segments = begin_object(key=key, context=context, segment=segment)
    yield beginning
    place, room, waiting = 0, segment - TAG_SIZE - TINK_HEADER_SIZE, bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > room:
            yield segments.seal(place, bytes(waiting[:room]), last=False)
            del waiting[:room]
            place, room = place + 1, segment - TAG_SIZE
    yield segments.seal(place, bytes(waiting), last=True)


class Sealer:
    """Seals whole buffers into one buffer that it keeps, so that threads do not wait for another.

    What `seal` returns is valid until the next call.
    """

    def __init__(self) -> None:
        self._room = bytearray()

    def seal(
        self,
        plain: bytes | bytearray | memoryview,
        *,
        key: bytes,
        context: bytes,
        segment: int = DEFAULT_SEGMENT,
    ) -> memoryview:
        """Seal one whole buffer."""
        size = sealed_size(len(plain), segment=segment)
        if len(self._room) < size:
            self._room = bytearray(size)
        out, source = memoryview(self._room), memoryview(plain)
        beginning, segments = begin_object(key=key, context=context, segment=segment)
        out[: len(beginning)] = beginning
        place, read, written = 0, 0, len(beginning)
        room = segment - TAG_SIZE - TINK_HEADER_SIZE
        while True:
            piece = source[read : read + room]
            last = read + len(piece) == len(source)
            end = written + len(piece) + TAG_SIZE
            segments.seal_into(place, piece, out[written:end], last=last)
            place, read, written, room = place + 1, read + len(piece), end, segment - TAG_SIZE
            if last:
                return out[:written].toreadonly()


class SealedReader:
    """Opens any range of a sealed object, fetching and opening the touched segments only."""

    def __init__(
        self,
        fetch: Callable[[int, int], bytes | memoryview],
        size: int,
        key: bytes,
        context: bytes,
        *,
        expected_size: int | None = None,
    ) -> None:
        if expected_size is not None and size != expected_size:
            raise (SealTruncatedError if size < expected_size else SealExtendedError)(size=size)
        beginning = bytes(fetch(0, HEADER_SIZE + TINK_HEADER_SIZE))
        self._segment, self._segments = read_beginning(beginning, size, key=key, context=context)
        self._fetch = fetch
        self._size = size - HEADER_SIZE
        self._count = -(-self._size // self._segment)
        self.plain_size = self._size - TINK_HEADER_SIZE - TAG_SIZE * self._count
        if self._size - (self._count - 1) * self._segment < TAG_SIZE:
            raise SealTruncatedError(size=size)

    def read(self, start: int, length: int) -> bytes:
        """Open a range; what lies behind the end is left out, as files do."""
        start = max(start, 0)
        end = min(start + max(length, 0), self.plain_size)
        if start >= end:
            return b""
        room = self._segment - TAG_SIZE
        first, final = (start + TINK_HEADER_SIZE) // room, (end - 1 + TINK_HEADER_SIZE) // room
        before = max(0, first * room - TINK_HEADER_SIZE)
        opened = self._open_run(first, final)
        return bytes(memoryview(opened)[start - before : end - before])

    def require_end(self) -> None:
        """Refuse an object whose last segment is not the last that was sealed."""
        self._open_run(self._count - 1, self._count - 1)

    def chunks(self, *, segments: int = 16) -> Iterator[bytes]:
        """Open the whole object in order, a few segments at a time."""
        for first in range(0, self._count, segments):
            yield bytes(self._open_run(first, min(first + segments, self._count) - 1))

    def matches(self, plain: bytes | bytearray | memoryview, *, segments: int = 2) -> bool:
        """Say whether the whole object opens to exactly this."""
        expected = memoryview(plain)
        if len(expected) != self.plain_size:
            return False
        read, opened = 0, bytearray(segments * self._segment)
        for first in range(0, self._count, segments):
            size = self._open_into(opened, first, min(first + segments, self._count) - 1)
            # A bytearray compares as memory does; two memoryviews compare number by number.
            if not opened.startswith(expected[read : read + size]):
                return False
            read += size
        return read == len(expected)

    def _open_run(self, first: int, final: int) -> bytearray:
        begin, end = self._span(first, final)
        opened = bytearray(end - begin - TAG_SIZE * (final - first + 1))
        self._open_into(opened, first, final)
        return opened

    def _span(self, first: int, final: int) -> tuple[int, int]:
        begin = max(TINK_HEADER_SIZE, first * self._segment)
        return begin, min(self._size, (final + 1) * self._segment)

    def _open_into(self, opened: bytearray, first: int, final: int) -> int:
        begin, end = self._span(first, final)
        run = memoryview(self._fetch(HEADER_SIZE + begin, end - begin))
        if len(run) != end - begin:
            raise SealTruncatedError(size=HEADER_SIZE + begin + len(run))
        out, written = memoryview(opened), 0
        for place in range(first, final + 1):
            stop = min(self._size, (place + 1) * self._segment) - begin
            sealed = run[max(0, place * self._segment - begin) : stop]
            room = out[written : written + len(sealed) - TAG_SIZE]
            self._open_one(place, sealed, room)
            written += len(room)
        return written

    def _open_one(self, place: int, sealed: memoryview, room: memoryview) -> None:
        last = place == self._count - 1
        try:
            self._segments.open_into(place, sealed, room, last=last)
        except InvalidTag:
            raise self._explain(place, sealed, last=last) from None

    def _explain(self, place: int, sealed: memoryview, *, last: bool) -> SealDamagedError:
        if self._segments.fits(place, sealed, last=not last):
            size = HEADER_SIZE + self._size
            return (SealTruncatedError if last else SealExtendedError)(segment=place, size=size)
        for other in range(min(self._count, SEARCHED_PLACES)):
            if any(self._segments.fits(other, sealed, last=flag) for flag in (False, True)):
                return SealReorderedError(segment=place)
        return SealDamagedError(segment=place)
