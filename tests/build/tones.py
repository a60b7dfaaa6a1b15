"""Tones as A-law, and how loud a tone is in a recording, by Goertzel in plain Python.

Tones are sent at -20 dB of full scale, so that the click of their beginning stays below -60 dB.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from callward.line.media.g711 import FROM_ALAW, RATE, alaw_of

if TYPE_CHECKING:
    from collections.abc import Iterable

BEFORE, AFTER, AGENT = 500, 1000, 1500  # what callers and agents send in tests
LEAK_DB = -60.0
FULL_SCALE = 32768
WINDOW = 800  # 100 ms
DTMF = {
    key: (low, high)
    for low, keys in ((697, "123A"), (770, "456B"), (852, "789C"), (941, "*0#D"))
    for key, high in zip(keys, (1209, 1336, 1477, 1633), strict=True)
}


def tone(*hertz: float, seconds: float, level: float = 0.1, at: int = 0) -> bytes:
    """A-law of one tone or several together; `at` is the sample it begins with."""
    share = level * (FULL_SCALE - 1) / len(hertz)
    turns = [2 * math.pi * each / RATE for each in hertz]
    return bytes(
        alaw_of(int(sum(share * math.sin(turn * place) for turn in turns)))
        for place in range(at, at + round(seconds * RATE))
    )


def level_db(alaw: bytes, hertz: float) -> float:
    """The loudest 100 ms of a tone, in decibels of full scale (Hann window)."""
    return max(_levels(alaw, hertz), default=-200.0)


def _levels(alaw: bytes, hertz: float) -> Iterable[float]:
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    for begin in range(0, max(1, len(alaw) - WINDOW + 1), WINDOW // 2):
        piece = alaw[begin : begin + WINDOW]
        count = len(piece)
        one = two = 0.0
        for place, byte in enumerate(piece):
            hann = 0.5 - 0.5 * math.cos(2 * math.pi * place / max(1, count - 1))
            one, two = FROM_ALAW[byte] * hann + turn * one - two, one
        energy = max(one * one + two * two - turn * one * two, 0.0)
        yield 20 * math.log10(4 * math.sqrt(energy) / max(1, count) / FULL_SCALE + 1e-10)
