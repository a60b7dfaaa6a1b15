"""Digits that a carrier sends as tones in the audio (ITU-T Q.23, Q.24), found by Goertzel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from callward.line.media.g711 import LINEAR, RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.line.states import Codec

_LOW, _HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = ("123A", "456B", "789C", "*0#D")
_SHORTEST = 80  # samples; a frame below 10 ms tells tones apart too badly
_QUIETEST = 300.0**2  # mean square; about -40 dBm0, below which a receiver shall not listen
_PURE = 0.6  # share of the energy that both tones hold, 1.5 % off; speech stays below
_TWIST = 8.0  # the energy of one tone over the other: 9 dB
_CLEAR = 5.0  # the strongest tone of a group over the next
_TURNS = {hertz: 2 * math.cos(2 * math.pi * hertz / RATE) for hertz in (*_LOW, *_HIGH)}
_HELD, _SILENT = 2, 2  # frames of 20 ms


def _energy(samples: Sequence[int], turn: float) -> float:
    one = two = 0.0
    for sample in samples:
        one, two = sample + turn * one - two, one
    return one * one + two * two - turn * one * two


def _strongest(samples: Sequence[int], group: tuple[int, ...]) -> tuple[int, float, float]:
    found = [_energy(samples, _TURNS[hertz]) for hertz in group]
    best = max(found)
    place = found.index(best)
    return place, best, max(value for at, value in enumerate(found) if at != place)


def key_in(samples: Sequence[int]) -> str | None:
    """The key whose two tones these samples are, and nothing much beside."""
    count = len(samples)
    total = sum(sample * sample for sample in samples)
    if count < _SHORTEST or total < _QUIETEST * count:
        return None
    row, low, next_low = _strongest(samples, _LOW)
    column, high, next_high = _strongest(samples, _HIGH)
    pure = low + high >= _PURE * total * count / 2
    balanced = low <= _TWIST * high and high <= _TWIST * low
    clear = low >= _CLEAR * next_low and high >= _CLEAR * next_high
    return _KEYS[row][column] if pure and balanced and clear else None


class ToneEar:
    """Says a key once when its tones have held for two frames, and again only after a pause."""

    __slots__ = ("_count", "_key", "_quiet", "_said", "sounding")

    def __init__(self) -> None:
        self._key: str | None = None
        self._said: str | None = None
        self._count = self._quiet = 0
        self.sounding = False

    def hear(self, payload: bytes, codec: Codec) -> str | None:
        """Listen to one frame."""
        table = LINEAR[codec]
        key = key_in([table[byte] for byte in payload])
        self.sounding = key is not None
        if key is None:
            self._key, self._count, self._quiet = None, 0, self._quiet + 1
            if self._quiet >= _SILENT:
                self._said = None
            return None
        self._quiet = 0
        self._count = self._count + 1 if key == self._key else 1
        self._key = key
        if self._count < _HELD or key == self._said:
            return None
        self._said = key
        return key
