"""The recorded prompts: spoken for every sample, and used only while they are the policy's."""

from __future__ import annotations

import hashlib
import shutil

import pytest

from build.line_house import POLICIES
from callward.line.errors import PromptSwappedError
from callward.line.prompt_library import SHIPPED, load_prompts
from callward.line.snapshot import ControllerLine, Prompt, PromptOrigin
from callward.line.voices import sentences_of, shipped
from callward.policy import compile_policy, load
from callward.policy.vocabulary import PromptKey
from callward.texts import prompt_texts

SAMPLES = sorted(path.stem for path in POLICIES.glob("*.toml"))
LIMIT = 3 * 1024 * 1024
WORDS = "Thank you, and goodbye."


@pytest.mark.req("K-02")
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_prompt_of_a_sample_is_shipped_in_every_language(sample):
    policy = load((POLICIES / f"{sample}.toml").read_bytes())
    for language in policy.languages:
        known = {
            sentence
            for text in prompt_texts(policy, language).values()
            for sentence in sentences_of(text)
        }
        missing = [each for each in known if not _has(language, each)]
        assert missing == [], "run python -m tools.make_prompts"


def _has(language: str, sentence: str) -> bool:
    from callward.line.voices import _voice  # noqa: PLC0415 - decoding each would take seconds

    return _voice(SHIPPED, language).mp3(sentence) is not None


def test_the_shipped_prompts_stay_small():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < LIMIT


def test_a_shipped_prompt_is_speech_of_the_right_length():
    audio = shipped("en", WORDS)
    assert 1 < len(audio) / 8000 < 4
    assert len(set(audio)) > 50
    assert shipped("en", WORDS) == audio


@pytest.mark.parametrize(("language", "text"), [("en", "Never spoken."), ("xx", WORDS)])
def test_words_that_nobody_spoke_have_no_voice(language, text):
    assert shipped(language, text) is None


def test_a_shipped_sentence_that_was_exchanged_is_refused(tmp_path):
    import zipfile  # noqa: PLC0415 - only to break an archive

    shutil.copy(SHIPPED / "en.zip", tmp_path)
    with zipfile.ZipFile(tmp_path / "en.zip") as opened:
        content = {name: opened.read(name) for name in opened.namelist()}
    with zipfile.ZipFile(tmp_path / "en.zip", "w") as broken:
        for name, each in content.items():
            broken.writestr(name, b"other" if name.endswith(".mp3") else each)
    with pytest.raises(PromptSwappedError):
        shipped("en", WORDS, folder=tmp_path)


@pytest.mark.req("K-02")
def test_a_prompt_file_whose_digest_is_another_is_named_and_never_on_the_shelf(tmp_path):
    compiled = compile_policy(load((POLICIES / "smart-metering.toml").read_bytes()))
    good, swapped = b"\xd5" * 800, b"\x2a" * 800
    digest = hashlib.sha256(good).hexdigest()
    (tmp_path / "good.al").write_bytes(good)
    (tmp_path / "swapped.al").write_bytes(swapped)

    def prompt(file: str) -> Prompt:
        return Prompt(file=file, origin=PromptOrigin.OWN, sha256=digest, text="…")

    line = ControllerLine(
        controller="smart-metering",
        policy_id=compiled.policy_id,
        policy=compiled.canonical.decode(),
        languages=("ro",),
        prompts={
            "ro": {
                PromptKey.GOODBYE: prompt("good.al"),
                PromptKey.CLOSED: prompt("swapped.al"),
                PromptKey.HOLIDAY: prompt("absent.al"),
            }
        },
    )
    shelf = load_prompts(line, own=tmp_path)
    assert shelf.get("ro", PromptKey.GOODBYE).audio == good
    assert shelf.get("ro", PromptKey.CLOSED) is None
    assert {key: fault.code for (_, key), fault in shelf.faults.items()} == {
        PromptKey.CLOSED: "line-prompt-swapped",
        PromptKey.HOLIDAY: "line-prompt-missing",
    }
