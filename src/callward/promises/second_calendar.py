"""A calendar written a second time, so that a fault in the first one shows.

Nothing here may import `kernel.calendar`: a probe that counts with the engine's own fingers finds
nothing.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7
_A_DAY = timedelta(days=1)


class Span(NamedTuple):
    """A period: civil months and days, or exact seconds."""

    months: int
    days: int
    seconds: int


def span(text: str) -> Span:
    """Read an ISO 8601 period."""
    found = _FORM.fullmatch(text)
    assert found is not None, "the compiled policy holds only periods of this form"
    years, months, weeks, days, hours, minutes, seconds = (int(x or 0) for x in found.groups())
    exact = int(timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds())
    return Span(years * _MONTHS_A_YEAR + months, weeks * _DAYS_A_WEEK + days, exact)


def day_after(day: date, length: Span) -> date:
    """The like-numbered day later, clamped to its month's end, and then the days."""
    return _months_later(day, length.months) + timedelta(days=length.days)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + months, _MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last))


@lru_cache(maxsize=65536)
def cap_end(started: datetime, period: str, zone: ZoneInfo) -> datetime:
    """The first instant at which nothing under this cap may be readable any more."""
    length = span(period)
    if length.seconds:
        return started + timedelta(seconds=length.seconds)
    day = started.astimezone(zone).date()
    days_first = _months_later(day + timedelta(days=length.days), length.months)
    last = min(day_after(day, length), days_first)
    return datetime(last.year, last.month, last.day, tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=65536)
def floor_end(started: datetime, period: str, zone: ZoneInfo) -> datetime:
    """The first instant at which the law lets go of what it orders to keep for so long."""
    length = span(period)
    if length.seconds:
        return started + timedelta(seconds=length.seconds)
    day = started.astimezone(zone).date()
    shifted = day + timedelta(days=length.days)
    rounded = (
        _rounded_up(day, length.months) + timedelta(days=length.days),
        _rounded_up(shifted, length.months),
    )
    over = max(rounded) + _A_DAY
    return datetime(over.year, over.month, over.day, tzinfo=zone, fold=1).astimezone(UTC)


def _rounded_up(day: date, months: int) -> date:
    """A day that the month does not have is the first of the next one."""
    there = _months_later(day, months)
    return there if there.day == day.day else there + _A_DAY


def year_end(at: datetime, ends: str, zone: ZoneInfo) -> datetime:
    """The last day of the financial year, written `12-31`, in which something happened."""
    day = at.astimezone(zone).date()
    month, last = (int(part) for part in ends.split("-"))
    this, following = (
        date(year, month, min(last, calendar.monthrange(year, month)[1]))
        for year in (day.year, day.year + 1)
    )
    found = this if day <= this else following
    return datetime(found.year, found.month, found.day, tzinfo=zone).astimezone(UTC)


def ended(started: datetime, period: str, zone: ZoneInfo, *, at: datetime) -> bool:
    """Whether a cap that began then is over."""
    return cap_end(started, period, zone) <= at
