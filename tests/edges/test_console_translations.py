"""Every sentence of the screens is said in every language, with the same facts in it."""

from __future__ import annotations

import gettext
import importlib
import io
import pkgutil
import re
from pathlib import Path

import pytest
from babel.messages import pofile
from django.conf import settings
from django.utils import translation
from tools import messages

import callward
from callward.console import term_words
from callward.intake import states as intake
from callward.kernel.errors import CallwardError
from callward.kernel.labels import FAMILIES

HOUSE = Path(callward.__path__[0])
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
FAMILIES_OF_WORDS = {*term_words.LABELS, *FAMILIES}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\-+ .\d]*[a-zA-Z]")


def texts(string) -> list[str]:
    return list(string) if isinstance(string, (tuple, list)) else [string]


@pytest.fixture(scope="module")
def catalogues():
    """What the collector finds in all packages today, with today's translations."""
    found = {}
    for language, text in messages.merged().items():
        read = pofile.read_po(io.BytesIO(text.encode()), locale=language)
        found[language] = [one for one in read if one.id]
    return found


def family(error):
    """An error and everything that descends from it."""
    yield error
    for child in error.__subclasses__():
        yield from family(child)


def marked_sentences():
    """What the errors, the quarantine and the labels say, asked from the code itself."""
    for found in pkgutil.walk_packages(callward.__path__, "callward."):
        if found.name.endswith((".errors", ".states", ".ports")):
            importlib.import_module(found.name)
    for error in family(CallwardError):
        if error.__module__.startswith("callward."):
            yield from (error.fact, error.mend)
    yield from intake.SENTENCES.values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_and_mend_of_every_package_is_said_in_every_language(language, catalogues):
    translated = {one.id: one.string for one in catalogues[language] if not one.fuzzy}
    assert {text for text in marked_sentences() if not translated.get(text)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_the_engine_has_words_in_every_language(language, catalogues):
    known = {one.string for one in catalogues[language] if isinstance(one.string, str)}
    with translation.override(language):
        said = {
            str(words)
            for family in FAMILIES_OF_WORDS
            for words in term_words.labels(family).values()
        }
    assert said <= known


def test_every_choice_that_screens_say_brings_its_words():
    bare = [one for family in FAMILIES.values() for one in family if not one.words.strip()]
    assert bare == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_any_package_is_untranslated_or_doubtful(catalogues, language):
    missing = [
        one.id for one in catalogues[language] if one.fuzzy or not all(texts(one.string or ""))
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_every_fact_of_its_sentence(catalogues, language):
    for one in catalogues[language]:
        wanted = sorted(PLACEHOLDER.findall(texts(one.id)[-1]))
        for text in texts(one.string):
            if one.python_format:
                assert sorted(PLACEHOLDER.findall(text)) == wanted, one.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_says_what_the_text_says(language):
    folder = HOUSE / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as opened:
        compiled = gettext.GNUTranslations(opened)
    with (folder / "django.po").open("rb") as opened:
        written = pofile.read_po(opened, locale=language)
    for one in written:
        if one.id and isinstance(one.id, str) and one.string and not one.fuzzy:
            said = (
                compiled.pgettext(one.context, one.id) if one.context else compiled.gettext(one.id)
            )
            assert said == one.string


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_law_are_those_of_the_glossary(language):
    forbidden = {
        "ro": ["retenți", "supraveghetor", "tichet"],
        "bg": ["надзорник"],
        "lt": ["prižiūrėtoj", "agentas"],
    }[language]
    text = (HOUSE / "locale" / language / "LC_MESSAGES" / "django.po").read_text().lower()
    for word in forbidden:
        assert re.search(rf"\b{word}", text) is None
