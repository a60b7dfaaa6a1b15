"""What surrounds every screen: who may see it, in which language, and how a refusal is said."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from build.accounts import add_person, appoint_fully, cast
from build.console import signed_in
from build.controllers import controller
from callward import console
from callward.accounts import selectors
from callward.accounts.rules import capabilities_of
from callward.audit.models import Leaf
from callward.audit.states import AuditEvent
from callward.console import refusals
from callward.console.pages import pages
from callward.kernel import clock
from callward.kernel.errors import BadInputError, CallwardError, NotFoundError, RefusedError
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from callward.accounts.states import Capability

pytestmark = pytest.mark.django_db
REF = "0195d3a8-0000-7000-8000-000000000001"
OPEN = {"account_login", "mfa_authenticate", "account_logout", "signed-out", "language"}


def addresses(resolver=None, prefix="/"):
    """Every address of the whole site but the machines' own, filled with sample values."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + re.sub(r"<(\w+:)?\w+>", _sample, str(entry.pattern))
        if route.startswith(("/api/", "/healthz")):
            continue
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            yield entry.name, route


def _sample(match: re.Match[str]) -> str:
    return {"int:": "1", "uuid:": REF}.get(match[1] or "", "x")


@pytest.mark.req("K-09")
def test_no_address_answers_anybody_who_is_not_signed_in():
    walked = dict(addresses())
    assert {"home", "password", "mfa_index"} <= walked.keys()
    for name, address in walked.items():
        if name in OPEN or address.startswith("/notices/"):  # these are for everybody
            continue
        for method in ("get", "post", "head", "put", "delete"):
            answer = getattr(Client(), method)(address)
            assert (answer.status_code, name) == (302, name)
            assert answer.headers["Location"].startswith("/sign-in/"), (method, address)


@pytest.mark.req("K-09")
def test_an_unsigned_part_or_program_is_told_where_to_go_instead_of_a_page():
    part = Client().get("/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/sign-in/")
    program = Client().get("/", headers={"Accept": "application/json"})
    assert (program.status_code, program.json()["code"]) == (401, "sign-in")


@pytest.mark.req("S-11")
def test_every_screen_is_refused_to_roles_without_its_capability():
    where = controller()
    people = cast(where.ref, at=clock.now())
    roles = {"ana": Role.AGENT, "audra": Role.AUDITOR, "radu": Role.ADMINISTRATOR}
    for name, role in roles.items():
        browser = signed_in(getattr(people, name))
        visible = {item.url for item in browser.get("/").context["navigation"]}
        for page in pages():
            if not page.needs or page.needs & _allowed(role):
                continue
            address = "/" + re.sub(r"<(\w+:)?\w+>", _sample, page.route)
            method = "post" if "POST" in page.methods else "get"
            answer = getattr(browser, method)(address)
            assert (answer.status_code, page.name, name) == (403, page.name, name)
            assert address not in visible


def _allowed(role: Role) -> frozenset[Capability]:
    return capabilities_of(role)


def test_somebody_without_any_role_sees_that_and_nothing_else():
    where = controller()
    vera = cast(where.ref, at=clock.now()).vera
    answer = signed_in(vera).get("/")
    assert "You have no role at any controller." in answer.text
    assert where.legal_name not in answer.text


@pytest.mark.req("S-15")
def test_the_overview_tells_what_the_user_is_and_what_is_missing():
    where = controller()
    boris = cast(where.ref, at=clock.now()).boris
    text = signed_in(boris).get("/").text
    assert "Supervisor" in text
    assert "Welcome, Boris" in text
    assert where.legal_name in text
    assert "Not met:" not in text


@pytest.mark.req("K-11")
def test_a_training_that_lapses_soon_is_said_on_the_overview():
    where, at = controller(), clock.now()
    person = add_person("sorin", at=at)
    appoint_fully(
        person.ref,
        Role.SUPERVISOR,
        where.ref,
        at=at,
        trained_until=at.date().replace(month=4, day=4),
    )
    assert "Your training is due on 4 April 2026" in signed_in(person).get("/").text


def test_where_no_calls_are_recorded_their_screens_are_absent():
    where = controller("dermatology-clinic")
    daiva = cast(where.ref, at=clock.now()).daiva
    browser = signed_in(daiva)
    answer = browser.get("/")
    assert "records no calls" in answer.text
    absent = [page for page in pages() if page.records_calls]
    for page in absent:
        address = "/" + re.sub(r"<(\w+:)?\w+>", _sample, page.route)
        assert address not in {item.url for item in answer.context["navigation"]}
        method = "post" if "POST" in page.methods else "get"
        assert getattr(browser, method)(address).status_code in {403, 404}


def test_holds_and_disposal_are_there_where_anything_is_kept():
    where = controller("dermatology-clinic")
    browser = signed_in(cast(where.ref, at=clock.now()).daiva)
    shown = {item.url for item in browser.get("/").context["navigation"]}
    for address in ("/holds/", "/disposal/", "/certificates/"):
        assert address in shown
        assert browser.get(address).status_code == 200


