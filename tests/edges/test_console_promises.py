"""The board of promises on screen: what is broken comes first, and the officer judges it."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.urls import reverse

from build.console import signed_in
from build.promises import NoVisitor, promised_house
from callward.kernel import clock
from callward.promises import ports, selectors, services
from callward.promises.states import CheckState, Verdict
from callward.texts.states import Probe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ports.visitor.bind(NoVisitor())
    return promised_house(tmp_path)


@pytest.fixture
def broken(home):
    ports.world.get().place = "US"
    services.check_controller(home.controller.ref, at=clock.now())
    return next(
        one
        for one in selectors.board(home.controller.ref, at=clock.now())
        if one.probe is Probe.KEPT_IN_REGION
    )


def test_the_broken_promise_stands_first_with_the_sentences_it_breaks(home, broken):
    daiva = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    page = daiva.get(reverse("promises")).content.decode()
    assert page.index("Everything is stored in the announced region.") < page.index(
        "Recordings: nothing can be opened after its last day."
    )
    assert "sentence" in page
    assert broken.state is CheckState.RED


def test_the_officer_is_told_on_the_first_screen(home, broken):
    daiva = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    assert reverse("promises") in daiva.get(reverse("home")).content.decode()
    assert "may be broken" in daiva.get(reverse("home")).content.decode()


def test_the_officer_judges_and_the_public_may_know(home, broken):
    daiva = signed_in(home.cast.daiva, controller_ref=home.controller.ref)
    answer = daiva.post(reverse("promises-judge", args=[broken.ref]), {"verdict": "broken"})
    assert answer.status_code == HTTPStatus.FOUND
    assert selectors.check(broken.ref, at=clock.now()).verdict is Verdict.BROKEN
    wrong = daiva.post(reverse("promises-judge", args=[broken.ref]), {"verdict": "whatever"})
    assert wrong.status_code == HTTPStatus.BAD_REQUEST


def test_an_administrator_sees_the_board_and_does_not_judge(home, broken):
    radu = signed_in(home.cast.radu, controller_ref=home.controller.ref)
    page = radu.get(reverse("promises")).content.decode()
    assert reverse("promises-judge", args=[broken.ref]) not in page
