"""Role, purpose and grant, walked over every screen: only named people hear, every no is kept."""

from __future__ import annotations

import itertools
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.urls import reverse

from build.accounts import SETUP, grant, train
from build.console import signed_in
from build.recordings import house, keep_one
from callward.accounts import services as accounts
from callward.accounts.models import Grant, Training, Undertaking
from callward.audit.models import Leaf
from callward.audit.selectors import history
from callward.console.pages import pages
from callward.kernel.references import new_ref
from callward.recordings.models import Playback
from callward.recordings.states import RecordingsEvent
from callward.retention.services import why_still_here

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = "ana boris daiva radu rita audra vera"
# Written by hand from the notices, not read from the code: who may open which screen at all.
OPEN_TO = {
    "audit-item": "daiva audra",
    "calls": "boris daiva rita",
    "calls-filter": "boris daiva rita",
    "calls-hold": "boris daiva",
    "calls-one": "boris daiva rita",
    "certificates": "boris daiva audra",
    "certificates-file": "boris daiva audra",
    "controller": "ana boris daiva radu rita audra",
    "declarations": "radu",
    "declarations-withdraw": "radu",
    "desk": "ana boris",
    "desk-answer": "ana boris",
    "desk-close": "ana boris",
    "desk-dial": "ana boris",
    "desk-events": "ana boris",
    "desk-hang-up": "ana boris",
    "desk-pause": "ana boris",
    "desk-presence": "ana boris",
    "desk-resume": "ana boris",
    "desk-ring-back": "ana boris",
    "desk-stop": "ana boris",
    "disposal": "boris daiva radu",
    "disposal-run": "radu",
    "grants": "boris daiva",
    "grants-withdraw": "boris daiva",
    "holds": "boris daiva rita",
    "holds-approve": "daiva",
    "holds-ask": "boris daiva",
    "holds-close-case": "boris daiva",
    "holds-keep": "daiva",
    "holds-review": "boris daiva",
    "home": EVERYBODY,
    "line": "radu",
    "line-board": "boris daiva radu",
    "line-board-day": "boris daiva radu",
    "line-board-judge": "boris daiva radu",
    "line-closed-new": "radu",
    "line-hours-new": "radu",
    "line-number": "radu",
    "line-number-new": "radu",
    "line-outbound": "radu",
    "line-phone": "radu",
    "line-phone-new": "radu",
    "line-phone-secret": "radu",
    "line-prompts": "radu",
    "line-prompts-drop": "radu",
    "line-queue": "radu",
    "line-queue-new": "radu",
    "line-take-away": "radu",
    "line-trunk": "radu",
    "line-trunk-new": "radu",
    "my-calls": "ana",
    "playback-audio": "boris daiva rita",
    "playback-begin": "boris daiva rita",
    "promises": "boris daiva radu audra",
    "promises-judge": "daiva",
    "promises-look": "boris daiva radu audra",
    "publishing": "boris daiva radu audra",
    "publishing-acknowledge": "boris daiva radu",
    "publishing-approve": "boris daiva",
    "publishing-ask": "radu",
    "publishing-new": "radu",
    "publishing-one": "boris daiva radu audra",
    "publishing-preview": "boris daiva radu audra",
    "publishing-review": "boris daiva",
    "publishing-source": "boris daiva radu audra",
    "publishing-turn-down": "boris daiva",
    "publishing-withdraw": "radu",
    "quarantine": "daiva radu",
    "quarantine-again": "daiva",
    "quarantine-reject": "daiva",
    "quarantine-resolve": "daiva",
    "staff": "radu",
    "staff-appoint": "radu",
    "staff-deactivate": "radu",
    "staff-end": "radu",
    "staff-new": "radu",
    "staff-one": "radu",
    "staff-password": "radu",
    "staff-reactivate": "radu",
    "staff-second-factor": "radu",
    "staff-training": "radu",
    "staff-undertaking": "radu",
    "tokens": "radu",
    "tokens-withdraw": "radu",
    "upload": "radu",
}
CLOSED = {HTTPStatus.FORBIDDEN}
PEOPLE = EVERYBODY.split()


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


