"""Speak the prompts of the sample policies, sentence by sentence, into the shipped archives.

Run as `python -m tools.make_prompts` where espeak-ng is installed; a sentence that was spoken
already keeps its sound, and one that no policy says any more goes. `--check` only looks.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import lameenc

from callward.line.media.g711 import RATE
from callward.line.prompt_library import SHIPPED
from callward.line.voices import (
    MANIFEST,
    VOICES,
    WORDS_PER_MINUTE,
    pcm_of_sound,
    sentences_of,
    speak,
)
from callward.policy import compile_policy, load
from callward.texts import prompt_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICIES = Path(__file__).resolve().parent.parent / "policies"
PROMPTS = "prompts.json"
KILOBITS = 16
_SAME_DATE = (2026, 1, 1, 0, 0, 0)  # the same sentences give the same archive


def wanted() -> Iterator[dict[str, str]]:
    """Every prompt of every sample policy in the languages of that policy."""
    for path in sorted(POLICIES.glob("*.toml")):
        policy = load(path.read_bytes())
        compiled = compile_policy(policy)
        for language in policy.languages:
            for key, text in prompt_texts(policy, language).items():
                yield {
                    "controller": compiled.controller,
                    "policy_id": compiled.policy_id,
                    "language": language,
                    "key": str(key),
                    "text": text,
                }


def main() -> int:
    """Bring the archives up to date, or say which are not."""
    prompts = list(wanted())
    if "--check" in sys.argv:
        stale = [language for language in VOICES if _sentences(prompts, language) - _had(language)]
        for language in stale:
            print(f"prompts of {language} are stale: python -m tools.make_prompts")
        return bool(stale)
    SHIPPED.mkdir(exist_ok=True)
    for language in VOICES:
        _write(language, _sentences(prompts, language))
    listed = [prompt | {"sounds": _digests(prompt)} for prompt in prompts]
    text = json.dumps(listed, ensure_ascii=False, indent=1, sort_keys=True)
    (SHIPPED / PROMPTS).write_text(text + "\n")
    print(sum(path.stat().st_size for path in SHIPPED.iterdir()), "bytes")
    return 0


def _sentences(prompts: list[dict[str, str]], language: str) -> set[str]:
    texts = (prompt["text"] for prompt in prompts if prompt["language"] == language)
    return {sentence for text in texts for sentence in sentences_of(text)}


def _manifest(language: str) -> dict[str, str]:
    archive = SHIPPED / f"{language}.zip"
    if not archive.exists():
        return {}
    with zipfile.ZipFile(archive) as opened:
        sentences: dict[str, str] = json.loads(opened.read(MANIFEST))["sentences"]
    return sentences


def _had(language: str) -> set[str]:
    return set(_manifest(language))


def _digests(prompt: dict[str, str]) -> list[str]:
    known = _manifest(prompt["language"])
    return [known[sentence] for sentence in sentences_of(prompt["text"])]


def _write(language: str, sentences: set[str]) -> None:
    known, archive = _manifest(language), SHIPPED / f"{language}.zip"
    sounds = _sounds(archive)
    digests: dict[str, str] = {}
    for sentence in sorted(sentences):
        sound = sounds.get(known.get(sentence, "")) or _mp3(language, sentence)
        digests[sentence] = hashlib.sha256(sound).hexdigest()
        sounds[digests[sentence]] = sound
    about = {
        "language": language,
        "voice": f"espeak-ng {VOICES[language]}",
        "words_per_minute": WORDS_PER_MINUTE,
        "sentences": digests,
    }
    with zipfile.ZipFile(archive, "w") as opened:
        _add(opened, MANIFEST, json.dumps(about, ensure_ascii=False, indent=1).encode())
        for digest in sorted(set(digests.values())):
            _add(opened, f"{digest}.mp3", sounds[digest])


def _sounds(archive: Path) -> dict[str, bytes]:
    if not archive.exists():
        return {}
    with zipfile.ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if name.endswith(".mp3")]
        return {name.removesuffix(".mp3"): opened.read(name) for name in names}


def _add(opened: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _SAME_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED if name == MANIFEST else zipfile.ZIP_STORED
    opened.writestr(entry, content)


def _mp3(language: str, sentence: str) -> bytes:
    said = speak(language, sentence)
    if said is None:
        message = f"espeak-ng has no voice for {language}, or is not installed"
        raise SystemExit(message)
    encoder = lameenc.Encoder()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(RATE)
    encoder.set_bit_rate(KILOBITS)
    encoder.set_quality(2)
    return bytes(encoder.encode(pcm_of_sound(said)) + encoder.flush())


if __name__ == "__main__":
    sys.exit(main())
