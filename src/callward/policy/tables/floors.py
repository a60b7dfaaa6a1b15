"""What national laws order to keep at least, or allow to keep at most, and since when.

A row that is not `verified` was not read in a stored text of the law; counsel confirms it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from callward.policy.vocabulary import StartEvent

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """How long a law orders to keep, for papers made while the row is valid."""

    law: str
    start: StartEvent
    period: str
    valid_from: date
    valid_until: date | None
    verified: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """How long a law allows traffic data to be kept at most (L-41)."""

    country: str
    law: str
    period: str
    valid_from: date
    valid_until: date | None
    verified: bool
    source: str


FLOORS = (
    Floor(
        law="ro-82-1991",
        start=StartEvent.FINANCIAL_YEAR_ENDED,
        period="P10Y",
        valid_from=date(2008, 6, 18),
        valid_until=date(2022, 12, 31),
        verified=True,
        source="Law 82/1991, Art. 25 before Law 36/2023",
    ),
    # Five years from 1 July of the year after the financial year: six months later than its end.
    Floor(
        law="ro-82-1991",
        start=StartEvent.FINANCIAL_YEAR_ENDED,
        period="P5Y6M",
        valid_from=date(2023, 1, 1),
        valid_until=None,
        verified=True,
        source="Law 82/1991, Art. 23 and 25 as amended by Law 36/2023 (papers from 1 January 2023)",
    ),
)
CEILINGS = (
    Ceiling(
        country="RO",
        law="ro-506-2004",
        period="P3Y",
        valid_from=date(2004, 11, 25),
        valid_until=None,
        verified=False,
        source="Law 506/2004, Art. 5: billing data, three years from the day a payment is due",
    ),
    Ceiling(
        country="BG",
        law="bg-electronic-communications-act",
        period="P6M",
        valid_from=date(2015, 4, 1),
        valid_until=None,
        verified=False,
        source="Electronic Communications Act, Art. 251b",
    ),
    Ceiling(
        country="LT",
        law="lt-electronic-communications-law",
        period="P6M",
        valid_from=date(2009, 3, 15),
        valid_until=None,
        verified=False,
        source="Law on Electronic Communications, traffic data",
    ),
)


def floor_in(law: str | None, *, on: date, rows: Iterable[Floor] = FLOORS) -> Floor | None:
    """What a law orders to keep that is made on this day; None where no row knows."""
    return next((row for row in rows if row.law == law and _holds(row, on)), None)


def ceiling_in(country: str, *, on: date, rows: Iterable[Ceiling] = CEILINGS) -> Ceiling | None:
    """How long traffic data may be kept in a country on this day; None where no row knows."""
    return next((row for row in rows if row.country == country and _holds(row, on)), None)


def _holds(row: Floor | Ceiling, on: date) -> bool:
    return row.valid_from <= on and (row.valid_until is None or on <= row.valid_until)
