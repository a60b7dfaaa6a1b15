"""A recording of two parties as one A-law WAV file: what was said, bit by bit as it was heard."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from callward.line.media.g711 import RATE, SILENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callward.kernel.references import Ref

_ALAW_TAG, _CHANNELS = 6, 2
_HEAD = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI16s4sI")


def stereo_wav(outer: bytes, agent: bytes, *, ref: Ref) -> bytes:
    """The outer party left, the agent right; the shorter one goes on in silence.

    The call's reference stands in the head: two calls of equal silence are still two recordings.
    """
    length = max(len(outer), len(agent))
    woven = bytearray(SILENCE) * (2 * length)
    woven[0 : 2 * len(outer) : 2] = outer
    woven[1 : 2 * len(agent) : 2] = agent
    return head_of(length, ref=ref) + bytes(woven)


def head_of(samples: int, *, ref: Ref) -> bytes:
    """The head of a WAV file with so many samples of each party."""
    size = samples * _CHANNELS
    return _HEAD.pack(
        b"RIFF",
        _HEAD.size - 8 + size,
        b"WAVE",
        b"fmt ",
        18,
        _ALAW_TAG,
        _CHANNELS,
        RATE,
        RATE * _CHANNELS,
        _CHANNELS,
        8,
        0,
        b"fact",
        4,
        samples,
        b"cwid",
        len(ref.bytes),
        ref.bytes,
        b"data",
        size,
    )


def parties_in(wav: Iterable[bytes]) -> Iterator[bytes]:
    """The woven samples of a file that `stereo_wav` made, without its head, piece by piece."""
    skip, odd = _HEAD.size, b""
    for chunk in wav:
        body = chunk[skip:] if skip else chunk
        skip = max(0, skip - len(chunk))
        whole = odd + body
        cut = len(whole) - len(whole) % _CHANNELS
        odd = whole[cut:]
        if cut:
            yield whole[:cut]
