"""Laws of counting that hold for every start, every period and every zone."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from callward.kernel import calendar
from callward.kernel.calendar import Period

ZONES = sorted(
    name
    for name in zoneinfo.available_timezones()
    if "/" in name and not name.startswith(("posix", "right", "Etc"))
)
zones = st.sampled_from(ZONES).map(calendar.zone_named)
starts = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    timezones=st.just(UTC),
)
civil = st.builds(Period, months=st.integers(0, 144), days=st.integers(0, 800)).filter(
    lambda period: period.months + period.days > 0
)
months = st.builds(Period, months=st.integers(1, 144))


@pytest.mark.req("D-02")
@settings(max_examples=400, deadline=None)
@given(start=starts, period=civil, zone=zones)
def test_a_cap_is_over_before_its_like_numbered_day_has_begun(start, period, zone):
    due = calendar.cap_due(start, period, zone=zone)
    last = calendar.add_civil(calendar.local_day(start, zone=zone), period)
    assert calendar.local_day(due - timedelta(microseconds=1), zone=zone) < last


@pytest.mark.req("D-02")
@settings(max_examples=400, deadline=None)
@given(start=starts, period=civil, zone=zones)
def test_a_floor_is_never_cut_short_under_any_way_of_counting(start, period, zone):
    end = calendar.floor_end(start, period, zone=zone)
    day = calendar.local_day(start, zone=zone)
    days_first = calendar.add_civil(day + timedelta(days=period.days), Period(months=period.months))
    last = max(calendar.add_civil(day, period), days_first)
    assert calendar.local_day(end, zone=zone) > last
    assert end >= calendar.end_of_day(last, zone=zone)


@pytest.mark.req("X-15")
@settings(max_examples=300, deadline=None)
@given(start=starts, period=civil, zone=zones)
def test_a_cap_comes_before_the_floor_of_the_same_period(start, period, zone):
    cap = calendar.cap_due(start, period, zone=zone)
    assert cap < calendar.floor_end(start, period, zone=zone)
    assert cap < calendar.deadline_end(start, period, zone=zone)


@settings(max_examples=300, deadline=None)
@given(
    start=starts, period=months, zone=zones, later=st.timedeltas(timedelta(0), timedelta(days=40))
)
def test_a_later_call_is_never_due_earlier(start, period, zone, later):
    first, second = start, start + later
    if calendar.local_day(first, zone=zone) <= calendar.local_day(second, zone=zone):
        assert calendar.cap_due(first, period, zone=zone) <= calendar.cap_due(
            second, period, zone=zone
        )


@settings(max_examples=300, deadline=None)
@given(start=starts, shorter=st.integers(1, 60), more=st.integers(0, 60), zone=zones)
def test_a_longer_cap_is_never_due_earlier(start, shorter, more, zone):
    short = calendar.cap_due(start, Period(months=shorter), zone=zone)
    assert short <= calendar.cap_due(start, Period(months=shorter + more), zone=zone)


@settings(max_examples=400, deadline=None)
@given(start=starts, zone=zones)
def test_a_day_begins_at_its_first_instant_and_ends_after_its_last(start, zone):
    day = calendar.local_day(start, zone=zone)
    begins = calendar.start_of_day(day, zone=zone)
    ends = calendar.end_of_day(day, zone=zone)
    assert begins <= start < ends
    assert calendar.local_day(begins - timedelta(microseconds=1), zone=zone) < day
    assert calendar.local_day(ends, zone=zone) > day
    assert calendar.local_day(ends - timedelta(microseconds=1), zone=zone) == day


@settings(max_examples=200, deadline=None)
@given(start=starts, seconds=st.integers(1, 10_000_000), zone=zones)
def test_exact_time_is_exact_everywhere(start, seconds, zone):
    assert calendar.cap_due(start, Period(seconds=seconds), zone=zone) == start + timedelta(
        seconds=seconds
    )