def address(page, ref):
    facts = {"ref": ref} if "<uuid:ref>" in page.route else {}
    if "<str:kind>" in page.route:
        facts["kind"] = "json"
    return reverse(page.name, kwargs=facts)


def ask(browser, page, ref, *, form=None):
    method = browser.post if page.methods == ("POST",) else browser.get
    return method(address(page, ref), form or {}, HTTP_ACCEPT="application/json")


def test_every_screen_stands_in_the_matrix():
    assert {page.name for page in pages()} == set(OPEN_TO)


@pytest.mark.req("K-09")
@pytest.mark.parametrize("person", PEOPLE)
def test_a_screen_opens_only_for_the_roles_that_the_notices_name(home, person, the_clock):
    kept = keep_one(home)
    browser = signed_in(getattr(home.cast, person), controller_ref=home.controller.ref)
    grant(getattr(home.cast, person).ref, home.controller.ref, at=the_clock.now())
    choice = {"controller": str(home.controller.ref), "purpose": "complaints"}
    opened = {
        page.name
        for page in pages()
        if ask(browser, page, kept.ref, form=choice).status_code not in CLOSED
    }
    assert opened == {name for name, people in OPEN_TO.items() if person in people.split()}


@pytest.mark.req("K-09")
def test_no_screen_opens_without_a_session(home, client):
    kept = keep_one(home)
    for page in pages():
        assert ask(client, page, kept.ref).status_code == HTTPStatus.UNAUTHORIZED, page.name


@pytest.mark.req("S-11")
def test_every_refused_screen_stands_in_the_audit(home):
    kept = keep_one(home)
    browser = signed_in(home.cast.vera, controller_ref=home.controller.ref)
    for page in pages():
        before = Leaf.objects.count()
        if ask(browser, page, kept.ref).status_code in CLOSED:
            leaf = Leaf.objects.order_by("-index")[0]
            assert Leaf.objects.count() == before + 1, page.name
            assert leaf.actor == f"user:{home.cast.vera.ref}"


GRANTS = ["none", "right", "other-purpose", "ended", "not-begun", "withdrawn", "other-recording"]
PURPOSES = [None, "", "complaints", "quality", "legal-duty", "bookings", "marketing", "Complaints"]
MAY_PLAY = {"boris", "daiva", "rita"}
OPENS = {"complaints", "quality", "legal-duty"}


def give(kind, person, home, kept, purpose, at):
    day = timedelta(days=1)
    user, controller = person.ref, home.controller.ref
    if kind == "right":
        grant(user, controller, at=at, purpose=purpose)
    elif kind == "other-purpose":
        other = next(one for one in sorted(OPENS) if one != purpose)
        grant(user, controller, at=at, purpose=other)
    elif kind == "ended":
        grant(user, controller, at=at - 2 * day, purpose=purpose, ends_at=at - day)
    elif kind == "not-begun":
        grant(user, controller, at=at + day, purpose=purpose)
    elif kind == "withdrawn":
        ref = grant(user, controller, at=at, purpose=purpose)
        accounts.withdraw_grant(ref, actor=SETUP, at=at)
    elif kind == "other-recording":
        grant(user, controller, at=at, purpose=purpose, recording_ref=new_ref())


