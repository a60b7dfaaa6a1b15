"""Digits that a peer sends: as named events (RFC 4733), or as tones (ITU-T Q.23, Q.24)."""

from __future__ import annotations

import math
from collections import deque
from operator import mul
from typing import TYPE_CHECKING

from callward.line.media.g711 import LINEAR, RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.line.states import Codec

KEYS = "0123456789*#ABCD"
_EVENT_SIZE = 4
_REMEMBERED = 8


class TelephoneEvents:
    """Hears each event once, however often and in whatever order its packets come."""

    __slots__ = ("_heard",)

    def __init__(self) -> None:
        self._heard: deque[tuple[int, int, int]] = deque(maxlen=_REMEMBERED)

    def hear(self, payload: bytes, ssrc: int, stamp: int) -> str | None:
        """Say the digit when this packet is the first of its event."""
        if len(payload) < _EVENT_SIZE or payload[0] >= len(KEYS):
            return None
        event = (ssrc, stamp, payload[0])
        if event in self._heard:
            return None
        self._heard.append(event)
        return KEYS[payload[0]]


_LOW, _HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = ("123A", "456B", "789C", "*0#D")
_SHORTEST, _LONGEST = 80, 240  # samples; a frame below 10 ms tells tones apart too badly
_QUIETEST = 300.0**2  # mean square; about -40 dBm0, below which a receiver shall not listen
_PURE = 0.8  # share of the energy that both tones hold; speech stays below
_ALONE = 0.15  # what the strongest low tone has of it at least, also off its place
_DRIFT = 0.012  # a key may be 1.5 % off its tones
_TWIST = 8.0  # the energy of one tone over the other: 9 dB
_CLEAR = 5.0  # the strongest tone of a group over the next
_HELD, _SILENT = 2, 2  # frames of 20 ms
_Wave = tuple[tuple[float, ...], tuple[float, ...]]


def _wave(hertz: float) -> _Wave:
    turn = 2 * math.pi * hertz / RATE
    places = range(_LONGEST)
    return tuple(math.cos(turn * n) for n in places), tuple(math.sin(turn * n) for n in places)


_WAVES = {hertz: _wave(hertz) for hertz in (*_LOW, *_HIGH)}
_NEAR = {
    hertz: (wave, _wave(hertz * (1 - _DRIFT)), _wave(hertz * (1 + _DRIFT)))
    for hertz, wave in _WAVES.items()
}


def _energy(samples: Sequence[int], wave: _Wave) -> float:
    # What Goertzel's recursion finds, by whole products: six times faster in this language.
    real, imaginary = (float(sum(map(mul, samples, half))) for half in wave)
    return real * real + imaginary * imaginary


def _strongest(samples: Sequence[int], group: tuple[int, ...]) -> tuple[int, float, float]:
    found = [_energy(samples, _WAVES[hertz]) for hertz in group]
    best = max(found)
    place = found.index(best)
    return place, best, max(value for at, value in enumerate(found) if at != place)


def _peak(samples: Sequence[int], hertz: int) -> float:
    """The energy of a tone that may be a little off."""
    return max(_energy(samples, wave) for wave in _NEAR[hertz])


def key_in(samples: Sequence[int]) -> str | None:
    """The key whose two tones these samples are, and nothing much beside."""
    count = len(samples)
    total = sum(map(mul, samples, samples))
    if count < _SHORTEST or total < _QUIETEST * count:
        return None
    whole = total * count / 2
    row, low, next_low = _strongest(samples, _LOW)
    if low < _ALONE * whole or low < _CLEAR * next_low:
        return None
    column, high, next_high = _strongest(samples, _HIGH)
    balanced = low <= _TWIST * high and high <= _TWIST * low
    if not balanced or high < _CLEAR * next_high:
        return None
    both = _peak(samples, _LOW[row]) + _peak(samples, _HIGH[column])
    return _KEYS[row][column] if both >= _PURE * whole else None


class DtmfDetector:
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
        key = key_in([table[byte] for byte in payload[:_LONGEST]])
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
