"""Whether somebody is there to answer: opening hours and holidays in the controller's zone."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from callward.line.snapshot import Hours


class Opening(StrEnum):
    """What the clock on the wall says."""

    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


def opening_at(
    at: datetime, *, hours: Sequence[Hours], holidays: Sequence[date], zone: ZoneInfo
) -> Opening:
    """Whether it is open; no hours at all mean always, a holiday goes before any hours."""
    local = at.astimezone(zone)
    if local.date() in holidays:
        return Opening.HOLIDAY
    if not hours:
        return Opening.OPEN
    inside = any(_covers(span, local.weekday(), local.time()) for span in hours)
    return Opening.OPEN if inside else Opening.CLOSED


def _covers(span: Hours, weekday: int, now: time) -> bool:
    # Midnight as the end of a span is the end of that day.
    ends = span.closes != time(0)
    return span.weekday == weekday and span.opens <= now and (not ends or now < span.closes)
