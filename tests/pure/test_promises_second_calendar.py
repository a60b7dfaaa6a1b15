"""The calendar of the probes agrees with that of the engine, though neither has read the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from callward.kernel import calendar
from callward.kernel.calendar import Period, zone_named
from callward.promises import second_calendar

ZONES = ("Europe/Bucharest", "Europe/Sofia", "Europe/Vilnius", "Atlantic/Azores")
zones = st.sampled_from([zone_named(name) for name in ZONES])
starts = st.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001  # the strategy puts the zone there
    max_value=datetime(2035, 12, 31),  # noqa: DTZ001  # as above
    timezones=st.just(UTC),
)
civil_periods = st.builds(Period, months=st.integers(0, 144), days=st.integers(0, 800))
exact_periods = st.builds(Period, seconds=st.integers(1, 999_999))
periods = civil_periods.filter(lambda one: one.months + one.days > 0) | exact_periods


@pytest.mark.req("D-02")
@given(start=starts, period=periods, zone=zones)
def test_both_calendars_end_a_cap_at_the_same_instant(start, period, zone):
    assert second_calendar.cap_end(start, str(period), zone) == calendar.cap_due(
        start, period, zone=zone
    )


@pytest.mark.req("D-01")
@given(start=starts, period=periods, zone=zones)
def test_both_calendars_end_a_floor_at_the_same_instant(start, period, zone):
    assert second_calendar.floor_end(start, str(period), zone) == calendar.floor_end(
        start, period, zone=zone
    )


@given(start=starts, month=st.integers(1, 12), day=st.integers(1, 31), zone=zones)
def test_both_calendars_end_a_financial_year_on_the_same_day(start, month, day, zone):
    last = calendar.financial_year_end(calendar.local_day(start, zone=zone), ends=(month, day))
    assert second_calendar.year_end(start, f"{month:02}-{day:02}", zone) == calendar.start_of_day(
        last, zone=zone
    )


@pytest.mark.parametrize("start", [datetime(2024, 2, 29, 12, tzinfo=UTC)])
def test_the_first_day_that_a_month_lacks_is_rounded_down_for_caps_and_up_for_floors(start):
    zone = zone_named("Europe/Bucharest")
    assert second_calendar.cap_end(start, "P1Y", zone) == datetime(2025, 2, 27, 22, tzinfo=UTC)
    assert second_calendar.floor_end(start, "P1Y", zone) == datetime(2025, 3, 1, 22, tzinfo=UTC)
    assert second_calendar.cap_end(start, "PT36H", zone) == start + timedelta(hours=36)


@pytest.mark.parametrize("module", ["second_calendar", "ends", "facts"])
def test_the_second_calendar_never_reads_the_first(module):
    assert "kernel" not in {
        line.split(".")[1]
        for line in Path(second_calendar.__file__)
        .with_name(f"{module}.py")
        .read_text()
        .splitlines()
        if line.startswith("from callward.")
    }
