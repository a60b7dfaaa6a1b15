"""The voices of the prompts: sentences spoken beforehand and shipped, or spoken here by espeak-ng.

Only the house side asks for a voice; the line itself plays finished A-law and knows no codec.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import av

from callward.line.errors import PromptSwappedError
from callward.line.media.g711 import RATE, SILENCE, alaw_of
from callward.line.prompt_library import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VOICES = {"en": "en-gb", "ro": "ro", "bg": "bg", "lt": "lt"}
MANIFEST = "manifest.json"
WORDS_PER_MINUTE = 155
_SENTENCE_ENDS = re.compile(r"(?<=[.?!:]) ")
_BREATH = SILENCE * (RATE // 4)
_QUIET = 60
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one language's archive holds: the digest of each sentence's sound."""

    archive: Path
    sentences: dict[str, str]

    def mp3(self, sentence: str) -> bytes | None:
        """The shipped sound of a sentence; raises PromptSwappedError for another one."""
        digest = self.sentences.get(sentence)
        if digest is None:
            return None
        with zipfile.ZipFile(self.archive) as opened:
            sound = opened.read(f"{digest}.mp3")
        if hashlib.sha256(sound).hexdigest() != digest:
            raise PromptSwappedError(prompt="-", language=self.archive.stem)
        return sound


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each of which is spoken alone."""
    return _SENTENCE_ENDS.split(text)


def shipped(language: str, text: str, *, folder: Path = SHIPPED) -> bytes | None:
    """A-law of exactly these words from the shipped sentences; None if one was never spoken."""
    voice = _voice(folder, language)
    sounds = [voice.mp3(sentence) for sentence in sentences_of(text)] if voice else [None]
    if any(sound is None for sound in sounds):
        return None
    return _joined(pcm_of_sound(sound) for sound in sounds if sound)


def spoken(language: str, text: str) -> bytes | None:
    """A-law of these words by espeak-ng; None where it is not installed or has no such voice."""
    sounds = [speak(language, sentence) for sentence in sentences_of(text)]
    if any(sound is None for sound in sounds):
        return None
    return _joined(pcm_of_sound(sound) for sound in sounds if sound)


def speak(language: str, sentence: str) -> bytes | None:
    """One sentence as espeak-ng says it (WAV)."""
    program, voice = shutil.which("espeak-ng"), VOICES.get(language)
    if program is None or voice is None:
        return None
    said = subprocess.run(  # noqa: S603 - our own argument list, the text goes in by its own way
        [program, "-v", voice, "-s", str(WORDS_PER_MINUTE), "--stdin", "--stdout"],
        input=sentence.encode(),
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    return said.stdout if said.returncode == 0 and said.stdout else None


@lru_cache(maxsize=8)
def _voice(folder: Path, language: str) -> Voice | None:
    archive = folder / f"{language}.zip"
    if language not in VOICES or not archive.exists():
        return None
    with zipfile.ZipFile(archive) as opened:
        manifest = json.loads(opened.read(MANIFEST))
    return Voice(archive=archive, sentences=manifest["sentences"])


def pcm_of_sound(sound: bytes) -> bytes:
    """Any sound as 16-bit samples at 8 kHz, one channel, without silence around it."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    samples = bytearray()
    with av.open(io.BytesIO(sound), mode="r") as opened:
        frames = [*opened.decode(audio=0), None]
    for frame in frames:
        for each in resampler.resample(frame):
            samples += bytes(each.planes[0])[: each.samples * 2]
    return _trimmed(bytes(samples))


def _trimmed(pcm: bytes) -> bytes:
    samples = memoryview(pcm).cast("h")
    places = range(len(samples))
    first = next((at for at in places if abs(samples[at]) > _QUIET), len(samples))
    last = next((at for at in reversed(places) if abs(samples[at]) > _QUIET), 0)
    return pcm[first * 2 : last * 2 + 2]


def _joined(parts: Iterator[bytes]) -> bytes:
    return b"".join(_alaw(part) + _BREATH for part in parts)


@lru_cache(maxsize=1)
def _table() -> bytes:
    positive = (alaw_of(sample) for sample in range(32768))
    negative = (alaw_of(sample) for sample in range(-32768, 0))
    return bytes((*positive, *negative))


def _alaw(pcm: bytes) -> bytes:
    return bytes(map(_table().__getitem__, memoryview(pcm).cast("H")))
