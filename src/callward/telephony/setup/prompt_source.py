"""Whose voice speaks a prompt: the shipped one, or a studio recording of exactly these words."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from callward.kernel.disk import own_folder
from callward.line import voices
from callward.line.snapshot import Prompt, PromptOrigin
from callward.policy import policy_of
from callward.telephony.line_paths import prompts_folder
from callward.telephony.models import StudioPrompt
from callward.telephony.states import PromptSource
from callward.telephony.values import PromptView
from callward.texts.prompt_texts import prompt_texts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy
    from callward.policy.vocabulary import PromptKey

    Spoken = Mapping[tuple[str, str], StudioPrompt]


def words_of(policy: CompiledPolicy) -> dict[str, Mapping[PromptKey, str]]:
    """What every prompt of a policy says, by language."""
    source = policy_of(policy.canonical)
    return {language: prompt_texts(source, language) for language in policy.languages}


def studio_prompts(controller_ref: Ref) -> dict[tuple[str, str], StudioPrompt]:
    """The studio recordings of a controller, by language and prompt."""
    rows = StudioPrompt.objects.filter(controller_ref=controller_ref)
    return {(row.language, row.key): row for row in rows}


def prompts_of(controller_ref: Ref, policy: CompiledPolicy) -> list[PromptView]:
    """Every prompt that a policy needs, with the voice that speaks it."""
    studio = studio_prompts(controller_ref)
    return [
        _view(language, key, text, studio)
        for language, texts in words_of(policy).items()
        for key, text in texts.items()
    ]


def _view(language: str, key: PromptKey, text: str, studio: Spoken) -> PromptView:
    own, asset = studio.get((language, str(key))), shipped(language, text)
    current = own is not None and own.text == text
    source = PromptSource.STUDIO if current else PromptSource.VOICE if asset else None
    digest = own.sha256 if current and own else asset.sha256 if asset else ""
    return PromptView(
        key=str(key),
        language=language,
        text=text,
        source=source,
        sha256=digest,
        outdated=own is not None and not current,
        uploaded_at=own.uploaded_at if own else None,
    )


def snapshot_prompts(
    controller_ref: Ref, policy: CompiledPolicy
) -> dict[str, dict[PromptKey, Prompt]]:
    """The prompts that the line may play; one that nobody speaks is left out."""
    studio = studio_prompts(controller_ref)
    found: dict[str, dict[PromptKey, Prompt]] = {}
    for language, texts in words_of(policy).items():
        for key, text in texts.items():
            chosen = _chosen(studio.get((language, str(key))), language, text)
            if chosen is not None:
                found.setdefault(language, {})[key] = chosen
    return found


def _chosen(own: StudioPrompt | None, language: str, text: str) -> Prompt | None:
    if own is None or own.text != text:
        return shipped(language, text)
    return Prompt(file=f"{own.sha256}.al", origin=PromptOrigin.OWN, sha256=own.sha256, text=text)


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
