"""Nobody gets in but with an own user name, an own password and a second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from build.accounts import PASSWORD, SETUP, add_person
from build.console import SECRET, TurnedBox, code, own_app, signed_in
from callward.accounts import ports, services
from callward.accounts.models import User
from callward.accounts.states import AccountsEvent
from callward.audit.models import Leaf
from callward.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db, pytest.mark.req("K-09")]
SIGN_IN, SECOND = "/sign-in/", "/sign-in/second-factor/"
NEW = "nine loud storks at dawn"


@pytest.fixture(autouse=True)
def box() -> Iterator[None]:
    before = ports.credential_box._adapter
    ports.credential_box.bind(TurnedBox())
    yield
    ports.credential_box._adapter = before


@pytest.fixture
def ana():
    person = add_person("ana", at=clock.now())
    own_app(person.ref)
    return person


def give_password(browser: Client, password: str = PASSWORD, name: str = "ana", to: str = SIGN_IN):
    return browser.post(to, {"login": name, "password": password})


def is_signed_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def events() -> list[str]:
    return list(Leaf.objects.order_by("index").values_list("event", flat=True))


def test_name_password_and_code_open_the_console(ana):
    browser = Client()
    assert give_password(browser).headers["Location"] == SECOND
    assert not is_signed_in(browser)
    assert browser.post(SECOND, {"code": code()}).headers["Location"] == "/"
    assert is_signed_in(browser)
    assert events() == [AccountsEvent.SIGN_IN_SUCCEEDED]


def test_the_user_name_may_be_typed_in_capitals(ana):
    assert give_password(Client(), name=" ANA ").headers["Location"] == SECOND


def test_a_wrong_code_opens_nothing_and_stands_in_the_audit(ana):
    browser = Client()
    give_password(browser)
    answer = browser.post(SECOND, {"code": "000000"})
    assert answer.status_code == 200
    assert "This code is wrong or too old." in answer.text
    assert not is_signed_in(browser)
    leaf = Leaf.objects.get(event=AccountsEvent.SIGN_IN_REFUSED)
    assert (leaf.item, "second-factor" in leaf.facts) == (str(ana.ref), True)


def test_codes_cannot_be_guessed_without_end(ana):
    browser = Client()
    give_password(browser)
    answers = [browser.post(SECOND, {"code": "000000"}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert browser.post(SECOND, {"code": code()}).status_code == 429
    assert not is_signed_in(browser)


def test_one_code_opens_only_once(ana):
    first, second = Client(), Client()
    for browser in (first, second):
        give_password(browser)
        browser.post(SECOND, {"code": code()})
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_the_second_factor_cannot_be_asked_for_without_the_password(ana):
    answer = Client().post(SECOND, {"code": code()})
    assert answer.headers["Location"] == SIGN_IN


def test_the_fifth_wrong_password_locks_the_name_and_refuses_the_right_one(ana):
    browser = Client()
    names = ["ana", "ANA", "Ana", " ana", "ana"]
    answers = [give_password(browser, "wrong password", name).status_code for name in names]
    assert answers == [200, 200, 200, 200, 429]
    for elsewhere in (browser, Client(REMOTE_ADDR="192.0.2.7")):
        refused = give_password(elsewhere)
        assert refused.status_code == 429
        assert "locked for now" in refused.text
        assert not is_signed_in(elsewhere)
    assert events().count(AccountsEvent.SIGN_IN_LOCKED) == 1


def test_after_cooling_off_the_right_password_opens_again(ana):
    browser = Client()
    for _ in range(5):
        give_password(browser, "wrong password")
    earlier = AccessAttempt.objects.get()
    earlier.attempt_time -= settings.AXES_COOLOFF_TIME + timedelta(seconds=1)
    earlier.save()
    assert give_password(browser).headers["Location"] == SECOND


def test_an_unknown_name_is_answered_like_a_wrong_password(ana):
    unknown = give_password(Client(), "wrong password", name="nobody")
    wrong = give_password(Client(), "wrong password")
    sentence = "The user name or the password is wrong."
    assert (unknown.status_code, sentence in unknown.text) == (200, True)
    assert (wrong.status_code, sentence in wrong.text) == (200, True)
    assert "nobody" not in "".join(str(row) for row in Leaf.objects.values_list())


def test_a_user_who_left_is_not_let_in(ana):
    browser = signed_in(ana)
    assert is_signed_in(browser)
    services.deactivate_user(ana.ref, actor=SETUP, at=clock.now())
    assert not is_signed_in(browser)
    give_password(browser)
    browser.post(SECOND, {"code": code()})
    assert not is_signed_in(browser)


def test_an_initial_password_opens_once_and_leads_to_an_own_one_and_a_second_factor():
    added = services.add_user(username="ana", display_name="Ana", actor=SETUP, at=clock.now())
    browser = Client()
    give_password(browser, added.password)
    for address in ("/", "/me/second-factor/start/", "/me/second-factor/app/"):
        assert browser.get(address).headers["Location"] == "/me/password/"
    again = Client()
    assert give_password(again, added.password).status_code == 403
    assert not is_signed_in(again)
    fields = {"present": added.password, "new": NEW, "again": NEW}
    assert browser.post("/me/password/", fields).headers["Location"] == "/"
    assert browser.get("/").headers["Location"] == "/me/second-factor/start/"


@pytest.mark.parametrize(
    "fields",
    [
        {"present": "not mine", "new": NEW, "again": NEW},
        {"present": PASSWORD, "new": NEW, "again": NEW + "!"},
        {"present": PASSWORD, "new": "too short", "again": "too short"},
        {"present": PASSWORD, "new": PASSWORD, "again": PASSWORD},
        {"present": PASSWORD, "new": "", "again": ""},
    ],
)
def test_a_password_is_changed_only_by_who_knows_it_and_to_a_good_one(ana, fields):
    answer = signed_in(ana).post("/me/password/", fields)
    assert answer.status_code == 400
    assert User.objects.get(ref=ana.ref).check_password(PASSWORD)


def test_changing_the_password_ends_every_other_session(ana):
    here, elsewhere = signed_in(ana), signed_in(ana)
    fields = {"present": PASSWORD, "new": NEW, "again": NEW}
    assert here.post("/me/password/", fields).status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def enrol(browser: Client):
    secret = browser.get("/me/second-factor/app/").context["form"].secret
    return secret, browser.post("/me/second-factor/app/", {"code": code(secret)})


@pytest.fixture
def without_factor():
    add_person("boris", at=clock.now())
    browser = Client()
    give_password(browser, name="boris")
    return browser


def test_without_a_second_factor_only_its_enrolment_can_be_reached(without_factor):
    for address in ("/", "/me/second-factor/", "/me/password/", "/me/recovery-codes/"):
        assert without_factor.get(address).headers["Location"] == "/me/second-factor/start/"
    assert without_factor.get("/me/second-factor/start/").status_code == 200
    assert "data:image/svg+xml" in without_factor.get("/me/second-factor/app/").text
    assert "creation_options" in without_factor.get("/me/second-factor/keys/add/").text


def test_enrolling_an_app_opens_the_console_and_its_secret_is_not_in_clear(without_factor):
    secret, answer = enrol(without_factor)
    assert answer.headers["Location"] == "/me/recovery-codes/"
    assert is_signed_in(without_factor)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert AccountsEvent.SECOND_FACTOR_ADDED in events()


def test_recovery_codes_are_shown_once_and_each_opens_once(without_factor):
    enrol(without_factor)
    codes = without_factor.get("/me/recovery-codes/").context["unused_codes"]
    assert len(set(codes)) == 10
    assert codes[0] not in without_factor.get("/me/recovery-codes/").text
    outcomes = []
    for _ in range(2):
        browser = Client()
        give_password(browser, name="boris")
        browser.post(SECOND, {"code": codes[0]})
        outcomes.append(is_signed_in(browser))
    assert outcomes == [True, False]


def test_a_wrong_code_enrols_nothing(without_factor):
    without_factor.get("/me/second-factor/app/")
    assert without_factor.post("/me/second-factor/app/", {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()
    assert not is_signed_in(without_factor)


def test_the_last_second_factor_stays(ana):
    browser = Client()
    give_password(browser)
    browser.post(SECOND, {"code": code()})
    assert (
        browser.get("/me/second-factor/app/remove/").headers["Location"].startswith("/me/confirm/")
    )
    browser.post("/me/confirm/?next=/me/second-factor/app/remove/", {"password": PASSWORD})
    browser.post("/me/second-factor/app/remove/")
    assert Authenticator.objects.filter(user_id=ana.ref, type="totp").exists()


def test_a_reset_second_factor_shuts_open_sessions_until_a_new_one_is_enrolled(ana):
    browser = signed_in(ana)
    services.reset_second_factor(ana.ref, actor=SETUP, at=clock.now())
    assert browser.get("/").headers["Location"].startswith(SIGN_IN)
    give_password(browser)
    assert browser.get("/").headers["Location"] == "/me/second-factor/start/"


def test_a_session_opened_without_the_factor_is_ended(ana):
    browser = signed_in(ana)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    assert browser.get("/").headers["Location"].startswith(SIGN_IN)
    assert browser.get("/").headers["Location"].startswith(SIGN_IN)


def test_signing_in_changes_the_session_and_signing_out_ends_it(ana):
    browser = Client()
    browser.get(SIGN_IN)
    give_password(browser)
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(SECOND, {"code": code()})
    after = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert before != after
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = after
    assert browser.get("/sign-out/").status_code == 405
    assert browser.post("/sign-out/").headers["Location"] == "/signed-out/"
    assert not is_signed_in(thief)
    assert not is_signed_in(browser)
    assert events()[-1] == AccountsEvent.SIGN_IN_ENDED


def test_a_session_cannot_be_turned_into_another_persons(ana):
    boris = add_person("boris", at=clock.now())
    own_app(boris.ref)
    browser = signed_in(ana)
    session = browser.session
    session["_auth_user_id"] = str(boris.ref)
    session.save()
    User.objects.filter(ref=boris.ref).update(password="argon2$other")
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    ("minutes", "still"),
    [([29, 29, 29], True), ([30], False), ([29] * 24, True), ([29] * 25, False)],
)
def test_a_sign_in_ends_when_idle_and_after_a_working_day(ana, the_clock, minutes, still):
    browser = signed_in(ana)
    for pause in minutes:
        the_clock.advance(timedelta(minutes=pause))
        answer = is_signed_in(browser)
    assert answer is still


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(ana):
    browser = Client()
    browser.get(SIGN_IN)
    give_password(browser)
    session, csrf = browser.cookies["callward_session"], browser.cookies["callward_csrf"]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert (csrf["httponly"], csrf["samesite"]) == (True, "Strict")
    assert not session["expires"]  # it ends with the browser


def test_the_session_row_is_gone_after_signing_out(ana):
    browser = signed_in(ana)
    assert Session.objects.count() == 1
    browser.post("/sign-out/")
    assert Session.objects.count() == 0


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "http:///x",
    ],
)
def test_sign_in_and_language_lead_to_no_other_site(ana, elsewhere):
    browser = Client()
    give_password(browser, to=f"{SIGN_IN}?next={elsewhere}")
    assert browser.post(SECOND, {"code": code()}).headers["Location"] == "/"
    answer = browser.post("/language/", {"language": "ro", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_sign_in_goes_on_where_the_user_wanted(ana):
    browser = Client()
    wanted = browser.get("/me/second-factor/?a=1").headers["Location"]
    assert wanted == "/sign-in/?next=/me/second-factor/%3Fa%3D1"
    assert give_password(browser, to=wanted).status_code == 302
    answer = browser.post(SECOND, {"code": code()})
    assert answer.headers["Location"] == "/me/second-factor/?a=1"


def test_nobody_signs_up_and_no_password_is_reset_by_mail(ana):
    browser = Client()
    for address in ("/signup/", "/accounts/signup/", "/password/reset/", "/accounts/login/code/"):
        assert browser.get(address).status_code == 404


def test_a_secret_of_the_cast_is_not_the_one_in_the_database(ana):
    assert SECRET not in str(Authenticator.objects.get().data)
