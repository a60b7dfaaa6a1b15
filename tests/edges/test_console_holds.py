"""A hold that counts from the end of its case ends because somebody says that the case is over."""

from __future__ import annotations

from http import HTTPStatus
from uuid import uuid4

import pytest
from django.urls import reverse

from build.accounts import cast
from build.console import signed_in
from build.controllers import controller, sample
from build.retention import hold, keep_one
from build.vault import plug_vault
from callward.audit.selectors import history
from callward.kernel import clock
from callward.kernel.actors import user_actor
from callward.retention import selectors
from callward.retention.states import RetentionEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("D-20")]

CLOSE = "holds-close-case"


@pytest.fixture
def here(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plug_vault(tmp_path)
    from_case = sample("smart-metering").replace(
        b'reason = "complaint", from = "hold.placed"', b'reason = "complaint", from = "case.closed"'
    )
    return controller("smart-metering", toml=from_case)


def test_a_hold_is_counted_from_the_day_on_which_its_case_is_closed(here):
    placed = hold([keep_one(here.ref)], at=clock.now())
    boris = cast(here.ref, at=clock.now()).boris
    browser = signed_in(boris, controller_ref=here.ref)
    assert "counted once its case is closed" in browser.get(reverse("holds")).text

    answer = browser.post(reverse(CLOSE, kwargs={"ref": placed.ref}), follow=True)

    assert "counted once its case is closed" not in answer.text
    assert reverse(CLOSE, kwargs={"ref": placed.ref}) not in answer.text
    closed = selectors.hold(placed.ref, at=clock.now())
    assert closed.ends_at.date().isoformat() == "2029-03-28"  # 29 March, 00:00 in Vilnius
    [told] = [one for one in history(placed.ref) if one.event == RetentionEvent.HOLD_CASE_CLOSED]
    assert told.actor == str(user_actor(boris.ref))


def test_a_hold_of_another_controller_is_not_closed_from_here(here):
    other = controller()
    placed = hold([keep_one(here.ref)], at=clock.now())
    boris = cast(other.ref, at=clock.now()).boris
    browser = signed_in(boris, controller_ref=other.ref)
    for ref in (placed.ref, uuid4()):
        answer = browser.post(reverse(CLOSE, kwargs={"ref": ref}), HTTP_ACCEPT="application/json")
        assert answer.status_code == HTTPStatus.NOT_FOUND
    assert selectors.hold(placed.ref, at=clock.now()).waits_for_case
