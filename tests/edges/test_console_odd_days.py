"""A slip of the year in a form is said, and never breaks the page after it."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.urls import reverse

from build.console import signed_in
from build.recordings import house

pytestmark = pytest.mark.django_db(transaction=True)

ODD = ["0001-01-01", "9999-12-31", "0202-03-29"]


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


@pytest.mark.parametrize("day", ODD)
@pytest.mark.parametrize("field", ["since", "until"])
def test_the_list_of_calls_still_opens_after_a_filter_that_nobody_can_mean(home, field, day):
    browser = signed_in(home.cast.boris, controller_ref=home.controller.ref)
    answer = browser.post(reverse("calls-filter"), {field: day})
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert browser.get(reverse("calls")).status_code == HTTPStatus.OK


@pytest.mark.parametrize("day", ODD)
@pytest.mark.parametrize("field", ["begins_on", "ends_on"])
def test_a_declaration_for_such_days_is_not_signed(home, field, day):
    browser = signed_in(home.cast.radu, controller_ref=home.controller.ref)
    given = {
        "system": "asterisk",
        "account": "*",
        "greeting": "This call is recorded.",
        "directions": ["in"],
        "begins_on": "2026-01-01",
        "signed": "on",
        field: day,
    }
    answer = browser.post(reverse("declarations"), given)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert field in answer.context["form"].errors
    assert not answer.context["declarations"]
