"""The default voice: what it has spoken of a policy's words, put where the line plays it from."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from callward.kernel.disk import own_folder
from callward.line import voices
from callward.line.snapshot import Prompt, PromptOrigin
from callward.telephony.line_paths import prompts_folder

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
    place = own_folder(folder) / f"{digest}.al"
    if not _holds(folder, digest):
        part = place.with_suffix(".part")
        part.write_bytes(audio)
        part.replace(place)
    return digest


@lru_cache(maxsize=1024)
def _digest_of(language: str, text: str, folder: Path) -> str | None:
    """Decoding a voice costs more than everything else in a snapshot, so it is done once."""
    name = hashlib.sha256(f"{language}\0{text}".encode()).hexdigest()
    note = own_folder(folder) / f"{name}.voice"
    if note.exists() and _holds(folder, digest := note.read_text()):
        return digest
    audio = _spoken(language, text)
    if audio is None:
        return None
    digest = put_in_place(audio, folder)
    note.write_text(digest)
    return digest


def _holds(folder: Path, digest: str) -> bool:
    place = folder / f"{digest}.al"
    return place.exists() and hashlib.sha256(place.read_bytes()).hexdigest() == digest


def _spoken(language: str, text: str) -> bytes | None:
    return voices.shipped(language, text) or voices.spoken(language, text)
