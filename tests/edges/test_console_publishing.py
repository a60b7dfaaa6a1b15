"""The screens of publishing: what the one who drafts, the second person and the officer see."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from build.console import signed_in
from build.notices import LONGER, SHORTER, asked, next_version, revised, standing
from callward.kernel.actors import user_actor
from callward.notices import selectors, services
from callward.notices.states import NoticeVersionState
from callward.telephony.models import CountedDay

CELLS = re.compile(r"<td[^>]*>(.*?)</td>")
_LINES = 'period = "P5Y", start = "call.initiated", destroy = "row-deletion"'
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    hasher = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hasher), standing(django_db_blocker) as found:
        yield found


@pytest.fixture
def home(stage):
    yield stage.home
    stage.watch.forbids = ()


@pytest.fixture
def at(the_clock):
    return the_clock.now()


@pytest.fixture
def radu(stage, home):
    return signed_in(stage.people.radu, controller_ref=home.ref)


@pytest.fixture
def daiva(stage, home):
    return signed_in(stage.people.daiva, controller_ref=home.ref)


def said(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_draft_begins_as_the_policy_in_force_and_names_what_it_follows(home, radu):
    page = said(radu.get(reverse("publishing-new")))
    assert f"previous = &quot;{selectors.current(home.ref).policy_id}&quot;" in page


@pytest.mark.req("D-19")
def test_one_drafts_the_other_approves_and_the_public_is_told(home, stage, radu, daiva, at):
    toml = revised(home.ref, at=at, changes=SHORTER)
    answer = radu.post(reverse("publishing-new"), {"text": toml.decode()})
    draft = selectors.editions(home.ref, states=[NoticeVersionState.DRAFT])[0]
    assert answer["Location"] == reverse("publishing-one", args=[draft.ref])
    assert selectors.source(draft.ref) == toml
    page = said(radu.get(answer["Location"]))
    assert "The nearer date holds at once" in page
    assert "period: 5 years" in page
    assert "period: 3 years" in page
    assert "recordings get a nearer date" in page

    radu.post(reverse("publishing-ask", args=[draft.ref]))
    assert "Approve</button>" not in said(radu.get(answer["Location"]))
    assert "Approve</button>" in said(daiva.get(answer["Location"]))
    assert "unless the protection officer turns it down" in said(daiva.get(reverse("publishing")))
    daiva.post(reverse("publishing-approve", args=[draft.ref]))
    assert selectors.edition(draft.ref).state is NoticeVersionState.APPROVED
    assert "Approved, waits for its day" in said(daiva.get(reverse("publishing")))


def test_an_uploaded_file_is_kept_byte_for_byte_and_handed_out_again(home, radu, at):
    toml = b"# from a file\r\n" + revised(home.ref, at=at, changes=SHORTER)
    file = SimpleUploadedFile("policy.toml", toml)
    radu.post(reverse("publishing-new"), {"file": file})
    draft = selectors.editions(home.ref, states=[NoticeVersionState.DRAFT])[0]
    answer = radu.get(reverse("publishing-source", args=[draft.ref]))
    assert answer.content == toml


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text": "version ="}, "does not follow TOML"),
        ({"text": " "}, "Choose a file, or write the policy."),
        ({"text": 'schema = "callward-policy/1"\nfoo = 1\n'}, "is not a key of a policy"),
        ({"text": "x = 1\n" * 30_000}, "at most"),
    ],
)
def test_a_file_that_cannot_be_used_is_answered_with_its_fault(home, radu, form, words):
    answer = radu.post(reverse("publishing-new"), form)
    assert answer.status_code == 400
    assert words in said(answer)
    assert selectors.editions(home.ref, states=[NoticeVersionState.DRAFT]) == []


def test_what_lint_refuses_is_said_on_the_draft_and_when_it_is_asked_for(home, radu, at):
    toml = revised(home.ref, at=at).replace(b'announce = "before-connect"', b'announce = "never"')
    radu.post(reverse("publishing-new"), {"text": toml.decode()})
    draft = selectors.editions(home.ref, states=[NoticeVersionState.DRAFT])[0]
    page = said(radu.get(reverse("publishing-one", args=[draft.ref])))
    assert "starts to record before the person is told" in page
    answer = radu.post(reverse("publishing-ask", args=[draft.ref]), HTTP_ACCEPT="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "policy-lint")


def test_people_who_need_notice_get_it(home, radu, at):
    toml = revised(home.ref, at=at, changes=LONGER)
    radu.post(reverse("publishing-new"), {"text": toml.decode()})
    draft = selectors.editions(home.ref, states=[NoticeVersionState.DRAFT])[0]
    page = said(radu.get(reverse("publishing-one", args=[draft.ref])))
    assert "people are told before" in page
    answer = radu.post(reverse("publishing-ask", args=[draft.ref]))
    assert "Write an effective date not before 2026-04-28 into the file." in said(answer)


@pytest.mark.req("D-07")
def test_a_version_that_waits_says_of_every_kind_what_it_ends_earlier(home, stage, daiva, at):
    day = (at - timedelta(days=4 * 365)).date()
    counts = dict.fromkeys(("calls", "recorded", "explained", "alarms"), 0)
    CountedDay.objects.create(controller_ref=home.ref, day=day, counted_at=at, **counts)
    changes = {_LINES: _LINES.replace("P5Y", "P3Y")}
    waiting = asked(home, stage.people, revised(home.ref, at=at, changes=changes), at=at)
    page = said(daiva.get(reverse("publishing-one", args=[waiting.ref])))
    table = re.search(r"Gone at the first run</th>.*?</table>", page).group()
    rows = {row[0]: row[1:] for row in (CELLS.findall(each) for each in table.split("<tr>")) if row}
    assert rows["Counted days of the phone line"] == ["1", "1", "1", "0"]
    assert rows["Trainings of staff"][1:] == ["0", "0", "0"]


@pytest.mark.req("D-19")
def test_the_officer_turns_down_what_waits_for_its_delay(home, stage, daiva, at):
    waiting = asked(home, stage.people, revised(home.ref, at=at, changes=SHORTER), at=at)
    daiva.post(reverse("publishing-turn-down", args=[waiting.ref]))
    assert selectors.edition(waiting.ref).state is NoticeVersionState.DRAFT


@pytest.mark.req("I-18")
def test_an_office_acknowledges_its_poster_and_the_count_says_so(home, stage, daiva, at):
    waiting = next_version(home, stage.people, at=at)
    places = selectors.announcements(waiting.ref)
    page = said(daiva.get(reverse("publishing-one", args=[waiting.ref])))
    assert f"0 of {len(places)} places have told people." in page
    assert "Poster to print:" in page
    daiva.post(reverse("publishing-acknowledge", args=[places[0].ref]))
    page = said(daiva.get(reverse("publishing-one", args=[waiting.ref])))
    assert f"1 of {len(places)} places have told people." in page


def test_what_blocks_publishing_is_said_as_sentences(home, stage, daiva, at):
    waiting = next_version(home, stage.people, at=at)
    stage.watch.forbids = ("audit-intact",)
    services.publish_due(waiting.publish_at)
    page = said(daiva.get(reverse("publishing")))
    assert page.count("The audit is complete and unchanged.") == 2
    assert reverse("promises") in page


def test_a_notice_is_read_before_it_is_approved(home, stage, daiva, at):
    waiting = asked(home, stage.people, revised(home.ref, at=at, changes=SHORTER), at=at)
    page = said(daiva.get(reverse("publishing-preview", args=[waiting.ref, "call-recording"])))
    assert "for 3 years at most" in page
    missing = daiva.get(reverse("publishing-preview", args=[waiting.ref, "everything"]))
    assert missing.status_code == 404


@pytest.mark.req("S-13")
def test_a_review_is_noted_and_its_next_day_shown(home, daiva, at, the_clock):
    edition = selectors.current(home.ref)
    daiva.post(reverse("publishing-review", args=[edition.ref]))
    due = services.review_due(home.ref, at=at)
    assert due.last_looked_at == at
    assert "To be reviewed by" in said(daiva.get(reverse("publishing")))


def test_a_withdrawn_version_is_nobodys_work_any_more(home, stage, radu, at):
    waiting = asked(home, stage.people, revised(home.ref, at=at, changes=SHORTER), at=at)
    radu.post(reverse("publishing-withdraw", args=[waiting.ref]))
    assert selectors.editions(home.ref, states=selectors.OPEN) == []
    again = services.draft_policy(
        home.ref,
        revised(home.ref, at=at, changes=SHORTER),
        actor=user_actor(stage.people.radu.ref),
        at=at,
    )
    assert again.ref != waiting.ref
