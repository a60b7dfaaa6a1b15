"""What callers hear is made from the same rules as the notice they are pointed to."""

from __future__ import annotations

import re

import pytest

from build.policies import RECORDING_SAMPLES, SAMPLES, varied
from build.texts import sample_policy
from callward.policy.vocabulary import Channel, PromptKey
from callward.texts import LANGUAGES, prompt_texts
from callward.texts.addresses import spaced_number
from callward.texts.errors import UnknownLanguageError, UnsayableRuleError

RECORDING = "activity.call-recording"


def texts_with(changes, *, name="smart-metering", language="en"):
    return prompt_texts(varied(name, changes), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.req("D-13")
@pytest.mark.req("K-01")
def test_greetings_name_the_legal_entity_and_the_brand(name, language):
    policy = sample_policy(name)
    texts = prompt_texts(policy, language)
    greetings = [
        text
        for key, text in texts.items()
        if key.startswith("announcement-") or key is PromptKey.GREETING_UNRECORDED
    ]
    assert greetings
    for text in greetings:
        assert policy.controller.legal_name in text
        assert policy.controller.brand in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
@pytest.mark.req("K-02")
@pytest.mark.req("X-03")
def test_the_announcement_says_that_the_call_is_recorded(name, language):
    stems = {"en": "record", "ro": "înregistr", "bg": "запис|запиш", "lt": "įraš"}
    texts = prompt_texts(sample_policy(name), language)
    assert re.search(stems[language], texts[PromptKey.ANNOUNCEMENT_INBOUND])
    assert re.search(stems[language], texts[PromptKey.ANNOUNCEMENT_OUTBOUND])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.req("K-01")
def test_an_announcement_that_names_nothing_tells_all_of_it(language):
    texts = texts_with({f"{RECORDING}.inbound.says": []}, language=language)
    told = texts[PromptKey.ANNOUNCEMENT_INBOUND]
    # Both notices, the personal data, and both keys.
    assert "metering.example" in told
    for stem in {
        "en": ("call recording notice", "privacy notice", "personal data"),
        "ro": ("înregistrarea apelurilor", "confidențialitate", "caracter personal"),
        "bg": ("записване на разговорите", "поверителност", "личните Ви данни"),
        "lt": ("pokalbių įrašymą", "privatumo pranešimo", "asmens duomenis"),
    }[language]:
        assert stem in told
    assert " 1" in told
    assert " 9" in told


def test_the_keys_are_those_of_the_policy():
    digits = {"agree": "4", "refuse": "5", "stop": "*"}
    texts = texts_with({f"{RECORDING}.digits": digits, f"{RECORDING}.inbound.says": []})
    assert "press 4" in texts[PromptKey.ANNOUNCEMENT_INBOUND]
    assert "press 5" in texts[PromptKey.ANNOUNCEMENT_INBOUND]
    assert "pressing the star key" in texts[PromptKey.THANKS_AGREED]
    assert "4" in texts[PromptKey.CONSENT_QUESTION]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.req("S-05")
def test_refusing_lists_every_other_way_with_its_real_address(language):
    policy = sample_policy("smart-metering")
    told = prompt_texts(policy, language)[PromptKey.UNRECORDED_WAYS]
    controller = policy.controller
    for channel in policy.activity["call-recording"].unrecorded:
        value = getattr(controller, channel)
        shown = spaced_number(value) if channel in {Channel.FAX, Channel.PHONE} else value
        assert shown in told, channel


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.req("G-13")
def test_a_policy_that_ends_refused_calls_says_so(language):
    goes_on = texts_with({}, language=language)
    ends = texts_with({f"{RECORDING}.inbound.refuse": "end-call"}, language=language)
    for key in (PromptKey.GOES_ON_UNRECORDED, PromptKey.ANNOUNCEMENT_INBOUND):
        assert goes_on[key] != ends[key]


@pytest.mark.parametrize("mode", ["none", "keypress", "spoken", "continued"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_of_asking_has_words_of_its_own(mode, language):
    changes = {f"{RECORDING}.inbound.consent": mode, f"{RECORDING}.inbound.says": []}
    told = texts_with(changes, language=language)[PromptKey.ANNOUNCEMENT_INBOUND]
    others = {"none", "keypress", "spoken", "continued"} - {mode}
    for other in others:
        changed = {f"{RECORDING}.inbound.consent": other, f"{RECORDING}.inbound.says": []}
        assert texts_with(changed, language=language)[PromptKey.ANNOUNCEMENT_INBOUND] != told


@pytest.mark.parametrize("mode", ["per-channel", "written"])
def test_consent_that_cannot_be_given_on_a_call_cannot_be_announced(mode):
    with pytest.raises(UnsayableRuleError):
        texts_with({f"{RECORDING}.inbound.consent": mode, f"{RECORDING}.inbound.says": []})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dermatology-clinic", "voip-provider"])
def test_who_records_no_calls_announces_no_recording(name, language):
    texts = prompt_texts(sample_policy(name), language)
    recording_keys = {
        PromptKey.ANNOUNCEMENT_INBOUND,
        PromptKey.ANNOUNCEMENT_OUTBOUND,
        PromptKey.CONSENT_QUESTION,
        PromptKey.UNRECORDED_WAYS,
        PromptKey.RECORDING_STOPPED,
        PromptKey.NEW_PARTY_TOLD,
    }
    assert not recording_keys & texts.keys()
    assert (PromptKey.VOICEMAIL in texts) == (name == "voip-provider")


def test_voicemail_says_how_long_it_is_kept():
    said = [prompt_texts(sample_policy("voip-provider"), each) for each in LANGUAGES]
    assert [text[PromptKey.VOICEMAIL].split(".")[-2].strip() for text in said] == [
        "We keep your message for 30 days at most",
        "Păstrăm mesajul dumneavoastră cel mult 30 de zile",
        "Пазим съобщението Ви най-много 30 дни",
        "Jūsų žinutę saugome ne ilgiau kaip 30 dienų",
    ]


def test_languages_are_offered_by_their_place_in_the_policy():
    policy = sample_policy("web-shop")
    assert policy.languages == ("lt", "en")
    assert "spauskite 1" in prompt_texts(policy, "lt")[PromptKey.LANGUAGE_CHOICE]
    assert "press 2" in prompt_texts(policy, "en")[PromptKey.LANGUAGE_CHOICE]
    assert PromptKey.LANGUAGE_CHOICE not in prompt_texts(policy, "bg")


@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_prompts_are_short_whole_sentences(name):
    for language in LANGUAGES:
        for key, text in prompt_texts(sample_policy(name), language).items():
            assert len(text) < 900, key
            assert text[0].isupper(), key
            assert text.endswith((".", "?")), key
            assert not re.search(r"[{}|()]|\.\.|  ", text), key


def test_an_unknown_language_is_refused_by_name():
    with pytest.raises(UnknownLanguageError):
        prompt_texts(sample_policy("web-shop"), "fr")
