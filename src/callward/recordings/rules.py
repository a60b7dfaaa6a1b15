"""Pure rules about recordings."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.policy import may_play
from callward.policy.vocabulary import PlayRefusal
from callward.recordings.states import RecordingState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from callward.policy import CompiledPolicy
    from callward.policy.vocabulary import Need, Role

WAVE_POINTS = 1500
FULL_SCALE = 32768
_LOUDEST = 127
_HEADER = struct.Struct(">4sBHd")
_MARK = b"CWP1"
PART = "peaks"


def why_not_play(
    policy: CompiledPolicy, *, roles: Iterable[Role], purpose: str | None, met: frozenset[Need]
) -> PlayRefusal | None:
    """The first rung that stops a person: role, then purpose, then needs; None when none does."""
    rules = policy.recording
    if rules is None:
        return PlayRefusal.RECORDS_NO_CALLS
    allowed = sorted(role for role in roles if role in rules.access.roles)
    if not allowed:
        return PlayRefusal.ROLE_NOT_ALLOWED
    return may_play(policy, role=allowed[0], purpose=purpose, met=met)


def verdict(
    *, told: float, measured: float, tolerance: float, faults: int
) -> tuple[RecordingState, str]:
    """The state of a recording that was decoded whole, and what is wrong with it."""
    if measured <= 0:
        return RecordingState.FAILED, "no-audio"
    if faults:
        return RecordingState.DEGRADED, "decode-faults"
    if told > 0 and abs(told - measured) > tolerance:
        return RecordingState.DEGRADED, "length-differs"
    return RecordingState.VERIFIED, ""


def wave_of(loudness: Sequence[int], *, points: int = WAVE_POINTS) -> bytes:
    """The loudest moment of each of at most `points` equal parts, 0 to 127."""
    count = min(points, len(loudness))
    return bytes(
        min(_LOUDEST, max(loudness[_part(loudness, place, count)]) * (_LOUDEST + 1) // FULL_SCALE)
        for place in range(count)
    )


def _part(loudness: Sequence[int], place: int, count: int) -> slice:
    return slice(place * len(loudness) // count, (place + 1) * len(loudness) // count)


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
