"""A visitor who mistypes an address stays in the portal and reads nothing meant for others."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.test import Client

from build.controllers import controller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/notices/nobody/", "/notices/nobody/lt/nothing/", "/notices/no/such/page", "/notices/en/x/y"],
)
def test_a_wrong_address_is_answered_by_the_portal(client, address):
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    page = answer.content.decode()
    assert "/notices/" in page
    assert "callward controller" not in page
    assert "/sign-in/" not in page


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_to_a_page_that_is_only_read(method):
    strict = Client(enforce_csrf_checks=True)
    answer = getattr(strict, method)("/notices/")
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED


@pytest.mark.parametrize("address", ["versions/%00/", "versions/1.0/changes/%00/"])
def test_what_no_database_keeps_is_a_wrong_address_on_either_engine(address):
    slug = controller().slug
    answer = Client(raise_request_exception=False).get(f"/notices/{slug}/en/{address}")
    assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST}
    assert "Traceback" not in answer.content.decode()
