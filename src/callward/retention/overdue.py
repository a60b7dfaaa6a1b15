"""The second count (D-05): what is due, not held and still here, counted apart from the run.

Nothing here is shared with the run's own queries on purpose, since the run is checked by it. The
items are asked for in plain SQL; of rows, the days are walked back one by one from today.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models

from callward import holdings
from callward.controllers import selectors as controllers
from callward.holdings.kinds import AUDIT
from callward.kernel import calendar
from callward.policy.vocabulary import RetentionKind, StartEvent
from callward.retention import rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from callward.holdings import Kind
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, RetentionRule

_HELD_FOR = """
SELECT held.item_ref, stop.policy_id, stop.reason FROM retention_helditem AS held
JOIN retention_hold AS stop ON stop.ref = held.hold_id
WHERE stop.closed_at IS NULL AND (stop.ends_at IS NULL OR stop.ends_at > %s)
  AND stop.controller_ref = %s
"""
_HELD = """
SELECT held.item_ref FROM retention_helditem AS held
JOIN retention_hold AS stop ON stop.ref = held.hold_id
WHERE stop.closed_at IS NULL AND (stop.ends_at IS NULL OR stop.ends_at > %s)
"""
_OVERDUE = f"""
SELECT count(*) FROM retention_item AS kept
WHERE kept.due_at IS NOT NULL AND kept.due_at <= %s AND kept.ref NOT IN ({_HELD})
"""  # noqa: S608  # nothing but the text above
_OF_ONE = " AND kept.controller_ref = %s"
_STILL_HERE = "SELECT {pk} FROM {table} WHERE {controller} = %s AND {start} >= %s AND {start} < %s"
_HOLDS = """
SELECT stop.ref FROM retention_hold AS stop
WHERE stop.closed_at IS NULL AND (stop.ends_at IS NULL OR stop.ends_at > %s)
"""
_ENTRIES = """
SELECT "index", item FROM audit_leaf WHERE controller IN (%s, '') AND at >= %s AND at < %s
"""
_A_DAY = date.resolution
_MOMENT = datetime.resolution
_FIRST, _FOREVER = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def count_overdue(
    controller_ref: Ref | None, *, at: datetime, besides: set[Ref] | frozenset[Ref] = frozenset()
) -> int:
    """How much is due, not held and still here, but for these; 0 after every run."""
    refs = [one.ref for one in controllers.controllers()]
    asked = refs if controller_ref is None else [controller_ref]
    rows = sum(len(_rows_overdue(ref, at=at) - besides) for ref in asked)
    return _items_overdue(controller_ref, at=at) + rows + len(_entries_overdue(asked, at=at))


def _items_overdue(controller_ref: Ref | None, *, at: datetime) -> int:
    instant = _instant(at)
    arguments = [instant, instant]
    if controller_ref is not None:
        arguments.append(_ref(controller_ref))
    question = _OVERDUE if controller_ref is None else _OVERDUE + _OF_ONE
    return int(_ask(question, arguments)[0][0])


def _ask(question: str, arguments: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, arguments)
        return list(cursor.fetchall())


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _ref(ref: Ref) -> str:
    return str(ref) if connection.features.has_native_uuid_field else ref.hex


def _rows_overdue(controller_ref: Ref, *, at: datetime) -> set[Ref]:
    """The rows of every kind that began before the last day that is over, but for held ones."""
    found: set[Ref] = set()
    for kind in _kinds():
        overdue: set[Ref] = set()
        for since, until, zone in _windows(kind, controller_ref, at=at):
            overdue |= _still_here(kind, controller_ref, since, until, zone=zone)
        found |= overdue - _held(kind, controller_ref, at=at) if overdue else overdue
    return found


def _windows(
    kind: Kind, controller_ref: Ref, *, at: datetime
) -> Iterator[tuple[datetime, datetime, ZoneInfo]]:
    """The spans whose things are over by every policy that governed them, the latest first."""
    line = [one for one in controllers.revisions(controller_ref) if one.in_force_from <= at]
    governing = [controllers.policy(one.policy_id) for one in line]  # the newest first
    spans = [(one.in_force_from, governing[: place + 1]) for place, one in enumerate(line)]
    ended = _FOREVER
    for since, policies in [*spans, (_FIRST, governing[:1])] if line else ():
        yield since, min(_over(kind, policies, at=at), ended), governing[0].zone
        ended = since


def _entries_overdue(controller_refs: Iterable[Ref], *, at: datetime) -> set[int]:
    """The audit entries that are over and whose content still stands, but for held things'."""
    found = {
        index: item
        for ref in controller_refs
        for since, until, _zone in _windows(AUDIT, ref, at=at)
        for index, item in _ask(_ENTRIES, [str(ref), _written(since), _written(until)])
    }
    if not found:
        return set()
    holds, items = (_ask(question, [_instant(at)]) for question in (_HOLDS, _HELD))
    held = {_as_ref(row[0]) for row in holds} | holdings.related({_as_ref(row[0]) for row in items})
    return {index for index, item in found.items() if item not in {str(ref) for ref in held}}


