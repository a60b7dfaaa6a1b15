"""The sealed waveform: how it is written and read."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_HEADER = struct.Struct(">4sBHd")
_MARK = b"CWP1"
_LOUDEST = 127
PART = "peaks"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeaksView:
    """The waveform: for every channel, how loud each point is between 0 and 1."""

    seconds: float
    channels: tuple[tuple[float, ...], ...]


def pack_wave(seconds: float, channels: Sequence[bytes]) -> bytes:
    """Write the waveform; every channel has as many points as the shortest."""
    points = min((len(channel) for channel in channels), default=0)
    header = _HEADER.pack(_MARK, len(channels), points, seconds)
    return header + b"".join(channel[:points] for channel in channels)


def read_wave(packed: bytes) -> PeaksView:
    """Read what `pack_wave` wrote."""
    _, count, points, seconds = _HEADER.unpack_from(packed)
    starts = range(_HEADER.size, _HEADER.size + count * points, points or 1)
    return PeaksView(
        seconds=seconds,
        channels=tuple(
            tuple(round(point / _LOUDEST, 3) for point in packed[start : start + points])
            for start in starts
        ),
    )
