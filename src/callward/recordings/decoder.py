"""Decoding a sealed recording whole, in memory alone: nothing in clear touches a disk."""

from __future__ import annotations

import io
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import av
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

_BLOCK = 256
_TOO_MANY_FAULTS = 50
# The kinds that intake takes in; a playlist would make the decoder open files and sockets.
_OPTIONS = {"format_whitelist": "mp3,wav,ogg", "protocol_whitelist": "none"}


class Ranges(Protocol):
    """Something plain that is read range by range."""

    plain_size: int

    def read(self, start: int, length: int) -> bytes: ...


class SealedFile(io.RawIOBase):
    """A sealed object as a file that the decoder may seek in."""

    def __init__(self, reader: Ranges) -> None:
        super().__init__()
        self._reader = reader
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._reader.plain_size}
        self._place = max(0, start[whence] + offset)
        return self._place

    def read(self, size: int = -1) -> bytes:
        length = self._reader.plain_size - self._place if size < 0 else size
        piece = self._reader.read(self._place, length)
        self._place += len(piece)
        return piece


@dataclass(slots=True, kw_only=True)
class Decoded:
    """What the whole decode found: the length, and how loud every short block is."""

    seconds: float = 0.0
    faults: int = 0
    loudness: list[list[int]] = field(default_factory=list)


def decode(reader: Ranges) -> Decoded:
    """Decode every packet; what cannot be decoded is counted, never raised."""
    found = Decoded()
    try:
        container = av.open(SealedFile(reader), mode="r", options=_OPTIONS)
    except FFmpegError:
        found.faults += 1
        return found
    with container:
        if not container.streams.audio:
            return found
        samples, rate = 0, 0
        for frame in _frames(container, found):
            samples, rate = samples + frame.samples, frame.sample_rate
            _listen(frame, found)
        found.seconds = samples / rate if rate else 0.0
    return found


def _frames(container: InputContainer, found: Decoded) -> Iterator[AudioFrame]:
    resampler = AudioResampler(format="s16p")
    for packet in _packets(container, found):
        try:
            frames = [resampled for f in packet.decode() for resampled in resampler.resample(f)]
        except FFmpegError:
            found.faults += 1
            continue
        yield from frames


def _packets(container: InputContainer, found: Decoded) -> Iterator[Packet[AudioStream]]:
    packets = container.demux(container.streams.audio[0])
    while found.faults < _TOO_MANY_FAULTS:
        try:
            yield next(packets)
        except StopIteration:
            return
        except FFmpegError:
            found.faults += 1
            return


def _listen(frame: AudioFrame, found: Decoded) -> None:
    while len(found.loudness) < len(frame.planes):
        found.loudness.append([])
    for channel, plane in enumerate(frame.planes):
        heard = array("h", bytes(plane)[: frame.samples * 2])
        for start in range(0, len(heard), _BLOCK):
            block = heard[start : start + _BLOCK]
            loudest, lowest = max(block), min(block)
            found.loudness[channel].append(max(loudest, -lowest))
