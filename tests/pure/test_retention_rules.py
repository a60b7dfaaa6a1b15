"""`law floor > hold > approved erasure > min(cap promised, cap now)`, in every combination."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from callward.kernel.calendar import Period, parse_instant, parse_period, zone_named
from callward.policy.vocabulary import StartEvent
from callward.retention import rules
from callward.retention.rules import Claims, Effective
from callward.retention.states import Rule

BUCHAREST = zone_named("Europe/Bucharest")
DAY = timedelta(days=1)
T = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
YEAR_ENDS = (12, 31)


def at(days: int) -> datetime:
    return T + days * DAY


@pytest.mark.req("D-07")
@pytest.mark.parametrize(
    ("claims", "due", "rule"),
    [
        (Claims(cap_promised=at(10)), at(10), Rule.CAP_PROMISED),
        (Claims(cap_promised=at(10), cap_now=at(5)), at(5), Rule.CAP_NOW),
        (Claims(cap_promised=at(10), cap_now=at(10)), at(10), Rule.CAP_PROMISED),
        (Claims(cap_promised=at(10), cap_now=at(99)), at(10), Rule.CAP_PROMISED),
        (Claims(cap_promised=None), None, Rule.OPEN),
        (Claims(cap_promised=None, cap_now=at(5)), at(5), Rule.CAP_NOW),
        (Claims(cap_promised=at(10), erasure=at(3)), at(3), Rule.ERASURE),
        (Claims(cap_promised=None, erasure=at(3)), at(3), Rule.ERASURE),
        (Claims(cap_promised=at(10), erasure=at(30)), at(10), Rule.CAP_PROMISED),
        (Claims(cap_promised=at(10), holds=(at(20),)), at(20), Rule.HOLD),
        (Claims(cap_promised=at(10), holds=(at(5),)), at(10), Rule.CAP_PROMISED),  # D-20
        (Claims(cap_promised=at(10), holds=(at(10),)), at(10), Rule.CAP_PROMISED),
        (Claims(cap_promised=at(10), holds=(at(20), at(40), at(5))), at(40), Rule.HOLD),
        (Claims(cap_promised=at(10), holds=(at(20), None)), None, Rule.HOLD),
        (Claims(cap_promised=at(10), erasure=at(3), holds=(at(20),)), at(20), Rule.HOLD),
        (Claims(cap_promised=at(10), erasure=at(3), holds=(at(2),)), at(3), Rule.ERASURE),
        (Claims(cap_promised=at(10), floor=at(15)), at(15), Rule.LAW_FLOOR),
        (Claims(cap_promised=at(10), floor=at(5)), at(10), Rule.CAP_PROMISED),
        (Claims(cap_promised=at(10), floor=at(15), holds=(at(12),)), at(15), Rule.LAW_FLOOR),
        (Claims(cap_promised=at(10), floor=at(15), holds=(at(20),)), at(20), Rule.HOLD),
        (Claims(cap_promised=at(10), erasure=at(3), floor=at(15)), at(15), Rule.LAW_FLOOR),
        (Claims(cap_promised=at(10), floor_open=True), None, Rule.LAW_FLOOR),
        (Claims(cap_promised=None, holds=(at(20),)), None, Rule.OPEN),
        (Claims(cap_promised=None, floor=at(5)), None, Rule.OPEN),
    ],
)
def test_the_order_of_the_rules_is_fixed(claims, due, rule):
    assert rules.effective_due(claims) == Effective(due_at=due, rule=rule)


instants = st.integers(0, 4000).map(at)
maybe = st.none() | instants
any_claims = st.builds(
    Claims,
    cap_promised=maybe,
    cap_now=maybe,
    erasure=maybe,
    holds=st.lists(maybe, max_size=3).map(tuple),
    floor=maybe,
    floor_open=st.booleans(),
)


@settings(max_examples=500)
@given(cap=instants, now=maybe, erasure=maybe)
def test_nothing_is_kept_past_its_cap_without_hold_or_law(cap, now, erasure):
    decided = rules.effective_due(Claims(cap_promised=cap, cap_now=now, erasure=erasure))
    assert decided.due_at is not None
    assert decided.due_at <= cap
    assert now is None or decided.due_at <= now
    assert erasure is None or decided.due_at <= erasure


@settings(max_examples=500)
@given(claims=any_claims)
def test_a_law_floor_is_never_cut_short(claims):
    due = rules.effective_due(claims).due_at
    assert due is None or claims.floor is None or due >= claims.floor
    assert due is None or not claims.floor_open


@settings(max_examples=500)
@given(claims=any_claims, cap=instants)
def test_lengthening_never_reaches_what_is_kept(claims, cap):
    promised = Claims(
        cap_promised=cap,
        erasure=claims.erasure,
        holds=claims.holds,
        floor=claims.floor,
        floor_open=claims.floor_open,
    )
    longer = Claims(
        cap_promised=cap,
        cap_now=cap + DAY,
        erasure=claims.erasure,
        holds=claims.holds,
        floor=claims.floor,
        floor_open=claims.floor_open,
    )
    assert rules.effective_due(longer) == rules.effective_due(promised)


@settings(max_examples=500)
@given(cap=instants, now=instants, held=instants)
def test_a_hold_never_shortens(cap, now, held):
    free = rules.effective_due(Claims(cap_promised=cap, cap_now=now)).due_at
    kept = rules.effective_due(Claims(cap_promised=cap, cap_now=now, holds=(held,))).due_at
    assert free is not None
    assert kept == max(free, held)


starts = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    timezones=st.just(UTC),
)


@pytest.mark.req("K-07")
@settings(max_examples=300)
@given(start=starts, old=st.integers(1, 72), new=st.integers(1, 72))
def test_the_shorter_of_both_promises_holds_for_every_call(start, old, new):
    then = rules.due_of_cap(start, Period(months=old), zone=BUCHAREST)
    now = rules.due_of_cap(start, Period(months=new), zone=BUCHAREST)
    due = rules.effective_due(Claims(cap_promised=then, cap_now=now)).due_at
    assert due == rules.due_of_cap(start, Period(months=min(old, new)), zone=BUCHAREST)


def test_from_the_due_instant_it_is_gone():
    second = timedelta(seconds=1)
    assert not rules.is_gone(T, at=T - second)
    assert rules.is_gone(T, at=T)
    assert rules.is_gone(T, at=T + second)
    assert not rules.is_gone(None, at=T)


@pytest.mark.parametrize(
    ("event", "start"),
    [
        (StartEvent.CALL_INITIATED, "2026-03-03T15:00"),
        (StartEvent.DATA_COLLECTED, "2026-03-03T15:00"),
        (StartEvent.FINANCIAL_YEAR_ENDED, "2026-12-31T00:00"),
    ],
)
def test_a_count_starts_at_its_event(event, start):
    called = parse_instant("2026-03-03T15:00", zone=BUCHAREST)
    found = rules.start_of_count(called, event, year_ends=YEAR_ENDS, zone=BUCHAREST)
    assert found == parse_instant(start, zone=BUCHAREST)


@pytest.mark.req("C-21")
def test_an_accounting_paper_is_kept_through_the_tenth_year():
    called = parse_instant("2026-03-03T15:00", zone=BUCHAREST)
    start = rules.start_of_count(
        called, StartEvent.FINANCIAL_YEAR_ENDED, year_ends=YEAR_ENDS, zone=BUCHAREST
    )
    assert rules.floor_of(start, parse_period("P10Y"), zone=BUCHAREST) == parse_instant(
        "2037-01-01T00:00", zone=BUCHAREST
    )


def test_a_count_whose_event_has_not_come_is_open():
    start = rules.start_of_count(T, StartEvent.CONTRACT_ENDED, year_ends=YEAR_ENDS, zone=BUCHAREST)
    assert start is None
    assert rules.due_of_cap(start, parse_period("P1M"), zone=BUCHAREST) is None
    assert rules.floor_of(start, parse_period("P1M"), zone=BUCHAREST) is None


@pytest.mark.req("D-20")
def test_a_hold_ends_as_a_cap_does_once_its_event_has_come():
    placed = parse_instant("2026-08-31T10:00", zone=BUCHAREST)
    assert rules.hold_end(placed, parse_period("P6M"), zone=BUCHAREST) == parse_instant(
        "2027-02-28T00:00", zone=BUCHAREST
    )
    assert rules.hold_end(None, parse_period("P6M"), zone=BUCHAREST) is None
