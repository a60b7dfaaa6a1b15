"""The public holidays of Romania, Bulgaria and Lithuania, for any year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A row: a fixed day of the year, or so many days after Easter; `since` a year."""

    name: str
    month: int = 0
    day: int = 0
    easter: int = 0
    since: int = 0

    def falls_on(self, year: int, *, easter: date) -> date:
        """The day of this holiday in a year."""
        if self.month:
            return date(year, self.month, self.day)
        return easter + timedelta(days=self.easter)


def _fixed(name: str, month: int, day: int, *, since: int = 0) -> Holiday:
    return Holiday(name=name, month=month, day=day, since=since)


def _movable(name: str, easter: int, *, since: int = 0) -> Holiday:
    return Holiday(name=name, easter=easter, since=since)


_ROMANIA = (
    _fixed("new-year", 1, 1),
    _fixed("new-year", 1, 2),
    _fixed("epiphany", 1, 6, since=2024),
    _fixed("saint-john", 1, 7, since=2024),
    _fixed("union-day", 1, 24, since=2017),
    _movable("good-friday", -2, since=2018),
    _movable("easter", 0),
    _movable("easter", 1),
    _fixed("labour-day", 5, 1),
    _movable("pentecost", 49),
    _movable("pentecost", 50),
    _fixed("children-day", 6, 1, since=2017),
    _fixed("assumption", 8, 15),
    _fixed("saint-andrew", 11, 30),
    _fixed("national-day", 12, 1),
    _fixed("christmas", 12, 25),
    _fixed("christmas", 12, 26),
)
_BULGARIA = (
    _fixed("new-year", 1, 1),
    _fixed("national-day", 3, 3),
    _movable("good-friday", -2),
    _movable("easter", -1),
    _movable("easter", 0),
    _movable("easter", 1),
    _fixed("labour-day", 5, 1),
    _fixed("saint-george", 5, 6),
    _fixed("letters-day", 5, 24),
    _fixed("unification-day", 9, 6),
    _fixed("independence-day", 9, 22),
    _fixed("christmas", 12, 24),
    _fixed("christmas", 12, 25),
    _fixed("christmas", 12, 26),
)
_LITHUANIA = (
    _fixed("new-year", 1, 1),
    _fixed("state-restored", 2, 16),
    _fixed("independence-restored", 3, 11),
    _movable("easter", 0),
    _movable("easter", 1),
    _fixed("labour-day", 5, 1),
    _fixed("saint-john", 6, 24),
    _fixed("statehood-day", 7, 6),
    _fixed("assumption", 8, 15),
    _fixed("all-saints", 11, 1),
    _fixed("all-souls", 11, 2, since=2020),
    _fixed("christmas", 12, 24),
    _fixed("christmas", 12, 25),
    _fixed("christmas", 12, 26),
)
_ROWS = {"RO": _ROMANIA, "BG": _BULGARIA, "LT": _LITHUANIA}
_EASTER_OF_THE_EAST = frozenset({"RO", "BG"})
# Since 2017 a Bulgarian holiday on a weekend, but Easter, moves to the next free working day.
_MOVES_FROM_WEEKENDS = frozenset({"BG"})
_SATURDAY = 5


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year, by day; empty for a country that has no rows yet."""
    east = country in _EASTER_OF_THE_EAST
    easter = _eastern_easter(year) if east else _western_easter(year)
    rows = [row for row in _ROWS.get(country, ()) if row.since <= year]
    days = {row.falls_on(year, easter=easter): row.name for row in rows}
    if country in _MOVES_FROM_WEEKENDS:
        fixed = [date(year, row.month, row.day) for row in rows if row.month]
        days |= _moved(fixed, days)
    return MappingProxyType(dict(sorted(days.items())))


def _moved(fixed: Iterable[date], days: Mapping[date, str]) -> dict[date, str]:
    moved: dict[date, str] = {}
    for day in fixed:
        if day.weekday() < _SATURDAY:
            continue
        free = day
        while free.weekday() >= _SATURDAY or free in days or free in moved:
            free += timedelta(days=1)
        moved[free] = days[day]
    return moved


def _western_easter(year: int) -> date:
    # The anonymous Gregorian algorithm.
    golden, century, rest = year % 19, year // 100, year % 100
    correction = (8 * century + 13) // 25
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _eastern_easter(year: int) -> date:
    # Meeus: Easter of the Julian calendar, told in the Gregorian one (13 days until 2099).
    moon = (19 * (year % 19) + 15) % 30
    weekday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + weekday + 114, 31)
    return date(year, month, day + 1) + timedelta(days=13)
