"""Nobody alone: what one asks for, a second person lets happen, or the policy's delay (D-19)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from callward import approval
from callward.approval.errors import DelayRunningError, SamePersonError, SecondPersonError
from callward.kernel.actors import system_actor, user_actor
from callward.kernel.calendar import parse_instant, parse_period
from callward.policy.compiled import TwoPersonRule
from callward.policy.vocabulary import Role
from callward.retention.models import Hold

BUCHAREST = ZoneInfo("Europe/Bucharest")
AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
ASKING, SECOND = user_actor(uuid4()), user_actor(uuid4())
PASSED = system_actor("retention.delay-passed")


def rule(*, second: Role | None = Role.DPO, delay: str | None = None) -> TwoPersonRule:
    return TwoPersonRule(second=second, delay=delay and parse_period(delay))


def asked(of: TwoPersonRule, *, at: datetime = AT) -> Hold:
    act = Hold()
    approval.ask(act, rule=of, zone=BUCHAREST, actor=ASKING, at=at)
    return act


def approve(act: Hold, actor, of: TwoPersonRule, *, roles=(Role.DPO,), at: datetime = AT):
    return approval.approve(
        act,
        named=act.ref,
        rule=of,
        roles_of=lambda **_user: roles,
        actor=actor,
        delay_passed=PASSED,
        at=at,
    )


@pytest.mark.req("D-19")
@pytest.mark.parametrize(
    ("asked_at", "delay", "passes"),
    [
        ("2026-03-10T10:00", "P3D", "2026-03-14T00:00"),
        ("2026-03-29T02:30", "P2D", "2026-04-01T00:00"),  # over the change to summer time
    ],
)
def test_a_delay_runs_through_the_end_of_its_last_day(asked_at, delay, passes):
    act = asked(rule(second=None, delay=delay), at=parse_instant(asked_at, zone=BUCHAREST))
    assert act.passes_at == parse_instant(passes, zone=BUCHAREST)
    assert act.officer_told_at == act.asked_at


@pytest.mark.req("D-19")
def test_without_a_delay_it_never_passes_by_itself_and_nobody_needs_to_be_told():
    act = asked(rule())
    assert (act.passes_at, act.officer_told_at) == (None, None)


@pytest.mark.req("D-19")
def test_the_second_person_is_another_one_with_the_role_that_the_policy_names():
    act = asked(rule())
    with pytest.raises(SamePersonError):
        approve(act, ASKING, rule())
    with pytest.raises(SecondPersonError):
        approve(act, SECOND, rule(), roles=(Role.AGENT,))
    with pytest.raises(SecondPersonError):
        approve(act, system_actor("command:uid-0"), rule())
    assert (act.approved_at, act.approved_by) == (None, "")
    assert approve(act, SECOND, rule()) == SECOND
    assert (act.approved_at, act.approved_by) == (AT, str(SECOND))


@pytest.mark.req("D-19")
def test_nobody_stands_in_for_a_delay_that_still_runs():
    alone = rule(second=None, delay="P3D")
    act = asked(alone)
    with pytest.raises(DelayRunningError):
        approve(act, SECOND, alone, at=act.passes_at - timedelta(seconds=1))
    assert approve(act, ASKING, alone, at=act.passes_at) == PASSED
    assert act.approved_by == str(PASSED)


@pytest.mark.req("D-19")
def test_with_neither_person_nor_delay_nothing_lets_it_happen():
    nobody = rule(second=None)
    with pytest.raises(DelayRunningError):
        approve(asked(nobody), SECOND, nobody, at=AT + timedelta(days=9999))


@pytest.mark.req("D-19")
def test_what_was_turned_down_was_never_asked_for():
    act = asked(rule(delay="P3D"))
    approval.turn_down(act)
    assert (act.asked_at, act.asked_by, act.passes_at, act.officer_told_at) == (
        None,
        "",
        None,
        None,
    )
