"""Legal days: periods, due instants and financial years in the controller's zone.

Whoever counts, nothing promised by a cap is kept longer than promised, and nothing that a
floor orders to keep is gone earlier (DESIGN section 3, D-01, D-02).
"""

from __future__ import annotations

import calendar as months_of_the_year
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callward.kernel.errors import BadInputError, gettext_noop

_PERIOD = re.compile(
    r"P(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)
_MONTHS_IN_A_YEAR = 12


class MalformedPeriodError(BadInputError):
    """A text is not an ISO 8601 period that Callward counts with."""

    code = "bad-period"
    fact = gettext_noop("“%(text)s” is not a period.")
    mend = gettext_noop("Write civil days as P6M, P1Y or P30D, or exact time as PT24H.")


class MalformedInstantError(BadInputError):
    """A text is not an instant."""

    code = "bad-instant"
    fact = gettext_noop("“%(text)s” is not an instant.")
    mend = gettext_noop("Write it as 2026-03-29T00:30:00+02:00.")


class UnknownZoneError(BadInputError):
    """A text is not the name of a time zone."""

    code = "bad-zone"
    fact = gettext_noop("“%(text)s” is not a time zone.")
    mend = gettext_noop("Write it as Europe/Bucharest.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Either civil days (`P...`: months and days) or exact time (`PT...`), never both."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @property
    def exact(self) -> bool:
        """Whether it counts exact time rather than civil days."""
        return self.seconds > 0

    def __str__(self) -> str:
        if self.exact:
            return f"PT{self.seconds}S"
        years, months = divmod(self.months, _MONTHS_IN_A_YEAR)
        parts = ((years, "Y"), (months, "M"), (self.days, "D"))
        return "P" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0D")

    def as_timedelta(self) -> timedelta:
        """The span of an exact period, or of one counted in days alone."""
        if self.months:
            raise MalformedPeriodError(text=str(self))
        return timedelta(days=self.days, seconds=self.seconds)


def parse_period(text: str) -> Period:
    """Read an ISO 8601 period; raises MalformedPeriodError, also for a zero or mixed one."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise MalformedPeriodError(text=text[:40])
    count = {unit: int(value) for unit, value in match.groupdict(default="0").items()}
    period = Period(
        months=count["years"] * _MONTHS_IN_A_YEAR + count["months"],
        days=count["weeks"] * 7 + count["days"],
        seconds=count["hours"] * 3600 + count["minutes"] * 60 + count["seconds"],
    )
    civil = period.months + period.days > 0
    if civil == period.exact:
        raise MalformedPeriodError(text=text[:40])
    return period


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """Find a time zone; raises UnknownZoneError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZoneError(text=name[:40]) from error


def parse_instant(text: str, *, zone: ZoneInfo) -> datetime:
    """Read an instant as UTC; without a zone it is local, the earlier one in a repeated hour."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone, fold=0)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedInstantError(text=text[:40]) from error


def local_day(at: datetime, *, zone: ZoneInfo) -> date:
    """The civil day of an instant where the controller is."""
    return at.astimezone(zone).date()


def start_of_day(day: date, *, zone: ZoneInfo) -> datetime:
    """The first instant of a civil day, as UTC (not always 00:00 on a DST night)."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def end_of_day(day: date, *, zone: ZoneInfo) -> datetime:
    """The first instant after a civil day, as UTC; when midnight comes twice, after all of it."""
    midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    first, again = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    just_before = local_day(again - timedelta(microseconds=1), zone=zone)
    return again if again > first and just_before == day else first


def add_civil(day: date, period: Period) -> date:
    """The like-numbered day, clamped to the month's end."""
    return _add_clamped(day, period)[0]


def _add_clamped(day: date, period: Period) -> tuple[date, bool]:
    if period.exact:
        raise MalformedPeriodError(text=str(period))
    years, month0 = divmod(day.month - 1 + period.months, _MONTHS_IN_A_YEAR)
    year, month = day.year + years, month0 + 1
    last = months_of_the_year.monthrange(year, month)[1]
    clamped = day.day > last
    return date(year, month, min(day.day, last)) + timedelta(days=period.days), clamped


def _days_first(day: date, period: Period) -> tuple[date, bool]:
    return _add_clamped(day + timedelta(days=period.days), Period(months=period.months))


def cap_due(start: datetime, period: Period, *, zone: ZoneInfo) -> datetime:
    """The instant from which nothing may be kept under a cap: rounded down."""
    if period.exact:
        return start.astimezone(UTC) + timedelta(seconds=period.seconds)
    day = local_day(start, zone=zone)
    # P1M1D can be counted months first or days first: a cap takes the earlier.
    return start_of_day(min(add_civil(day, period), _days_first(day, period)[0]), zone=zone)


def floor_end(start: datetime, period: Period, *, zone: ZoneInfo) -> datetime:
    """The instant until which a floor orders to keep: through its last day, rounded up."""
    if period.exact:
        return start.astimezone(UTC) + timedelta(seconds=period.seconds)
    day = local_day(start, zone=zone)
    # A floor takes the later of both ways of counting, and a clamped day is rounded up.
    counted = (_add_clamped(day, period), _days_first(day, period))
    last = max(end + timedelta(days=1) if clamped else end for end, clamped in counted)
    return end_of_day(last, zone=zone)


def deadline_end(start: datetime, period: Period, *, zone: ZoneInfo) -> datetime:
    """The instant at which a deadline has passed: after the end of its last day."""
    if period.exact:
        return start.astimezone(UTC) + timedelta(seconds=period.seconds)
    return end_of_day(add_civil(local_day(start, zone=zone), period), zone=zone)


def financial_year_end(day: date, *, ends: tuple[int, int] = (12, 31)) -> date:
    """The last day of the financial year that `day` falls in; `ends` is (month, day)."""
    month, last = ends
    end = _clamped_date(day.year, month, last)
    return end if day <= end else _clamped_date(day.year + 1, month, last)


def _clamped_date(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, months_of_the_year.monthrange(year, month)[1]))
