"""The board of promises: what is red, since when, who judged it, and what it blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from build.promises import NoVisitor, promised_house
from build.recordings import keep_one
from callward.audit.selectors import history
from callward.kernel import clock
from callward.kernel.actors import system_actor, user_actor
from callward.promises import ports, registry, rules, selectors, services
from callward.promises.errors import CheckNotRedError, CheckUnknownError
from callward.promises.models import Turn
from callward.promises.sentence_checks import SentenceChecks
from callward.promises.states import CheckState, PromisesEvent, Verdict
from callward.retention import services as retention
from callward.texts.states import CheckName, Probe

pytestmark = pytest.mark.django_db(transaction=True)
RUNNER = system_actor("retention.run")
A_ROUND = timedelta(minutes=10)
REGION = CheckName(Probe.KEPT_IN_REGION)
LATE = CheckName(Probe.EXPIRED_UNREADABLE, "recording")
# Checked without a web program and without a phone line; a probe that cannot look is never green.
DARK = {Probe.CONTACTS_ANSWER, Probe.BACKUPS_END, Probe.COOKIES_DECLARED}


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    ports.visitor.bind(NoVisitor())
    return promised_house(tmp_path)


def look(home, at=None):
    views = services.check_controller(home.controller.ref, at=at or clock.now())
    return {view.name if view.kind else view.probe: view for view in views}


def break_region():
    ports.world.get().place = "US"


def test_every_probe_that_a_sentence_can_name_really_looks(home):
    names = set(registry.every_probe())
    assert {name.probe for name in names} == set(Probe)
    assert {
        view.name for view in services.check_controller(home.controller.ref, at=clock.now())
    } == names


@pytest.mark.req("D-05")
def test_a_disposal_job_that_is_switched_off_turns_the_board_red_within_fifteen_minutes(home):
    kept = keep_one(home)
    look(home)
    due = retention.why_still_here(kept.ref, at=clock.now()).due_at
    # The sabotage: nobody runs the job. A run is due at the latest 15 minutes after the instant,
    # and the probes come by every ten.
    seen = {minute: look(home, due + timedelta(minutes=minute)) for minute in (0, 10, 20, 30)}
    states = {minute: found[LATE].state for minute, found in seen.items()}
    assert states[0] is CheckState.GREEN
    assert states[20] is CheckState.RED
    assert selectors.alarms(home.controller.ref, at=due + timedelta(minutes=30))


def test_a_probe_that_breaks_is_never_green(home, monkeypatch):
    def broken(_glance):
        raise ZeroDivisionError

    monkeypatch.setitem(registry._probes, CheckName(Probe.KEPT_IN_REGION), broken)
    assert look(home)[Probe.KEPT_IN_REGION].state is CheckState.UNCHECKED


def test_what_cannot_be_looked_at_here_is_unchecked_and_not_green(home):
    found = look(home)
    assert {probe for probe, view in found.items() if view.state is CheckState.UNCHECKED} == DARK


def test_a_check_that_nobody_repeats_goes_stale(home):
    look(home)
    later = clock.now() + timedelta(hours=1)
    board = {view.probe: view.state for view in selectors.board(home.controller.ref, at=later)}
    assert board[Probe.KEPT_IN_REGION] is CheckState.STALE


def test_red_says_since_when_and_every_turn_is_written_down(home):
    look(home)
    break_region()
    first = clock.now() + A_ROUND
    look(home, first)
    view = look(home, first + A_ROUND)[Probe.KEPT_IN_REGION]
    assert view.red_since == first
    assert [turn.state for turn in Turn.objects.filter(probe=Probe.KEPT_IN_REGION)] == [
        "green",
        "red",
    ]
    events = [leaf.event for leaf in history(view.ref)]
    assert events == [PromisesEvent.CHECK_TURNED, PromisesEvent.CHECK_TURNED_RED]


def test_a_red_check_blocks_publishing_until_it_is_green_or_a_false_alarm(home):
    checks = SentenceChecks()
    assert checks.may_publish(home.controller.ref, clock.now()) == ()
    break_region()
    view = look(home)[Probe.KEPT_IN_REGION]
    assert checks.may_publish(home.controller.ref, clock.now()) == ("kept-in-region",)
    daiva = user_actor(home.cast.daiva.ref)
    services.judge(view.ref, Verdict.BROKEN, actor=daiva, at=clock.now())
    assert checks.may_publish(home.controller.ref, clock.now()) == ("kept-in-region",)
    services.judge(view.ref, Verdict.FALSE_ALARM, actor=daiva, at=clock.now())
    assert checks.may_publish(home.controller.ref, clock.now()) == ()


def test_the_public_sees_a_failure_only_once_it_is_judged_or_the_period_is_over(home):
    checks, ref = SentenceChecks(), home.controller.ref
    break_region()
    view = look(home)[Probe.KEPT_IN_REGION]
    at = clock.now()
    assert not checks.states_of(ref, at)[REGION].public
    daiva = user_actor(home.cast.daiva.ref)
    services.judge(view.ref, Verdict.BROKEN, actor=daiva, at=at)
    assert checks.states_of(ref, at)[REGION].public
    services.judge(view.ref, Verdict.FALSE_ALARM, actor=daiva, at=at)
    assert not checks.states_of(ref, at)[REGION].public


def test_an_unjudged_failure_becomes_public_by_the_policys_own_period(home):
    assert home.policy.show_failure_after is not None
    break_region()
    look(home)
    at = clock.now() + timedelta(days=60)
    assert SentenceChecks().states_of(home.controller.ref, at)[REGION].public


def test_a_judgement_ends_when_the_check_turns_green_again(home):
    break_region()
    view = look(home)[Probe.KEPT_IN_REGION]
    daiva = user_actor(home.cast.daiva.ref)
    services.judge(view.ref, Verdict.BROKEN, actor=daiva, at=clock.now())
    ports.world.get().place = "RO"
    assert look(home)[Probe.KEPT_IN_REGION].verdict is None


def test_only_a_red_check_can_be_judged(home):
    view = look(home)[Probe.KEPT_IN_REGION]
    with pytest.raises(CheckNotRedError):
        services.judge(view.ref, Verdict.MENDED, actor=RUNNER, at=clock.now())
    with pytest.raises(CheckUnknownError):
        services.judge(home.controller.ref, Verdict.MENDED, actor=RUNNER, at=clock.now())


@pytest.mark.parametrize("state", list(CheckState))
def test_only_red_and_stale_block_a_publication(home, state):
    view = look(home)[Probe.KEPT_IN_REGION]
    asked = replace(view, state=state)
    assert rules.blocks_publishing(asked) is (state in (CheckState.RED, CheckState.STALE))
