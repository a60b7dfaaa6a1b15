"""Nothing promised by a cap is kept longer, nothing ordered by a floor is gone earlier."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callward.kernel import calendar
from callward.kernel.calendar import Period, parse_period

BUCHAREST = ZoneInfo("Europe/Bucharest")
SOFIA = ZoneInfo("Europe/Sofia")
VILNIUS = ZoneInfo("Europe/Vilnius")
BEIRUT = ZoneInfo("Asia/Beirut")  # summer time begins at 00:00: that midnight does not exist
AZORES = ZoneInfo("Atlantic/Azores")  # summer time ends at 01:00: that midnight comes twice
ST_JOHNS = ZoneInfo("America/St_Johns")  # until 2011 it ended at 00:01: an evening came twice
APIA = ZoneInfo("Pacific/Apia")  # 30 December 2011 never was


def local(text: str, zone: ZoneInfo = BUCHAREST) -> datetime:
    return calendar.parse_instant(text, zone=zone)


@pytest.mark.req("K-07")
def test_five_years_end_at_the_midnight_before_the_like_numbered_day():
    due = calendar.cap_due(local("2021-03-10T15:00"), parse_period("P5Y"), zone=BUCHAREST)
    assert due == local("2026-03-10T00:00")
    assert due - timedelta(seconds=1) == local("2026-03-09T23:59:59")


@pytest.mark.req("D-02")
@pytest.mark.parametrize(
    ("start", "period", "due"),
    [
        ("2025-08-31T15:00", "P6M", "2026-02-28"),  # S-09
        ("2027-08-31T15:00", "P6M", "2028-02-29"),
        ("2024-02-29T10:00", "P1Y", "2025-02-28"),  # M-08
        ("2024-02-29T10:00", "P4Y", "2028-02-29"),
        ("2026-01-31T00:00", "P1M", "2026-02-28"),
        ("2026-03-31T23:59:59", "P1M", "2026-04-30"),
        ("2025-12-31T23:59", "P2M", "2026-02-28"),
        ("2026-02-28T12:00", "P1M", "2026-03-28"),
        ("2026-03-15T12:00", "P30D", "2026-04-14"),
        ("2026-03-15T12:00", "P2W", "2026-03-29"),
        ("2026-01-30T12:00", "P1M1D", "2026-02-28"),  # days first is earlier than months first
    ],
)
def test_a_cap_ends_at_the_start_of_the_like_numbered_day(start, period, due):
    assert calendar.cap_due(local(start), parse_period(period), zone=BUCHAREST) == local(
        f"{due}T00:00"
    )


@pytest.mark.req("S-09")
def test_a_call_across_midnight_counts_from_its_start():
    ringing = local("2025-09-29T23:59:30", VILNIUS)
    assert calendar.cap_due(ringing, parse_period("P6M"), zone=VILNIUS) == local(
        "2026-03-29T00:00", VILNIUS
    )


@pytest.mark.req("D-02")
def test_the_day_of_the_start_is_the_controllers_day_and_not_utc():
    start = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)  # 10 March 00:30 in Bucharest
    due = calendar.cap_due(start, parse_period("P1M"), zone=BUCHAREST)
    assert due == local("2026-04-10T00:00")


@pytest.mark.req("C-22")
@pytest.mark.parametrize(
    ("start", "period", "through"),
    [
        ("2024-02-29T10:00", "P1Y", "2025-03-01"),
        ("2024-02-29T10:00", "P3Y", "2027-03-01"),
        ("2024-02-29T10:00", "P4Y", "2028-02-29"),
        ("2025-08-31T10:00", "P6M", "2026-03-01"),
        ("2026-03-10T00:00", "P3Y", "2029-03-10"),
        ("2026-01-30T12:00", "P1M1D", "2026-03-02"),  # clamped, so rounded up
    ],
)
def test_a_floor_runs_through_the_end_of_its_last_day(start, period, through):
    end = calendar.floor_end(local(start), parse_period(period), zone=BUCHAREST)
    assert end == local(f"{through}T00:00") + _day_length(through)


def _day_length(day: str) -> timedelta:
    start = date.fromisoformat(day)
    return calendar.start_of_day(start + timedelta(days=1), zone=BUCHAREST) - calendar.start_of_day(
        start, zone=BUCHAREST
    )


@pytest.mark.req("D-01")
@pytest.mark.parametrize(
    ("start", "through"),
    [
        ("2026-01-29T10:00", "2026-02-28"),
        ("2026-01-30T10:00", "2026-02-28"),
        ("2026-01-31T10:00", "2026-02-28"),
        ("2028-01-31T10:00", "2028-02-29"),
        ("2028-02-29T10:00", "2028-03-29"),
    ],
)
def test_a_deadline_runs_through_the_end_of_its_day_and_clamps_down(start, through):
    end = calendar.deadline_end(local(start), parse_period("P1M"), zone=BUCHAREST)
    assert calendar.local_day(end - timedelta(seconds=1), zone=BUCHAREST) == date.fromisoformat(
        through
    )
    assert calendar.local_day(end, zone=BUCHAREST) > date.fromisoformat(through)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (calendar.cap_due, datetime(2026, 3, 29, 12, 0, tzinfo=UTC)),
        (calendar.floor_end, datetime(2026, 3, 29, 12, 0, tzinfo=UTC)),
        (calendar.deadline_end, datetime(2026, 3, 29, 12, 0, tzinfo=UTC)),
    ],
)
def test_exact_time_ignores_summer_time(count, expected):
    start = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert count(start, parse_period("PT24H"), zone=BUCHAREST) == expected


def test_a_cap_on_the_night_of_summer_time_ends_at_its_midnight():
    due = calendar.cap_due(local("2025-09-29T15:00"), parse_period("P6M"), zone=BUCHAREST)
    assert due == datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    after = calendar.cap_due(local("2025-09-30T15:00"), parse_period("P6M"), zone=BUCHAREST)
    assert after == datetime(2026, 3, 29, 21, 0, tzinfo=UTC)


def test_a_midnight_that_does_not_exist_begins_its_day_when_the_clock_jumps():
    due = calendar.cap_due(local("2021-09-27T15:00", BEIRUT), parse_period("P6M"), zone=BEIRUT)
    assert due == datetime(2022, 3, 26, 22, 0, tzinfo=UTC)
    assert due.astimezone(BEIRUT).isoformat() == "2022-03-27T01:00:00+03:00"


def test_a_midnight_that_comes_twice_begins_its_day_the_first_time():
    due = calendar.cap_due(local("2026-09-25T15:00", AZORES), parse_period("P1M"), zone=AZORES)
    assert due == datetime(2026, 10, 25, 0, 0, tzinfo=UTC)


def test_a_floor_lasts_through_an_evening_that_comes_twice():
    start = local("2010-10-06T12:00", ST_JOHNS)
    end = calendar.floor_end(start, parse_period("P1M"), zone=ST_JOHNS)
    cap = calendar.cap_due(start, Period(days=32), zone=ST_JOHNS)
    assert cap == datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
    assert end == datetime(2010, 11, 7, 3, 30, tzinfo=UTC)


def test_a_day_that_never_was_is_over_at_once():
    start = local("2011-11-30T12:00", APIA)
    assert calendar.cap_due(start, parse_period("P1M"), zone=APIA) == datetime(
        2011, 12, 30, 10, 0, tzinfo=UTC
    )
    assert calendar.end_of_day(date(2011, 12, 29), zone=APIA) == datetime(
        2011, 12, 30, 10, 0, tzinfo=UTC
    )


@pytest.mark.req("C-21")
@pytest.mark.parametrize(
    ("day", "ends", "end"),
    [
        ("2026-03-03", (12, 31), "2026-12-31"),
        ("2026-12-31", (12, 31), "2026-12-31"),
        ("2027-01-01", (12, 31), "2027-12-31"),
        ("2026-03-31", (3, 31), "2026-03-31"),
        ("2026-04-01", (3, 31), "2027-03-31"),
        ("2024-02-29", (2, 29), "2024-02-29"),
        ("2024-03-01", (2, 29), "2025-02-28"),
        ("2023-03-01", (2, 29), "2024-02-29"),
    ],
)
def test_a_financial_year_ends_on_its_last_day(day, ends, end):
    assert calendar.financial_year_end(date.fromisoformat(day), ends=ends) == date.fromisoformat(
        end
    )


def test_an_instant_without_zone_in_the_repeated_hour_is_the_earlier_one():
    assert local("2026-10-25T03:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P0D", "P1YT1H", "6M", "P-1D", "P1.5Y", "P6m", "PT0S"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(calendar.MalformedPeriodError):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "period"),
    [("P18M", "P1Y6M"), ("P2W", "P14D"), ("PT72H", "PT259200S"), ("P1Y2M3D", "P1Y2M3D")],
)
def test_a_period_is_written_back_as_it_counts(text, period):
    assert str(parse_period(text)) == period
    assert parse_period(str(parse_period(text))) == parse_period(text)


def test_the_span_of_months_is_not_a_number_of_seconds():
    assert parse_period("P2D").as_timedelta() == timedelta(days=2)
    assert parse_period("PT15M").as_timedelta() == timedelta(minutes=15)
    with pytest.raises(calendar.MalformedPeriodError):
        parse_period("P1M").as_timedelta()
    with pytest.raises(calendar.MalformedPeriodError):
        calendar.add_civil(date(2026, 1, 1), parse_period("PT1H"))


@pytest.mark.parametrize("text", ["", "Mars/Olympus", "../etc/passwd", "Europe/Bucharest\x00"])
def test_what_is_no_zone_is_refused(text):
    with pytest.raises(calendar.UnknownZoneError):
        calendar.zone_named(text)


def test_what_is_no_instant_is_refused():
    with pytest.raises(calendar.MalformedInstantError):
        calendar.parse_instant("yesterday", zone=SOFIA)
