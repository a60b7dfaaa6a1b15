"""The public holidays at which a controller's line is closed, from the maintained tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel import calendar
from callward.policy import policy_of
from callward.policy.tables import holidays_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from callward.policy import CompiledPolicy


def public_days(policy: CompiledPolicy, *, at: datetime) -> dict[date, str]:
    """The holidays of this year and the next, with their names."""
    year = calendar.local_day(at, zone=policy.zone).year
    found: dict[date, str] = dict.fromkeys(policy_of(policy.canonical).holidays, "")
    for each in (year, year + 1):
        found |= holidays_of(policy.jurisdiction, each)
    return found
