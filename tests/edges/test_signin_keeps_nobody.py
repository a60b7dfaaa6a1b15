"""A wrong password is counted; what was typed, from where and with what, is not kept."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client

from build.engines import everything_in

pytestmark = [pytest.mark.django_db, pytest.mark.req("D-04", "K-09")]

TYPED, VISITOR, BROWSER = "mara@marker.example", "203.0.113.77", "Marked-Browser +442079460123"


def test_nothing_of_a_wrong_sign_in_is_in_the_database_but_its_count():
    visitor = Client(REMOTE_ADDR=VISITOR, HTTP_USER_AGENT=BROWSER, HTTP_ACCEPT=f"text/{TYPED}")
    for typed in (TYPED, TYPED.upper(), f" {TYPED}"):
        visitor.post(f"/sign-in/?next=/{TYPED}", {"login": typed, "password": "Petras 79460124"})
    assert AccessAttempt.objects.get().failures_since_start == 3
    left = everything_in(connection)
    for marker in (TYPED, VISITOR, "Marked", "79460123", "79460124", "Petras"):
        assert marker.casefold() not in left.casefold(), marker


def test_two_names_are_counted_apart():
    for typed in (TYPED, "petras"):
        Client().post("/sign-in/", {"login": typed, "password": "wrong"})
    assert sorted(AccessAttempt.objects.values_list("failures_since_start", flat=True)) == [1, 1]
