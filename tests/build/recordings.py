"""Audio of tones for tests: nobody's voice."""

from __future__ import annotations

import io
import math
import wave
from array import array

import lameenc


def pcm_tone(
    *, seconds: float, rate: int = 8000, channels: int = 1, hertz: int = 440, amplitude: int = 8000
) -> bytes:
    """Signed 16-bit samples of a steady tone."""
    turn = [int(amplitude * math.sin(2 * math.pi * hertz * n / rate)) for n in range(rate)]
    count = int(seconds * rate)
    samples = array("h", (turn[n % rate] for n in range(count) for _ in range(channels)))
    return samples.tobytes()


def wav_tone(
    *, seconds: float, rate: int = 8000, channels: int = 1, amplitude: int = 8000
) -> bytes:
    """A WAV file of a tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setparams((channels, 2, rate, 0, "NONE", ""))
        wav.writeframes(
            pcm_tone(seconds=seconds, rate=rate, channels=channels, amplitude=amplitude)
        )
    return out.getvalue()


def mp3_tone(*, seconds: float, rate: int = 8000, channels: int = 1, hertz: int = 440) -> bytes:
    """An MP3 file of a tone."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(32 * channels)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(channels)
    encoder.set_quality(7)
    encoder.silence()
    tone = pcm_tone(seconds=seconds, rate=rate, channels=channels, hertz=hertz)
    return bytes(encoder.encode(tone)) + bytes(encoder.flush())


class InMemory:
    """Bytes that are read range by range, as a sealed reader is."""

    def __init__(self, plain: bytes) -> None:
        self._plain = plain
        self.plain_size = len(plain)

    def read(self, start: int, length: int) -> bytes:
        return self._plain[start : start + length]
