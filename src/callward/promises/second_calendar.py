"""A calendar written a second time, so that a fault in the first one shows.

Nothing here may import `kernel.calendar`: a probe that counts with the engine's own fingers finds
nothing.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

_FORM = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_MONTHS_A_YEAR = 12
_DAYS_A_WEEK = 7


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
    year, month = divmod(day.year * _MONTHS_A_YEAR + day.month - 1 + length.months, _MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    there = day.replace(year=year, month=month + 1, day=min(day.day, last))
    return there + timedelta(days=length.days)


def cap_end(started: datetime, period: str, zone: ZoneInfo) -> datetime:
    """The first instant at which nothing under this cap may be readable any more."""
    length = span(period)
    if length.seconds:
        return started + timedelta(seconds=length.seconds)
    day = day_after(started.astimezone(zone).date(), length)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def ended(started: datetime, period: str, zone: ZoneInfo, *, at: datetime) -> bool:
    """Whether a cap that began then is over."""
    return cap_end(started, period, zone) <= at
