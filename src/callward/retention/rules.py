"""Which rule decides the end of an item, and when that is (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from callward.kernel import calendar
from callward.policy.vocabulary import RetentionKind, StartEvent
from callward.retention.states import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from callward.holdings import Kind
    from callward.kernel.calendar import Period
    from callward.policy.compiled import CompiledPolicy, HoldRule, RetentionRule


_EPOCH = date(1970, 1, 1)
_MOMENT = datetime.resolution  # the finest step that an instant is kept in
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


def follows_from_call(event: StartEvent) -> bool:
    """Whether the instant of this event is known from the start of the thing itself."""
    return event in _AT_THE_CALL or event is StartEvent.FINANCIAL_YEAR_ENDED


def is_gone(due_at: datetime | None, *, at: datetime) -> bool:
    """From the due instant on, every use is refused."""
    return due_at is not None and due_at <= at


def hold_end(start: datetime | None, longest: Period, *, zone: ZoneInfo) -> datetime | None:
    """The longest life of a hold, itself a cap; None until its start event has come (D-20)."""
    return due_of_cap(start, longest, zone=zone)


def kind_rules(policy: CompiledPolicy, kind: Kind) -> tuple[RetentionRule, ...]:
    """The caps that a policy has for a kind; the earliest end of them counts."""
    own = [policy.rules[path] for path in kind.rules if path in policy.rules]
    return tuple(own or [policy.rules[path] for path in kind.otherwise if path in policy.rules])


def kind_floors(policy: CompiledPolicy, kind: Kind) -> tuple[RetentionRule, ...]:
    """The floors that a policy has for a kind; all of them must be over."""
    return tuple(policy.rules[path] for path in kind.floors if path in policy.rules)


def hold_rules(policy: CompiledPolicy, kinds: Iterable[Kind]) -> dict[str, HoldRule]:
    """The reasons for which a policy lets things of these kinds be held, each for the shortest."""
    names = {name for kind in kinds for name in kind.activities}
    each = [
        pair for name in sorted(names & policy.holds.keys()) for pair in policy.holds[name].items()
    ]
    return dict(sorted(each, key=_longest_life, reverse=True))


def _longest_life(named: tuple[str, HoldRule]) -> datetime:
    utc = calendar.zone_named("UTC")
    return calendar.cap_due(calendar.start_of_day(_EPOCH, zone=utc), named[1].max, zone=utc)


def end_of(
    rule: RetentionRule,
    called_at: datetime,
    happened_at: datetime | None,
    *,
    year_ends: tuple[int, int],
    zone: ZoneInfo,
) -> datetime | None:
    """When a rule ends for something of this start, or None while its event has not come."""
    start = start_of_count(called_at, rule.start, year_ends=year_ends, zone=zone) or happened_at
    if rule.kind is RetentionKind.FLOOR:
        return floor_of(start, rule.period, zone=zone)
    return due_of_cap(start, rule.period, zone=zone)


def end_under(
    policies: Sequence[CompiledPolicy],
    kind: Kind,
    began: datetime,
    happened: Mapping[str, datetime],
) -> datetime | None:
    """When something of this start ends, after all of these policies have governed it."""
    caps, floors = (
        [
            end_of(
                rule,
                began,
                happened.get(rule.start),
                year_ends=one.financial_year_ends,
                zone=one.zone,
            )
            for one in policies
            for rule in rules_of(one, kind)
        ]
        for rules_of in (kind_rules, kind_floors)
    )
    known = [end for end in floors if end is not None]
    claims = Claims(
        cap_promised=min((end for end in caps if end is not None), default=None),
        floor=max(known, default=None),
        floor_open=len(known) < len(floors),
    )
    return effective_due(claims).due_at


def starts_over(
    rule: RetentionRule, *, at: datetime, year_ends: tuple[int, int], zone: ZoneInfo
) -> datetime:
    """The instant before which everything that this rule counts from is over by now."""
    if rule.period.exact and rule.start is not StartEvent.FINANCIAL_YEAR_ENDED:
        return at.astimezone(UTC) - rule.period.as_timedelta() + _MOMENT

    def is_over(day: date) -> bool:
        began = calendar.start_of_day(day, zone=zone)
        end = end_of(rule, began, began, year_ends=year_ends, zone=zone)
        return end is not None and end <= at

    # A later start never ends earlier, so the first day that is not over parts all days.
    over, running = 0, (calendar.local_day(at, zone=zone) - _EPOCH).days + 1
    while over < running:
        middle = (over + running) // 2
        over, running = (
            (middle + 1, running) if is_over(_EPOCH + timedelta(middle)) else (over, middle)
        )
    return calendar.start_of_day(_EPOCH + timedelta(over), zone=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One rule of one policy, and the start before which it is over."""

    rule: RetentionRule
    policy_id: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """What of a kind is due now: the starts before which any cap and every floor is over."""

    caps: tuple[tuple[StartEvent, datetime], ...]
    floors: tuple[tuple[StartEvent, datetime], ...]
    rule: RetentionRule
    policy_id: str
    decided: Rule


def bounds_of(
    policy: CompiledPolicy, kind: Kind, *, at: datetime
) -> tuple[tuple[Bound, ...], tuple[Bound, ...]]:
    """What the caps and the floors of a policy say of a kind by now."""
    caps, floors = (
        tuple(
            Bound(
                rule=rule,
                policy_id=policy.policy_id,
                until=starts_over(
                    rule, at=at, year_ends=policy.financial_year_ends, zone=policy.zone
                ),
            )
            for rule in found
        )
        for found in (kind_rules(policy, kind), kind_floors(policy, kind))
    )
    return caps, floors


def over_now(governed: Sequence[tuple[tuple[Bound, ...], tuple[Bound, ...]]]) -> Over | None:
    """What is due of a kind that policies governed one after the other; None: without any rule.

    Every cap of every one of them counts, since lengthening never reaches what is already kept.
    """
    caps = [cap for each, _floors in governed for cap in each]
    floors = [floor for _caps, each in governed for floor in each]
    if not caps:
        return None
    first = max(caps, key=_until)
    decided = Rule.CAP_PROMISED if first in governed[0][0] else Rule.CAP_NOW
    held_back = any(floor.until < first.until for floor in floors)
    return Over(
        caps=tuple({cap.rule.start: cap.until for cap in sorted(caps, key=_until)}.items()),
        floors=tuple(
            {floor.rule.start: floor.until for floor in sorted(floors, key=_until)[::-1]}.items()
        ),
        rule=first.rule,
        policy_id=first.policy_id,
        decided=Rule.LAW_FLOOR if held_back else decided,
    )


def _until(bound: Bound) -> datetime:
    return bound.until
