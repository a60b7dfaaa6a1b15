"""Which rule decides the end of an item, and when that is (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.kernel import calendar
from callward.policy.vocabulary import StartEvent
from callward.retention.states import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from callward.kernel.calendar import Period


# The data of a call is collected from its first ring.
_AT_THE_CALL = (StartEvent.CALL_INITIATED, StartEvent.DATA_COLLECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Everything that has a say in the end of one item."""

    cap_promised: datetime | None
    cap_now: datetime | None = None
    erasure: datetime | None = None
    holds: tuple[datetime | None, ...] = ()  # the end of each hold in force; None is not yet known
    floor: datetime | None = None
    floor_open: bool = False  # a floor stands whose start event has not come


@dataclass(frozen=True, slots=True, kw_only=True)
class Effective:
    """The instant from which an item is gone, and the rule that set it; None is not yet known."""

    due_at: datetime | None
    rule: Rule


def due_of_cap(start: datetime | None, period: Period, *, zone: ZoneInfo) -> datetime | None:
    """The due instant of a cap, or None while its start event has not come."""
    return None if start is None else calendar.cap_due(start, period, zone=zone)


def floor_of(start: datetime | None, period: Period, *, zone: ZoneInfo) -> datetime | None:
    """The instant until which a law floor orders to keep, or None while its event has not come."""
    return None if start is None else calendar.floor_end(start, period, zone=zone)


def effective_due(claims: Claims) -> Effective:
    """The end of an item: `law floor > hold > approved erasure > min(cap promised, cap now)`."""
    decided = _shorter_cap(claims)
    decided = _under_erasure(decided, claims)
    decided = _under_holds(decided, claims)
    return _under_floor(decided, claims)


def _shorter_cap(claims: Claims) -> Effective:
    """Shortening applies at once; lengthening never reaches what is already kept."""
    if claims.cap_promised is None:
        rule = Rule.OPEN if claims.cap_now is None else Rule.CAP_NOW
        return Effective(due_at=claims.cap_now, rule=rule)
    if claims.cap_now is not None and claims.cap_now < claims.cap_promised:
        return Effective(due_at=claims.cap_now, rule=Rule.CAP_NOW)
    return Effective(due_at=claims.cap_promised, rule=Rule.CAP_PROMISED)


def _under_erasure(decided: Effective, claims: Claims) -> Effective:
    if claims.erasure is None:
        return decided
    if decided.due_at is not None and decided.due_at <= claims.erasure:
        return decided
    return Effective(due_at=claims.erasure, rule=Rule.ERASURE)


def _under_holds(decided: Effective, claims: Claims) -> Effective:
    """A hold only ever prolongs: one that ends before the cap changes nothing (D-20)."""
    if decided.due_at is None or not claims.holds:
        return decided
    last = _latest(claims.holds)
    if last is not None and last <= decided.due_at:
        return decided
    return Effective(due_at=last, rule=Rule.HOLD)


def _under_floor(decided: Effective, claims: Claims) -> Effective:
    if claims.floor_open:
        return Effective(due_at=None, rule=Rule.LAW_FLOOR)
    if claims.floor is None or decided.due_at is None or claims.floor <= decided.due_at:
        return decided
    return Effective(due_at=claims.floor, rule=Rule.LAW_FLOOR)


def _latest(ends: Iterable[datetime | None]) -> datetime | None:
    """The last end, or None when one of them is not yet known."""
    known: list[datetime] = []
    for end in ends:
        if end is None:
            return None
        known.append(end)
    return max(known)


def start_of_count(
    called_at: datetime, event: StartEvent, *, year_ends: tuple[int, int], zone: ZoneInfo
) -> datetime | None:
    """The instant that a period counts from, or None while its event has not come."""
    if event in _AT_THE_CALL:
        return called_at
    if event is StartEvent.FINANCIAL_YEAR_ENDED:
        day = calendar.local_day(called_at, zone=zone)
        return calendar.start_of_day(calendar.financial_year_end(day, ends=year_ends), zone=zone)
    return None


def is_gone(due_at: datetime | None, *, at: datetime) -> bool:
    """From the due instant on, every use is refused."""
    return due_at is not None and due_at <= at


def hold_end(start: datetime | None, longest: Period, *, zone: ZoneInfo) -> datetime | None:
    """The longest life of a hold, itself a cap; None until its start event has come (D-20)."""
    return due_of_cap(start, longest, zone=zone)
