"""G.711 by table: A-law, mu-law, and each into the other (ITU-T G.711; the steps of G.191)."""

from __future__ import annotations

import sys
from array import array

from callward.line.states import Codec

RATE = 8000
FRAME = 160  # 20 ms
SILENCE = b"\xd5"  # zero in A-law
PAYLOAD_TYPES = {Codec.PCMU: 0, Codec.PCMA: 8}
_SIGN, _EVEN_BITS = 0x80, 0x55
_MULAW_BIAS, _MULAW_CLIP = 0x84, 32635


def _from_alaw(byte: int) -> int:
    byte ^= _EVEN_BITS
    exponent, step = (byte & 0x70) >> 4, (byte & 0x0F) << 4
    size = step + 8 if exponent == 0 else (step + 0x108) << (exponent - 1)
    return size if byte & _SIGN else -size


def _from_mulaw(byte: int) -> int:
    byte = ~byte & 0xFF
    size = (((byte & 0x0F) << 3) + _MULAW_BIAS) << ((byte & 0x70) >> 4)
    return _MULAW_BIAS - size if byte & _SIGN else size - _MULAW_BIAS


def alaw_of(sample: int) -> int:
    """The A-law byte of a 16-bit sample."""
    size = (sample if sample >= 0 else ~sample) >> 4
    exponent = max(0, size.bit_length() - 4)
    byte = exponent << 4 | (size >> max(0, exponent - 1)) & 0x0F
    return (byte | _SIGN if sample >= 0 else byte) ^ _EVEN_BITS


def mulaw_of(sample: int) -> int:
    """The mu-law byte of a 16-bit sample."""
    size = min(abs(sample), _MULAW_CLIP) + _MULAW_BIAS
    exponent = size.bit_length() - 8
    byte = exponent << 4 | (size >> (exponent + 3)) & 0x0F
    return ~(byte if sample >= 0 else byte | _SIGN) & 0xFF


FROM_ALAW = tuple(_from_alaw(byte) for byte in range(256))
FROM_MULAW = tuple(_from_mulaw(byte) for byte in range(256))
ALAW_TO_MULAW = bytes(mulaw_of(sample) for sample in FROM_ALAW)
MULAW_TO_ALAW = bytes(alaw_of(sample) for sample in FROM_MULAW)
LINEAR = {Codec.PCMA: FROM_ALAW, Codec.PCMU: FROM_MULAW}


def transcoded(payload: bytes, *, source: Codec, target: Codec) -> bytes:
    """The same audio in the other form."""
    if source is target:
        return payload
    return payload.translate(MULAW_TO_ALAW if target is Codec.PCMA else ALAW_TO_MULAW)


def pcm_of(payload: bytes, codec: Codec = Codec.PCMA) -> bytes:
    """The audio as 16-bit little-endian samples."""
    samples = array("h", map(LINEAR[codec].__getitem__, payload))
    if sys.byteorder == "big":  # pragma: no cover - no such machine here
        samples.byteswap()
    return samples.tobytes()
