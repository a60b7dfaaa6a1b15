"""The recorded prompts: headerless A-law files, each used only if it is the one of the policy."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from callward.line.errors import PromptMissingError, PromptSwappedError
from callward.line.snapshot import PromptOrigin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from callward.kernel.errors import CallwardError
    from callward.line.snapshot import ControllerLine, Prompt
    from callward.policy.vocabulary import PromptKey

SHIPPED = Path(__file__).parent / "assets"
LARGEST_PROMPT = 8000 * 300  # five minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptAudio:
    """One prompt as it is played: what it is, and its sound."""

    key: PromptKey
    language: str
    sha256: str
    audio: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptLibrary:
    """The prompts of one controller that were found to be the policy's, and the others' faults."""

    prompts: Mapping[tuple[str, PromptKey], PromptAudio]
    faults: Mapping[tuple[str, PromptKey], CallwardError]

    def get(self, language: str, key: PromptKey) -> PromptAudio | None:
        """Find a prompt, unless it is missing or was swapped."""
        return self.prompts.get((language, key))

    def require(self, language: str, keys: Iterable[PromptKey]) -> None:
        """Raise PromptSwappedError or PromptMissingError for the first that cannot be played."""
        for key in keys:
            if (language, key) not in self.prompts:
                fault = self.faults.get((language, key))
                raise fault or PromptMissingError(prompt=str(key), language=language)


def load_prompts(line: ControllerLine, *, own: Path, shipped: Path = SHIPPED) -> PromptLibrary:
    """Read every prompt of a controller into memory; those that fail are named, never played."""
    prompts: dict[tuple[str, PromptKey], PromptAudio] = {}
    faults: dict[tuple[str, PromptKey], CallwardError] = {}
    folders = {PromptOrigin.SHIPPED: shipped, PromptOrigin.OWN: own}
    for language, written in line.prompts.items():
        for key, prompt in written.items():
            try:
                prompts[language, key] = _read(prompt, language, key, folders[prompt.origin])
            except (PromptMissingError, PromptSwappedError) as fault:
                faults[language, key] = fault
    return PromptLibrary(prompts=prompts, faults=faults)


def _read(prompt: Prompt, language: str, key: PromptKey, folder: Path) -> PromptAudio:
    try:
        with (folder / prompt.file).open("rb") as opened:
            audio = opened.read(LARGEST_PROMPT + 1)
    except OSError:
        raise PromptMissingError(prompt=str(key), language=language) from None
    if hashlib.sha256(audio).hexdigest() != prompt.sha256 or len(audio) > LARGEST_PROMPT:
        raise PromptSwappedError(prompt=str(key), language=language)
    return PromptAudio(key=key, language=language, sha256=prompt.sha256, audio=audio)
