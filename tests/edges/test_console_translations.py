"""Every sentence of the screens is said in every language, with the same facts in it."""

from __future__ import annotations

import gettext
import re
import shutil
from pathlib import Path

import pytest
from babel.messages import pofile
from django.conf import settings
from django.core.management import call_command

import callward

HOUSE = Path(callward.__path__[0])
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
SPOKEN = ("console", "accounts", "kernel")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[#0\-+ .\d]*[a-zA-Z]")


def texts(string) -> list[str]:
    return list(string) if isinstance(string, (tuple, list)) else [string]


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory):
    """What makemessages finds in the source of the screens today, with today's translations."""
    house = tmp_path_factory.mktemp("house")
    for room in (*SPOKEN, "locale"):
        shutil.copytree(
            HOUSE / room, house / room, ignore=shutil.ignore_patterns("static", "*.pyc")
        )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(house)
        call_command("makemessages", locale=LANGUAGES, no_obsolete=True, verbosity=0)
    found = {}
    for language in LANGUAGES:
        path = house / "locale" / language / "LC_MESSAGES" / "django.po"
        with path.open("rb") as opened:
            found[language] = [one for one in pofile.read_po(opened, locale=language) if one.id]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_the_screens_is_untranslated_or_doubtful(catalogues, language):
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