def _written(at: datetime) -> str:
    """An instant as the audit writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _kinds() -> Iterator[Kind]:
    for holder in holdings.holders():
        yield from (kind for kind in holder.kinds if not kind.sealed and kind.controller)


def _column(kind: Kind) -> tuple[str, set[str]]:
    """Where a kind says when it began, and the events that this stands for."""
    column = next(iter(kind.starts.values()))
    return column, {event for event, where in kind.starts.items() if where == column}


def _over(kind: Kind, governing: list[CompiledPolicy], *, at: datetime) -> datetime:
    """The first instant of the first day that some policy does not say is over."""
    known = {*_column(kind)[1], StartEvent.FINANCIAL_YEAR_ENDED}
    caps = [
        _walked(rule, policy, at)
        for policy in governing
        for rule in rules.kind_rules(policy, kind)
        if rule.start in known
    ]
    floors = [
        _walked(rule, policy, at) if rule.start in known else _FIRST
        for policy in governing
        for rule in rules.kind_floors(policy, kind)
    ]
    return min([max(caps, default=_FIRST), *floors])


def _walked(rule: RetentionRule, policy: CompiledPolicy, at: datetime) -> datetime:
    if rule.period.exact and rule.start is not StartEvent.FINANCIAL_YEAR_ENDED:
        return at - rule.period.as_timedelta()
    today = calendar.start_of_day(calendar.local_day(at, zone=policy.zone), zone=policy.zone)
    # What is over today stays so until tomorrow: ends of civil days are the first instant of one.
    now = at if rule.period.exact else today
    return _walked_back(rule, policy.financial_year_ends, policy.zone, now)


@lru_cache(maxsize=256)
def _walked_back(
    rule: RetentionRule, year_ends: tuple[int, int], zone: ZoneInfo, now: datetime
) -> datetime:
    day = calendar.local_day(now, zone=zone)
    while _end_of_day(rule, day, year_ends, zone) > now:
        day -= _A_DAY
    return calendar.start_of_day(day + _A_DAY, zone=zone)


def _end_of_day(
    rule: RetentionRule, day: date, year_ends: tuple[int, int], zone: ZoneInfo
) -> datetime:
    """When something that began on this day ends."""
    if rule.start is StartEvent.FINANCIAL_YEAR_ENDED:
        day = calendar.financial_year_end(day, ends=year_ends)
    began = calendar.start_of_day(day, zone=zone)
    count = calendar.floor_end if rule.kind is RetentionKind.FLOOR else calendar.cap_due
    return count(began, rule.period, zone=zone)


def _still_here(
    kind: Kind, controller_ref: Ref, since: datetime, until: datetime, *, zone: ZoneInfo
) -> set[Ref]:
    if until <= since:
        return set()
    model = next(each for each in apps.get_models() if each._meta.db_table == kind.table)  # noqa: SLF001  # Django's documented API
    fields = {each.attname: each for each in model._meta.concrete_fields}  # noqa: SLF001  # as above
    pk, column = model._meta.pk, fields[_column(kind)[0]]  # noqa: SLF001  # as above
    instants, span = [since, until], list[date]([since, until])
    if not isinstance(column, models.DateTimeField):
        span = [calendar.local_day(each - _MOMENT, zone=zone) + _A_DAY for each in instants]
    question = _STILL_HERE.format(
        pk=pk.column, table=kind.table, controller=kind.controller, start=column.column
    )
    places = [column.get_db_prep_value(each, connection) for each in span]
    return {pk.to_python(row[0]) for row in _ask(question, [_ref(controller_ref), *places])}


def _held(kind: Kind, controller_ref: Ref, *, at: datetime) -> set[Ref]:
    named = {
        row[0]
        for row in _ask(_HELD_FOR, [_instant(at), _ref(controller_ref)])
        if any(row[2] in controllers.policy(row[1]).holds.get(name, ()) for name in kind.activities)
    }
    return holdings.related({_as_ref(each) for each in named})


def _as_ref(value: Any) -> Ref:
    return value if isinstance(value, UUID) else UUID(value)