@pytest.mark.req("K-10")
@pytest.mark.parametrize("person", PEOPLE)
def test_only_role_purpose_and_grant_together_open_a_recording(home, person, the_clock):
    at, user = the_clock.now(), getattr(home.cast, person)
    browser = signed_in(user, controller_ref=home.controller.ref)
    kinds = GRANTS if person in MAY_PLAY else ["none", "right"]
    for kind, purpose in itertools.product(kinds, PURPOSES):
        kept = keep_one(home, b"audio of one recording")
        Grant.objects.all().delete()
        give(kind, user, home, kept, purpose if purpose in OPENS else "complaints", at)
        form = {} if purpose is None else {"purpose": purpose}
        url = reverse("playback-begin", args=[kept.ref])
        answer = browser.post(url, form, HTTP_ACCEPT="application/json")
        allowed = person in MAY_PLAY and purpose in OPENS and kind == "right"
        case = (kind, purpose)
        assert (answer.status_code == HTTPStatus.CREATED) is allowed, case
        assert Playback.objects.filter(recording_id=kept.ref).exists() is allowed, case
        last = history(kept.ref)[-1]
        assert (last.event == RecordingsEvent.PLAYBACK_BEGUN) is allowed, case
        if not allowed:
            assert answer.status_code == HTTPStatus.FORBIDDEN, case
            assert last.actor == f"user:{user.ref}", case
            assert last.event.endswith("refused"), case


def begin(browser, ref, purpose="complaints"):
    url = reverse("playback-begin", args=[ref])
    return browser.post(url, {"purpose": purpose}, HTTP_ACCEPT="application/json")


@pytest.mark.req("K-09")
def test_the_session_of_somebody_else_reads_no_byte_of_a_playback(home, the_clock):
    kept, at = keep_one(home), the_clock.now()
    for person in (home.cast.rita, home.cast.daiva):
        grant(person.ref, home.controller.ref, at=at)
    rita = signed_in(home.cast.rita, controller_ref=home.controller.ref)
    url = begin(rita, kept.ref).json()["url"]
    assert rita.get(url).status_code == HTTPStatus.OK

    for person in (home.cast.daiva, home.cast.rita):  # another person; the same in a new session
        browser = signed_in(person, controller_ref=home.controller.ref)
        answer = browser.get(url, HTTP_ACCEPT="application/json")
        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert kept.audio[:32] not in answer.content
        assert Leaf.objects.order_by("-index")[0].actor == f"user:{person.ref}"


@pytest.mark.req("K-11")
def test_overdue_training_or_a_missing_undertaking_suspends_the_right_to_play(home, the_clock):
    kept, at, rita = keep_one(home), the_clock.now(), home.cast.rita
    grant(rita.ref, home.controller.ref, at=at)
    browser = signed_in(rita, controller_ref=home.controller.ref)
    assert begin(browser, kept.ref).status_code == HTTPStatus.CREATED

    Training.objects.filter(user_id=rita.ref).delete()
    train(rita.ref, home.controller.ref, at=at, until=(at - timedelta(days=1)).date())
    answer = begin(browser, kept.ref)
    assert (answer.status_code, answer.json()["code"]) == (403, "training-overdue")
    assert history(kept.ref)[-1].event.endswith("refused")

    train(rita.ref, home.controller.ref, at=at)
    assert begin(browser, kept.ref).status_code == HTTPStatus.CREATED
    Undertaking.objects.filter(user_id=rita.ref).delete()
    answer = begin(browser, kept.ref)
    assert (answer.status_code, answer.json()["code"]) == (403, "confidentiality-unsigned")


@pytest.mark.req("K-07")
def test_a_play_works_one_second_before_the_due_instant_and_is_gone_one_second_after(
    home, the_clock
):
    kept = keep_one(home)
    due = why_still_here(kept.ref, the_clock.now()).due_at
    the_clock.move_to(due - timedelta(seconds=1))
    train(home.cast.rita.ref, home.controller.ref, at=the_clock.now())
    grant(home.cast.rita.ref, home.controller.ref, at=the_clock.now())
    browser = signed_in(home.cast.rita, controller_ref=home.controller.ref)
    begun = begin(browser, kept.ref)
    assert begun.status_code == HTTPStatus.CREATED
    url = begun.json()["url"]
    assert browser.get(url).status_code == HTTPStatus.OK

    the_clock.move_to(due + timedelta(seconds=1))
    assert begin(browser, kept.ref).status_code == HTTPStatus.GONE
    answer = browser.get(url, HTTP_ACCEPT="application/json")
    assert answer.status_code == HTTPStatus.GONE
    assert browser.get(reverse("calls-one", args=[kept.call_ref])).status_code == HTTPStatus.GONE
