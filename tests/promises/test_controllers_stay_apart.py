"""Two controllers on one machine: whoever works for one learns nothing about the other."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.urls import reverse

from build.accounts import add_person, appoint_fully
from build.console import signed_in
from build.controllers import controller
from build.recordings import house, keep_one
from callward.kernel import clock
from callward.kernel.numbers import parse_number
from callward.policy.vocabulary import Role
from callward.subjects.services import remember_numbers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


@pytest.fixture
def neighbour(home, the_clock):
    """An officer of another controller in the same house."""
    del home
    view = controller("smart-metering")
    officer = add_person("xenia", at=the_clock.now())
    appoint_fully(officer.ref, Role.DPO, view.ref, at=the_clock.now())
    return signed_in(officer, controller_ref=view.ref)


def leaves(browser, ref):
    answer = browser.get(reverse("audit-item", args=[ref]))
    assert answer.status_code == HTTPStatus.OK
    return answer.context["leaves"]


@pytest.mark.req("S-11")
def test_an_officer_reads_the_audit_of_their_own_controllers_items_alone(home, neighbour):
    kept = keep_one(home)
    ours = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    for ref in (kept.ref, kept.call_ref):
        assert leaves(ours, ref)
        assert not leaves(neighbour, ref)
    assert not leaves(neighbour, home.cast.boris.ref)


def test_a_filter_by_number_shows_the_calls_of_that_number_alone(home):
    keep_one(home)
    browser = signed_in(home.cast.boris, controller_ref=home.controller.ref)
    assert len(browser.get(reverse("calls")).context["page"].rows) == 1
    number = parse_number("+442079460999", region="GB")
    remember_numbers(home.controller.ref, [number], at=clock.now())
    browser.post(reverse("calls-filter"), {"number": number.e164})
    answer = browser.get(reverse("calls"))
    assert not answer.context["form"].errors
    assert not answer.context["page"].rows


def test_a_filter_by_reference_never_reaches_another_controllers_number(home, neighbour, the_clock):
    number = parse_number("+442079460777", region="GB")
    [theirs] = remember_numbers(home.controller.ref, [number], at=the_clock.now())
    ours = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    asked = {"number": f"ref:{theirs.ref}"}
    assert ours.post(reverse("calls-filter"), asked).status_code == HTTPStatus.FOUND
    assert neighbour.post(reverse("calls-filter"), asked).status_code == HTTPStatus.BAD_REQUEST
