"""WAV to MP3 at 32 kbit/s mono: ours (lameenc) beside ffmpeg's libmp3lame, per core.

Both encode the same ten minutes at the same bit rate; what counts is processor time, so neither
gains from the other core. Ours uses LAME's quality 7, enough for telephone speech; ffmpeg is
called as people call it (its default is 5), and once more at 7, which is printed beside it so
that nobody takes the setting for the library. Usage: python bench/encode.py [--repeats 5]
"""

from __future__ import annotations

import argparse
import io
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import wave
from array import array
from pathlib import Path
from typing import TYPE_CHECKING

import lameenc

if TYPE_CHECKING:
    from collections.abc import Callable

DEMANDED = 1.5
RATE, SECONDS, KBITS, QUALITY = 8000, 600, 32, 7
FRAMES_AT_ONCE = 1 << 16


def babble() -> bytes:
    """Ten minutes that move like speech: harmonics under a syllable's envelope, and breath."""
    state, samples = 1, array("h")
    for n in range(RATE * 10):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        breath = (state >> 16) / 16384 - 1
        voice = sum(math.sin(2 * math.pi * 120 * k * n / RATE) / k for k in range(1, 12))
        envelope = max(0.0, math.sin(2 * math.pi * 3.1 * n / RATE))
        samples.append(int((voice * 5000 + breath * 800) * envelope))
    return samples.tobytes() * (SECONDS // 10)


def write_wav(pcm: bytes, to: Path) -> None:
    """Write the samples as a WAV file."""
    with wave.open(str(to), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(pcm)


def ours(source: Path, to: Path) -> None:
    """Encode as the worker does."""
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(KBITS)
    encoder.set_in_sample_rate(RATE)
    encoder.set_channels(1)
    encoder.set_quality(QUALITY)
    encoder.silence()
    out = io.BytesIO()
    with wave.open(str(source), "rb") as wav:
        while pcm := wav.readframes(FRAMES_AT_ONCE):
            out.write(encoder.encode(pcm))
    out.write(encoder.flush())
    to.write_bytes(out.getvalue())


def theirs(source: Path, to: Path, *options: str) -> None:
    """Encode with ffmpeg, one thread."""
    ffmpeg = shutil.which("ffmpeg") or sys.exit("ffmpeg is not installed: apt-get install ffmpeg")
    subprocess.run(
        [ffmpeg, "-nostdin", "-v", "error", "-y", "-threads", "1", "-i", str(source),
         "-c:a", "libmp3lame", "-b:a", f"{KBITS}k", *options, str(to)],
        check=True,
    )  # fmt: skip


def processor_seconds(work: Callable[[], None]) -> float:
    """Processor time of this process and its children for one piece of work."""

    def spent() -> float:
        own, children = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
        return own.user + own.system + children.ru_utime + children.ru_stime

    before = spent()
    work()
    return spent() - before


def main() -> int:
    """Measure, print, and say by the exit code whether the demand is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    times: dict[str, list[float]] = {"ours": [], "ffmpeg": [], "ffmpeg at 7": []}
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "call.wav", Path(folder) / "call.mp3"
        write_wav(babble(), source)
        ways: dict[str, Callable[[], None]] = {
            "ours": lambda: ours(source, out),
            "ffmpeg": lambda: theirs(source, out),
            "ffmpeg at 7": lambda: theirs(source, out, "-compression_level", str(QUALITY)),
        }
        for _ in range(repeats):
            for name, way in ways.items():
                times[name].append(processor_seconds(way))
    middle = {name: statistics.median(found) for name, found in times.items()}
    ratio = middle["ffmpeg"] / middle["ours"]
    print(f"encode: {SECONDS} s of audio to MP3 {KBITS} kbit/s mono, medians of {repeats}")
    for name, seconds in middle.items():
        print(f"  {name:12} {seconds:6.2f} s of one core = {SECONDS / seconds:6.0f}x real time")
    print(f"  at equal quality {middle['ffmpeg at 7'] / middle['ours']:.2f}")
    print(f"  ratio {ratio:.2f}, demanded {DEMANDED}: {'met' if ratio >= DEMANDED else 'MISSED'}")
    return 0 if ratio >= DEMANDED else 1


if __name__ == "__main__":
    sys.exit(main())
