"""The limits of European law that the linter measures a policy against."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from callward.kernel.calendar import Period, add_civil, parse_period
from callward.policy.vocabulary import ENDLESS_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ANSWER_LIMIT = Period(months=1)  # Art. 12(3)
EXTENSION_LIMIT = Period(months=2)  # Art. 12(3)
# What notices usually say instead; tolerated, because the engine takes the earlier.
ANSWER_HABIT = Period(days=30)
EXTENSION_HABIT = Period(days=60)
AUTHORITY_LIMIT = Period(seconds=72 * 3600)  # Art. 33(1)
PROVIDER_LIMIT = Period(seconds=24 * 3600)  # Reg. 611/2013, Art. 2(2)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EU = _words("""
    AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE
""")
EEA = EU | {"IS", "LI", "NO"}
CATCH_ALL_TERMS = frozenset({"dpv:Purpose", "dpv:OtherPurpose"})
CATCH_ALL_WORDS = frozenset({"all", "any", "general", "misc", "other", "various"})
EVIDENCE_WORDS = frozenset({"claim", "claims", "complaint", "complaints", "evidence", "proof"})
TEXT_LANGUAGES = frozenset({"bg", "en", "lt", "ro"})
SAID_CONDITIONS = frozenset({"A9-2-a", "A9-2-f", "A9-2-h"})
TRAFFIC_TERMS = frozenset({"pd:CallLog", "pd:CommunicationsMetadata"})
LISTENING_IN_TERMS = frozenset(
    {
        "dpv:StaffTraining",
        "dpv:ImproveExistingProductsAndServices",
        "cw:quality-improvement",
        "cw:service-improvement",
        "cw:understanding-needs",
    }
)

# Up to the 28th no month cuts a period short, so the first stands for all of them; four years
# hold every month with and without a leap day before it.
_STARTS = tuple(
    date(year, month, day)
    for year in range(2027, 2031)
    for month in range(1, 13)
    for day in (1, 29, 30, 31)
    if day <= monthrange(year, month)[1]
)
_SECONDS_A_DAY = 86_400


def countable(text: str | None) -> Period | None:
    """The period, or None where there is none or it has no end."""
    if text is None or text in ENDLESS_WORDS:
        return None
    return parse_period(text)


@lru_cache(maxsize=2048)
def ever_later(period: Period, limit: Period, *, spare_days: int = 0) -> bool:
    """Whether `period` ends after `limit` less some spare days, counted from any day at all."""
    return any(ours > law - timedelta(days=spare_days) for ours, law in _ends(period, limit))


def _ends(period: Period, limit: Period) -> Iterator[tuple[date, date]]:
    for day in _STARTS:
        yield _end(day, period), _end(day, limit)


def _end(day: date, period: Period) -> date:
    if period.exact:
        return day + timedelta(days=-(-period.seconds // _SECONDS_A_DAY))
    return add_civil(day, period)


def countries_of(regions: Iterable[str]) -> frozenset[str]:
    """The countries that declared regions cover."""
    groups = {"EU": EU, "EEA": EEA}
    return frozenset().union(*(groups.get(region, frozenset({region})) for region in regions))