def test_the_controller_is_changed_only_to_one_where_the_user_has_a_role():
    at = clock.now()
    here, there, strange = (
        controller(name) for name in ("therapy-association", "smart-metering", "web-shop")
    )
    boris = cast(here.ref, at=at).boris
    appoint_fully(boris.ref, Role.AGENT, there.ref, at=at)
    browser = signed_in(boris, controller_ref=here.ref)
    assert browser.post("/controller/", {"controller": str(there.ref)}).status_code == 302
    assert there.legal_name in browser.get("/").text
    refused = browser.post("/controller/", {"controller": str(strange.ref)})
    assert refused.status_code == 403
    assert there.legal_name in browser.get("/").text


def test_a_refusal_is_said_in_one_line_with_the_mend_and_stands_in_the_audit():
    where = controller()
    boris = cast(where.ref, at=clock.now()).boris
    browser = signed_in(boris)
    address = {"controller": REF}
    page = browser.post("/controller/", address)
    assert "You have no role at any controller." in page.text
    assert "Ask an administrator to appoint you." in page.text
    part = browser.post("/controller/", address, headers={"HX-Request": "true"})
    assert (part.headers["HX-Retarget"], "<html" in part.text) == ("#refusals", False)
    program = browser.post("/controller/", address, headers={"Accept": "application/json"})
    assert program.json()["code"] == "controller-not-chosen"
    leaves = Leaf.objects.filter(event=AuditEvent.ACT_REFUSED)
    assert [leaf.actor for leaf in leaves] == [f"user:{boris.ref}"] * 3


class _GoneError(CallwardError):
    code = "gone"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError(), 403),
        (NotFoundError(ref="x"), 404),
        (_GoneError(), 410),
        (BadInputError(), 400),
    ],
)
def test_each_kind_of_refusal_has_its_status(error, status):
    assert refusals.status_of(error) == status


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Sign in"),
        ("ro", "Autentificare"),
        ("bg", "Вход"),
        ("lt", "Prisijungimas"),
    ],
)
def test_the_language_is_chosen_once_and_kept(language, sentence):
    browser = Client()
    answer = browser.post("/language/", {"language": language, "next": "/sign-in/"})
    assert answer.headers["Location"] == "/sign-in/"
    page = browser.get("/sign-in/")
    assert f'<html lang="{language}">' in page.text
    assert sentence in page.text


def test_an_unknown_language_is_refused():
    assert Client().post("/language/", {"language": "xx"}).status_code == 400
    assert Client().get("/language/").status_code == 405


def test_the_users_language_follows_them():
    where = controller()
    boris = cast(where.ref, at=clock.now()).boris
    signed_in(boris).post("/language/", {"language": "bg"})
    assert selectors.user(boris.ref).language == "bg"


INLINE = re.compile(
    r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=",
    re.IGNORECASE,
)


def test_no_page_of_the_frame_has_inline_scripts_or_styles():
    where = controller()
    people = cast(where.ref, at=clock.now())
    browser = signed_in(people.boris)
    mine = ["/", "/me/second-factor/", "/me/password/", "/me/recovery-codes/new/", "/nothing/"]
    texts = [browser.get(address).text for address in mine]
    texts += [Client().get(address).text for address in ("/sign-in/", "/signed-out/", "/nothing/")]
    for text in texts:
        assert INLINE.search(text) is None, INLINE.search(text)


def test_the_headers_forbid_inline_code_frames_and_other_sites():
    answer = Client().get("/sign-in/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_pages_of_staff_are_not_kept_by_the_browser():
    where = controller()
    boris = cast(where.ref, at=clock.now()).boris
    assert "no-store" in signed_in(boris).get("/").headers["Cache-Control"]


def test_a_missing_page_is_said_in_our_own_words():
    answer = Client().get("/nothing/here/")
    assert (answer.status_code, "There is nothing at this address." in answer.text) == (404, True)


def test_the_page_of_a_failure_needs_nothing_that_may_have_failed():
    assert "Something failed on our side." in render_to_string("500.html")


def test_a_form_from_elsewhere_is_refused():
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/sign-in/", {"login": "ana", "password": "x"})
    assert answer.status_code == 403
    assert "did not come from this site" in answer.text


def test_each_vendored_library_tells_its_version_and_licence():
    vendor = console.__path__[0] + "/static/console/vendor"
    folders = sorted(Path(vendor).iterdir())
    assert [folder.name for folder in folders] == [
        "bootstrap",
        "bootstrap-icons",
        "htmx",
        "wavesurfer",
    ]
    for folder in folders:
        assert (folder / "VERSION").read_text().strip()
        assert len((folder / "LICENSE").read_text()) > 300


def test_every_icon_that_a_screen_asks_for_is_in_the_sprite():
    house = Path(console.__path__[0])
    sprite = (house / "static/console/vendor/bootstrap-icons/icons.svg").read_text()
    asked = {page.nav.icon for page in pages() if page.nav}
    for template in (house / "templates").rglob("*.html"):
        asked |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    missing = {name for name in asked if f'id="{name}"' not in sprite}
    assert asked
    assert missing == set()


def test_one_display_name_is_shown_and_never_run():
    at = clock.now()
    where = controller()
    name = '<img src=x onerror="alert(1)">'
    person = add_person("ion", at=at, display_name=name)
    appoint_fully(person.ref, Role.AGENT, where.ref, at=at)
    text = signed_in(person).get("/").text
    assert name not in text
    assert "&lt;img src=x" in text


def test_the_settings_keep_cookies_off_unsafe_roads():
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
