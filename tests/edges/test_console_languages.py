"""Every screen speaks one language at a time: what is drawn, and how it writes days and hours."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path

import pytest
from babel.messages import pofile
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import formats, translation

import callward
from build.accounts import grant
from build.console import signed_in
from build.intake import ACTOR, declare, envelope_json, open_context, tone
from build.recordings import house, keep_one
from build.retention import hold
from callward.console.pages import pages
from callward.intake import selectors as intake, services as taking_in
from callward.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)

LOCALE = Path(callward.__path__[0]) / "locale"
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
READ = ("aria-label", "alt", "placeholder", "title", "value")
PLACEHOLDER = re.compile(r"%+(?:\(\w+\))?[#0\-+ .\d]*[a-zA-Z]")
WORDS = re.compile(r"[A-Za-z]{3,} +[A-Za-z]{2,}")
GREETING = "Convorbirea este înregistrată."
REASON = "complaint of March"
STAFF = ("daiva", "radu")  # between them they see nearly every screen
# What people have written, and what the house calls itself, is the same in every language.
WRITTEN = re.compile(rf"Callward|Asociația Exemplu.*|Terapie Exemplu|{REASON}|{GREETING}")


class Said(HTMLParser):
    """The sentences of a page as a person reads or hears them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sentences: set[str] = set()
        self._silent: list[str] = []  # what we neither say nor translate, from the outside in
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        foreign = tag != "html" and "lang" in dict(attrs)  # it says that it is another language
        if tag in {"script", "style", "textarea"} or foreign or tag in self._silent:
            self._silent.append(tag)
        kind = dict(attrs).get("type")
        for name, text in attrs:
            spoken = name in READ and (name != "value" or kind in {"submit", "button"})
            if spoken or name.startswith("data-words"):
                self._keep(text)

    def handle_endtag(self, tag):
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data):
        if not self._silent:
            self._keep(data)

    def _keep(self, text):
        tidied = " ".join((text or "").split())
        if tidied:
            self.sentences.add(tidied)


@cache
def patterns(language):
    """The English sentences that this language says otherwise, ready to be looked for."""
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as opened:
        catalogue = pofile.read_po(opened, locale=language)
    texts: set[str] = set()
    for one in catalogue:
        said = one.string if isinstance(one.string, tuple) else (one.string,)
        ids = one.id if isinstance(one.id, tuple) else (one.id,)
        texts.update(text for text in ids if text and text not in said)
    whole = {text for text in texts if not PLACEHOLDER.search(text)}
    filled = [
        re.compile(".+?".join(re.escape(part) for part in PLACEHOLDER.split(text)))
        for text in texts - whole
        if len(PLACEHOLDER.sub("", text).strip()) > 3
    ]
    return whole, filled


def leaks(sentences, language):
    """The sentences among these that are ours and English."""
    whole, filled = patterns(language)
    return {
        one
        for one in sentences
        if one in whole or any(pattern.fullmatch(one) for pattern in filled)
    }


@pytest.fixture
def home(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    open_context(tmp_path)
    return house(tmp_path)


@pytest.fixture
def addresses(home):
    """Every screen that can be looked at, with something on it."""
    kept, at = keep_one(home), clock.now()
    call_of = {"calls-one": kept.call_ref}
    hold([keep_one(home, seconds=2).ref, kept.ref], at=at)
    declare(home.controller.ref, greeting=GREETING, system="folder")
    for name in STAFF:
        grant(getattr(home.cast, name).ref, home.controller.ref, at=at)
    taking_in.take_in_upload(
        envelope_json(consent={"basis": "unknown"}),
        SimpleUploadedFile("x.mp3", tone()),
        home.controller.ref,
        actor=ACTOR,
        at=at,
    )
    [waiting] = intake.quarantine(home.controller.ref)
    found = ["/", "/nothing/here/", *(reverse(name) for name in ("password", "mfa_index"))]
    for page in pages():
        if "GET" not in page.methods or "<str:" in page.route:
            continue
        ref = call_of.get(page.name, waiting.ref if "quarantine" in page.name else kept.ref)
        found.append(reverse(page.name, kwargs={"ref": ref} if "<uuid:ref>" in page.route else {}))
    return found


def said_in(language, visits):
    """What the two people read on all their screens in one language."""
    sentences: set[str] = set()
    for browser in dict.fromkeys(browser for browser, _address in visits):
        browser.post("/language/", {"language": language})
    for browser, address in visits:
        answer = browser.get(address)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert f'<html lang="{language}">' in answer.text, (address, answer.status_code)
            sentences |= Said(answer.text).sentences
    return sentences


def open_to(person, home, addresses):
    """The screens that a person may see, and one refusal."""
    browser = signed_in(person, controller_ref=home.controller.ref)
    status = {address: browser.get(address).status_code for address in addresses}
    refused = [address for address, code in status.items() if code == HTTPStatus.FORBIDDEN]
    shown = [address for address in addresses if address not in refused[1:]]
    return [(browser, address) for address in shown]


def test_no_screen_says_an_english_sentence_in_another_language(home, addresses):
    people = [getattr(home.cast, name) for name in STAFF]
    visits = [visit for one in people for visit in open_to(one, home, addresses)]
    english = said_in("en", visits)
    assert len(english) > 150
    for language in LANGUAGES:
        said = said_in(language, visits)
        assert leaks(said, language) == set()
        same = {one for one in english & said if WORDS.search(WRITTEN.sub("", one))}
        assert same == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sign_in_says_no_english_sentence_in_another_language(language):
    browser = Client()
    browser.post("/language/", {"language": language})
    for address in ("/sign-in/", "/signed-out/", "/nothing/"):
        assert leaks(Said(browser.get(address).text).sentences, language) == set()
    wrong = browser.post("/sign-in/", {"login": "ana", "password": "wrong"})
    assert leaks(Said(wrong.text).sentences, language) == set()


def test_an_english_sentence_that_leaks_is_found():
    drawn = '<p>Nothing waits in quarantine.</p><button aria-label="Place the hold">x</button>'
    found = leaks(Said(drawn + "<i>Call of 3 May 2026, 10:00</i>").sentences, "lt")
    assert found == {
        "Nothing waits in quarantine.",
        "Place the hold",
        "Call of 3 May 2026, 10:00",
    }


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "5 March 2026", "5 Mar 2026"),
        ("ro", "5 martie 2026", "05.03.2026"),
        ("bg", "5 март 2026", "05.03.2026"),
        ("lt", "2026 m. kovo 5 d.", "2026-03-05"),
    ],
)
def test_days_and_hours_are_written_as_readers_write_them(language, long, short):
    day, instant = date(2026, 3, 5), datetime(2026, 3, 5, 17, 4, tzinfo=UTC)
    with translation.override(language):
        assert formats.date_format(day, "DATE_FORMAT") == long
        assert formats.date_format(day, "SHORT_DATE_FORMAT") == short
        assert formats.date_format(instant, "DATETIME_FORMAT").endswith("17:04")
        assert formats.date_format(instant, "SHORT_DATETIME_FORMAT").endswith("17:04")
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1
        assert formats.localize_input(day) == "2026-03-05"
        assert "%Y-%m-%d" in formats.get_format("DATE_INPUT_FORMATS")
