"""The default voice: what it has spoken of a policy's words, put where the line plays it from."""

from __future__ import annotations

import hashlib
import importlib
from functools import lru_cache
from typing import TYPE_CHECKING

from callward.line.snapshot import Prompt, PromptOrigin
from callward.telephony.folders import made, prompts_folder

if TYPE_CHECKING:
    from pathlib import Path


def shipped(language: str, text: str) -> Prompt | None:
    """The default voice's recording of exactly these words; None when nobody spoke them."""
    digest = _digest_of(language, text, prompts_folder())
    if digest is None:
        return None
    return Prompt(file=f"{digest}.al", origin=PromptOrigin.OWN, sha256=digest, text=text)


def put_in_place(audio: bytes, folder: Path) -> str:
    """Write a prompt under its own hash, whole or not at all; tells the hash."""
    digest = hashlib.sha256(audio).hexdigest()
    place = made(folder) / f"{digest}.al"
    if not place.exists():
        part = place.with_suffix(".part")
        part.write_bytes(audio)
        part.replace(place)
    return digest


@lru_cache(maxsize=1024)  # decoding a voice costs more than everything else in a snapshot
def _digest_of(language: str, text: str, folder: Path) -> str | None:
    audio = _spoken(language, text)
    return None if audio is None else put_in_place(audio, folder)


def _spoken(language: str, text: str) -> bytes | None:
    try:
        voices = importlib.import_module("callward.line.voices")
    except ModuleNotFoundError:
        return None
    found: bytes | None = voices.shipped(language, text) or voices.spoken(language, text)
    return found
