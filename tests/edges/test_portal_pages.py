"""What the public reads: in its language, with what stands behind it, and for ever the same."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.conf import settings as configured
from django.test import Client, override_settings

from build.notices import next_version, published, standing
from callward.kernel.actors import system_actor
from callward.notices import selectors, services
from callward.notices.ports import SentenceCheck
from callward.notices.states import CheckState
from callward.policy import policy_id_of
from callward.texts.states import Probe, SentenceClass

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in configured.LANGUAGES]
BROKEN = Probe.EXPIRED_UNREADABLE


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), standing(django_db_blocker) as found:
        yield found


@pytest.fixture
def watch(stage):
    yield stage.watch
    stage.watch.states.clear()


@pytest.fixture
def home(stage, watch):
    return stage.home


@pytest.fixture
def changed(stage, home, at):
    return next_version(home, stage.people, at=at)


@pytest.fixture
def at(the_clock):
    return the_clock.now()


def ask(path, *, language="en", **more):
    return Client(headers={"Accept-Language": language}).get(path, **more)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


class Links(HTMLParser):
    """Every address that a page of ours names."""

    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "action", "src") and value and value.startswith("/"):
                self.found.add((tag, value.partition("#")[0]))


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("lt-LT,lt;q=0.9,en;q=0.5", "lt"),
        ("bg", "bg"),
        ("fr-FR,fr;q=0.9,en;q=0.4", "en"),
        ("fr", "ro"),  # nothing of theirs: the controller's own first language
        ("", "ro"),
        ("en;q=x,,;;", "ro"),
    ],
)
def test_a_visitor_reads_in_the_language_of_the_browser(home, wanted, spoken):
    answer = ask(f"/notices/{home.slug}/call-recording/", language=wanted)
    assert answer["Content-Language"] == spoken
    assert f'<html lang="{spoken}">' in answer.content.decode()
    assert "Accept-Language" in answer["Vary"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_address_decides_over_the_browser(home, language):
    answer = ask(f"/notices/{home.slug}/{language}/call-recording/", language="de,fr;q=0.5")
    assert answer["Content-Language"] == language


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_no_page_has_an_english_sentence_in_another_language(home, changed, language):
    names = {home.brand, home.legal_name, *_names(home)}
    for path, english in zip(_paths(home, language), _paths(home, "en"), strict=True):
        same = _said(ask(path)) & _said(ask(english))
        assert {words for words in same if len(words.split()) > 1} - names == set(), path


def _said(answer):
    """Every run of words that a page shows."""
    bare = re.sub(r"<(script|style|code).*?</\1>", "", text_of(answer))
    return {words.strip() for words in re.findall(r">([^<]+)<", bare) if words.strip()}


def _names(home):
    policy = selectors.policy_of(selectors.current(home.ref).ref)
    return {one.name for one in (*policy.controller.site, *policy.controller.office)}


def _paths(home, language):
    here, line = f"/notices/{home.slug}/{language}", selectors.published(home.ref)
    kinds = selectors.kinds(line[0].ref)
    coming = selectors.upcoming(home.ref)
    return [
        f"/notices/{language}/",
        f"{here}/",
        *(f"{here}/{kind}/" for kind in kinds),
        f"{here}/versions/",
        f"{here}/versions/{line[0].label}/",
        f"{here}/versions/{coming.label}/call-recording/",
        f"{here}/versions/{coming.label}/changes/{line[0].label}/",
    ]


def test_every_link_of_every_page_leads_somewhere(home, changed):
    found = {}
    for path in _paths(home, "lt"):
        for tag, address in Links(ask(path).content.decode()).found:
            found.setdefault((tag, address), path)
    assert len(found) > 60
    for (tag, address), path in found.items():
        status = Client().post(address).status_code if tag == "form" else ask(address).status_code
        assert status in {200, 303}, (address, path)


@pytest.mark.req("D-06")
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_notice_says_its_version_day_language_and_digest(home, language):
    edition = selectors.current(home.ref)
    for kind in selectors.kinds(edition.ref):
        notice = selectors.notice(edition.ref, kind, language=language)
        said = text_of(ask(f"/notices/{home.slug}/{language}/{kind}/"))
        for fact in (edition.version, edition.policy_id, notice.sha256, notice.title):
            assert fact in said


def test_every_sentence_of_the_notice_stands_on_the_page_with_its_rule(home):
    edition = selectors.current(home.ref)
    page = text_of(ask(f"/notices/{home.slug}/en/call-recording/"))
    words = re.sub(r"<[^>]+>", "", page)
    for sentence in selectors.notice(edition.ref, "call-recording", language="en").sentences():
        assert sentence.text.split(" ")[0] in words
        assert sentence.rule in words
    assert page.count('class="said"') == sum(
        1 for _ in selectors.notice(edition.ref, "call-recording", language="en").sentences()
    )


def test_machines_find_the_same_notice_beside_every_page(home):
    edition = selectors.current(home.ref)
    page = ask(f"/notices/{home.slug}/bg/site/").content.decode()
    found = dict(re.findall(r'rel="alternate" type="([^"]+)" href="([^"]+)"', page))
    answer = ask(found["application/json"])
    assert answer["Content-Type"] == "application/json"
    tree = json.loads(answer.content)
    assert (tree["kind"], tree["language"]) == ("site", "bg")
    assert tree["policy_id"] == edition.policy_id
    linked = ask(found["application/ld+json"])
    assert linked["Content-Type"] == "application/ld+json"
    assert "@context" in json.loads(linked.content)
    for other in LANGUAGES:
        assert f'hreflang="{other}" href="/notices/{home.slug}/{other}/site/"' in page


@pytest.mark.req("C-16")
def test_an_archived_document_keeps_its_address_and_its_bytes(home, changed, at):
    first = selectors.current(home.ref)
    addresses = {
        f"/notices/{home.slug}/{one.language}/versions/{first.label}/{one.kind}"
        f"/notice.{one.format}": one.sha256
        for one in selectors.documents(first.ref)
    }
    services.publish_due(changed.publish_at)
    assert selectors.current(home.ref).ref == changed.ref
    for address, digest in addresses.items():
        answer = ask(address)
        assert hashlib.sha256(answer.content).hexdigest() == digest, address
        assert "immutable" in answer["Cache-Control"]
        assert answer.cookies == {}
    again = ask(address, headers={"If-None-Match": f'"{digest}"'})
    assert (again.status_code, again.content) == (304, b"")


def test_the_current_document_says_where_it_stays(home):
    answer = ask(f"/notices/{home.slug}/en/call-recording/notice.md")
    label = selectors.current(home.ref).label
    assert answer["Content-Location"].endswith(
        f"/{home.slug}/en/versions/{label}/call-recording/notice.md"
    )


def test_the_policy_beside_a_version_is_the_one_that_its_id_names(home):
    edition = selectors.current(home.ref)
    answer = ask(f"/notices/{home.slug}/en/versions/{edition.label}/policy.json")
    assert policy_id_of(answer.content) == edition.policy_id


@pytest.mark.req("I-18", "S-13")
def test_a_change_is_announced_on_every_page_with_what_it_changes(home, changed):
    for path in (f"/notices/{home.slug}/en/", f"/notices/{home.slug}/en/call-recording/"):
        assert "2027.1, takes effect on 30 March 2026" in text_of(ask(path))
    label = selectors.current(home.ref).label
    said = text_of(ask(f"/notices/{home.slug}/en/versions/2027.1/changes/{label}/"))
    assert "<del>5</del> <ins>3</ins> years" in said
    assert "The nearer date holds at once" in said
    before = text_of(ask(f"/notices/{home.slug}/en/call-recording/"))
    assert "for 5 years at most" in before  # not in effect yet
    services.publish_due(changed.publish_at)
    assert "for 3 years at most" in text_of(ask(f"/notices/{home.slug}/en/call-recording/"))


def test_what_is_only_drafted_or_withdrawn_is_nobodys_to_read(home, changed):
    address = f"/notices/{home.slug}/en/versions/{changed.label}/"
    assert ask(address).status_code == 200
    services.withdraw(changed.ref, actor=system_actor("command:uid-0"), at=changed.publish_at)
    assert ask(address).status_code == 404


@pytest.mark.parametrize(
    ("state", "public", "shown"),
    [
        (CheckState.GREEN, True, "The last check found it true."),
        (CheckState.RED, True, "The last check found that this is not kept."),
        (CheckState.STALE, True, "It has not been checked for too long."),
        (CheckState.RED, False, "No result is published yet."),
    ],
)
def test_a_failure_is_shown_only_once_it_may_be(home, watch, at, state, public, shown):
    watch.states[BROKEN] = SentenceCheck(state=state, checked_at=at, public=public)
    said = text_of(ask(f"/notices/{home.slug}/en/call-recording/"))
    assert shown in said
    assert ("not kept; it is marked below" in said or "they are marked below" in said) is (
        public and state is CheckState.RED
    )


def _checked(said):
    """How many sentences the page says are checked, and how many it has."""
    found = re.search(r"(\d+) of (\d+) sentences are checked by a program", said)
    assert found
    return int(found[1]), int(found[2])


@pytest.mark.parametrize(
    ("state", "public"),
    [(CheckState.UNCHECKED, True), (CheckState.STALE, True), (CheckState.RED, False), (None, True)],
)
def test_only_what_a_program_has_looked_at_is_ticked_and_counted(home, watch, at, state, public):
    address = f"/notices/{home.slug}/en/call-recording/"
    edition = selectors.current(home.ref)
    notice = selectors.notice(edition.ref, "call-recording", language="en")
    unlooked = sum(sentence.probe is BROKEN for sentence in notice.sentences())
    before, whole = _checked(text_of(ask(address)))
    assert unlooked > 0
    if state is None:
        watch.states_of = lambda _controller, _at: {}
        unlooked = before
    else:
        watch.states[BROKEN] = SentenceCheck(state=state, checked_at=at, public=public)
    try:
        said = text_of(ask(address))
    finally:
        vars(watch).pop("states_of", None)
    assert _checked(said) == (before - unlooked, whole)
    legend = 1
    assert said.count("mark-open") == unlooked + legend
    assert said.count("✓") == (before - unlooked + legend if before > unlooked else 0)
    assert "Can be checked by a program, but no valid result is here." in said


@pytest.mark.req("C-16")
def test_a_version_from_the_archive_keeps_what_the_checks_said_then(home, changed, watch, at):
    first = selectors.current(home.ref).label
    here = f"/notices/{home.slug}/en"
    then = _checked(text_of(ask(f"{here}/call-recording/")))
    services.publish_due(changed.publish_at)
    watch.states[BROKEN] = SentenceCheck(state=CheckState.UNCHECKED, checked_at=at, public=True)
    assert _checked(text_of(ask(f"{here}/versions/{first}/call-recording/"))) == then
    assert _checked(text_of(ask(f"{here}/call-recording/")))[0] < then[0]


def test_nobody_is_said_to_have_signed_where_the_rule_is_all_there_is(home):
    edition = selectors.current(home.ref)
    notice = selectors.notice(edition.ref, "call-recording", language="en")
    attested = [one for one in notice.sentences() if one.sentence_class is SentenceClass.ATTESTED]
    page = text_of(ask(f"/notices/{home.slug}/en/call-recording/"))
    bare = [one for one in attested if one.evidence in (None, one.rule)]
    assert bare
    assert page.count("Stated by the organisation in its policy file.") == len(bare) + 1
    for one in bare:
        assert f"Evidence: {one.rule}." not in page
    for one in attested:
        assert one in bare or f"Evidence: {one.evidence}." in page
    assert page.count('class="mark mark-attested"') == len(attested) - len(bare) + (
        len(attested) > len(bare)
    )


def test_the_live_page_follows_the_checks_at_once(home, watch, at):
    address = f"/notices/{home.slug}/en/call-recording/"
    first = ask(address)
    again = ask(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    watch.states[BROKEN] = SentenceCheck(
        state=CheckState.RED, checked_at=at + timedelta(minutes=1), public=True
    )
    assert ask(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "nobody/",
        "nobody/en/call-recording/",
        "therapy-association/de/",
        "therapy-association/en/everything/",
        "therapy-association/en/versions/0/",
        "therapy-association/en/versions/2026.1/changes/0/",
        "therapy-association/en/call-recording/notice.pdf",
        "therapy-association/en/versions/2026.1/site/notice.exe",
    ],
)
def test_what_is_not_there_is_said_plainly(home, path):
    answer = ask(f"/notices/{path}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.content.decode()


@pytest.mark.req("K-34", "C-07")
class TestCookies:
    """Only necessary cookies before a choice; the choice is kept and can be changed."""

    def test_reading_sets_no_cookie_at_all_and_opens_no_session(self, home, changed):
        for path in _paths(home, "en"):
            assert ask(path).cookies == {}, path

    def test_a_choice_is_asked_for_kept_and_changeable(self, home):
        browser, here = Client(), f"/notices/{home.slug}/en/"
        assert "Cookies that you choose" in text_of(browser.get(here))
        form = {"class": "all", "next": f"{here}cookies/"}
        answer = browser.post(f"{here}cookies/choice/", form)
        assert (answer.status_code, answer["Location"]) == (303, f"{here}cookies/")
        kept = answer.cookies["callward_choice"]
        assert (kept.value, kept["path"]) == ("analytics", f"/notices/{home.slug}/")
        assert kept["samesite"] == "Lax"
        assert kept["httponly"]
        page = text_of(browser.get(f"{here}cookies/"))
        assert "Cookies that you choose" not in page
        assert re.search(r'value="analytics"\s+checked', page)
        answer = browser.post(f"{here}cookies/choice/", {"class": "necessary"})
        assert answer.cookies["callward_choice"].value == "necessary"
        assert not re.search(
            r'value="analytics"\s+checked', text_of(browser.get(f"{here}cookies/"))
        )

    def test_the_choice_lives_as_long_as_the_policy_says(self, home, at):
        answer = Client().post(f"/notices/{home.slug}/en/cookies/choice/", {"class": "all"})
        policy = selectors.policy_of(selectors.current(home.ref).ref)
        assert policy.cookie["callward-choice"].life == "P6M"
        days = answer.cookies["callward_choice"]["max-age"] / 86400
        assert days == 184  # 29 March to 29 September

    def test_only_declared_classes_are_ever_kept(self, home):
        asked = {"class": ["advertising", "analytics", "x", "necessary"]}
        answer = Client().post(f"/notices/{home.slug}/en/cookies/choice/", asked)
        assert answer.cookies["callward_choice"].value == "analytics"

    @pytest.mark.parametrize(
        "headers",
        [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}],
    )
    def test_another_site_cannot_choose_for_the_visitor(self, home, headers):
        answer = Client(headers=headers).post(f"/notices/{home.slug}/en/cookies/choice/")
        assert answer.status_code == 403
        assert answer.cookies == {}

    @pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/"])
    def test_the_way_back_stays_in_the_portal(self, home, wanted):
        here = f"/notices/{home.slug}/en/"
        answer = Client().post(f"{here}cookies/choice/", {"next": wanted})
        assert answer["Location"] == here

    def test_nobody_is_asked_where_there_is_nothing_to_choose(self, at, watch):
        clinic = published("dermatology-clinic", at=at)
        assert "Cookies that you choose" not in text_of(ask(f"/notices/{clinic.slug}/en/"))
