"""Every rule of a policy ends something that is kept, or is told as not built yet."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from build.controllers import POLICIES
from callward.holdings.kinds import KINDS, kind_of, kinds_of
from callward.kernel.calendar import parse_period
from callward.policy.compiled import RetentionRule
from callward.policy.compiler import compile_policy
from callward.policy.policy_file import load
from callward.policy.vocabulary import RetentionKind, StartEvent
from callward.promises.ends import rule_of_hold
from callward.retention import rules
from callward.retention.states import Rule

# A rule that is built leaves this page; one that a sample gains and nothing keeps joins it.
PAGE = POLICIES.parent / "docs" / "reference" / "rules-not-built.md"
ZONES = [ZoneInfo(name) for name in ("Europe/Bucharest", "Europe/Sofia", "Europe/Vilnius", "UTC")]


def rules_of(policy):
    yield from policy.rules
    for name, reasons in policy.holds.items():
        yield from (f"activity.{name}.hold.{reason}" for reason in reasons)


def test_every_rule_of_the_samples_has_a_kind_or_is_told_as_not_built():
    policies = [compile_policy(load(path.read_bytes())) for path in sorted(POLICIES.glob("*.toml"))]
    found = {rule for policy in policies for rule in rules_of(policy)}
    without = {rule for rule in found if not kinds_of(rule)}
    told = set(re.findall(r"^- `([^`]+)`$", PAGE.read_text(), flags=re.MULTILINE))
    assert len(policies) == 5
    assert without == told, "\n".join(sorted(without ^ told))


def test_every_kind_is_found_by_the_rules_that_end_it_and_by_its_activity():
    for kind in KINDS.values():
        assert all(kind in kinds_of(rule) for rule in (*kind.rules, *kind.floors))
        assert all(kind in kinds_of(f"activity.{name}.hold.any") for name in kind.activities)
        assert kind_of(kind.sealed or kind.name) is kind
    assert kinds_of("activity.call-recording.intake.raw") == (
        KINDS["raw-row"],
        KINDS["waiting-cdr"],
    )
    assert KINDS["raw-row"].activities == ()  # what is raw is never held for its own sake
    assert kinds_of("activity.never-heard-of.hold.complaint") == ()


def civil_end(began, period, zone, *, floor, year_ends=None):
    """A second calendar, which knows nothing of ours: counts months by hand, day after day."""
    day = began.astimezone(zone).date()
    if year_ends:
        year = day.year if (day.month, day.day) <= year_ends else day.year + 1
        day = date(year, *year_ends)
    months = int(period[1:-1]) * {"Y": 12, "M": 1, "D": 0}[period[-1]]
    days = int(period[1:-1]) if period.endswith("D") else 0
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted, last = day.day, 31
    while True:
        try:
            end = date(year, month + 1, min(wanted, last))
            break
        except ValueError:
            last -= 1
    clamped = last < wanted
    end += timedelta(days=days + (1 + clamped if floor else 0))
    return datetime(end.year, end.month, end.day, tzinfo=zone).astimezone(UTC)


periods = st.sampled_from(["P1D", "P7D", "P30D", "P1M", "P6M", "P13M", "P1Y", "P3Y", "P5Y"])
instants = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: datetime(2023, 11, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.req("D-02")
@given(
    period=periods,
    zone=st.sampled_from(ZONES),
    began=instants,
    after=st.timedeltas(timedelta(0), timedelta(days=6 * 366)),
    floor=st.booleans(),
    of_year=st.booleans(),
)
def test_what_is_over_by_the_start_is_over_by_a_second_calendar(
    period, zone, began, after, floor, of_year
):
    rule = RetentionRule(
        kind=RetentionKind.FLOOR if floor else RetentionKind.CAP,
        period=parse_period(period),
        start=StartEvent.FINANCIAL_YEAR_ENDED if of_year else StartEvent.CALL_INITIATED,
        destroy=None,
    )
    ends = (12, 31) if of_year else None
    end = civil_end(began, period, zone, floor=floor, year_ends=ends)
    for at in (began + after, end, end - timedelta(microseconds=1)):
        until = rules.starts_over(rule, at=at, year_ends=(12, 31), zone=zone)
        assert (began < until) == (end <= at)


@given(
    hours=st.integers(1, 9_000),
    began=instants,
    after=st.timedeltas(timedelta(0), timedelta(days=900)),
)
def test_exact_time_is_over_to_the_microsecond(hours, began, after):
    rule = RetentionRule(
        kind=RetentionKind.CAP,
        period=parse_period(f"PT{hours}H"),
        start=StartEvent.CALL_INITIATED,
        destroy=None,
    )
    at = began + after
    until = rules.starts_over(rule, at=at, year_ends=(12, 31), zone=ZONES[0])
    assert (began < until) == (began + timedelta(hours=hours) <= at)


@pytest.mark.req("D-20")
@pytest.mark.parametrize(("recorded", "noted"), [(b"P3Y", b"P1Y"), (b"P1Y", b"P3Y")])
def test_of_two_lives_of_one_reason_the_shortest_counts(recorded, noted):
    said = b'reason = "complaint", from = "hold.placed", max = "%s"'
    recording, _, rest = (POLICIES / "smart-metering.toml").read_bytes().partition(said % b"P3Y")
    toml = recording + said % recorded + rest.replace(said % b"P3Y", said % noted)
    policy = compile_policy(load(toml))
    kinds = [KINDS["recording"], KINDS["call"]]
    assert rules.hold_rules(policy, kinds)["complaint"].max == parse_period("P1Y")


@pytest.mark.req("D-20")
@pytest.mark.parametrize(("first", "second"), [("P3Y", "P1Y"), ("P1Y", "P3Y")])
def test_the_probe_takes_the_shortest_life_of_a_reason_too(first, second):
    names = KINDS["call"].activities
    lives = dict(zip(names, (first, second), strict=True))
    holds = {name: {"hold": [{"reason": "complaint", "max": life}]} for name, life in lives.items()}
    assert rule_of_hold(KINDS["call"], "complaint", {"activity": holds})["max"] == "P1Y"
    assert rule_of_hold(KINDS["call"], "other", {"activity": holds}) == {}


def bound(period, until, start=StartEvent.CALL_INITIATED):
    rule = RetentionRule(
        kind=RetentionKind.CAP, period=parse_period(period), start=start, destroy=None
    )
    return rules.Bound(rule=rule, policy_id=period, until=datetime(2026, 1, until, tzinfo=UTC))


def test_of_several_caps_the_earliest_end_counts_and_of_several_floors_the_latest():
    early, late = bound("P1M", 9), bound("P6M", 4)
    assert rules.over_now([((), ())]) is None
    first = rules.over_now([((early, late), ())])
    assert (dict(first.caps), first.decided, first.policy_id) == (
        {StartEvent.CALL_INITIATED: early.until}, Rule.CAP_PROMISED, "P1M",
    )  # fmt: skip
    assert rules.over_now([((late,), ()), ((early,), ())]).decided is Rule.CAP_NOW
    floored = rules.over_now([((early,), (bound("P2Y", 3), bound("P1Y", 5)))])
    assert (floored.decided, dict(floored.floors)) == (
        Rule.LAW_FLOOR,
        {StartEvent.CALL_INITIATED: datetime(2026, 1, 3, tzinfo=UTC)},
    )
