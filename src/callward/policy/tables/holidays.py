"""The public holidays of the countries that the maintained tables know, for any year."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.policy.tables.authorities import AUTHORITIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@lru_cache(maxsize=256)
def holidays_of(country: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year, by day; empty for a country without tables."""
    from holidays import country_holidays  # noqa: PLC0415  # only whom a line is shut for asks

    known = country in AUTHORITIES
    days = country_holidays(country, years=year, language="en_US") if known else {}
    return MappingProxyType(dict(sorted(days.items())))
