"""What a revision of the policy would do to what is kept, before anybody approves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, F, OuterRef, Subquery
from django.db.models.functions import Substr, TruncDate

from callward.audit.selectors import happened
from callward.holdings.kinds import AUDIT, KINDS, kind_of
from callward.kernel import calendar
from callward.retention import audit_entries, rows, rules
from callward.retention.due_dates import remeasure
from callward.retention.models import Begun, Item
from callward.retention.selectors import held_refs
from callward.retention.states import ItemState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from django.db.models import QuerySet

    from callward.controllers.selectors import RevisionView
    from callward.holdings import Kind
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy

_AT_ONCE = 500
_MOMENT = datetime.resolution
_DAY_LETTERS = len("2026-01-01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """How many things of a kind would end earlier, go at the first run, or stay longer by law."""

    kept: int = 0
    nearer: int = 0
    due_at_once: int = 0
    longer_by_law: int = 0

    @property
    def unchanged(self) -> int:
        """How many keep the date that they have."""
        return self.kept - self.nearer - self.longer_by_law

    def counts(self) -> dict[str, int]:
        """Every count by its name."""
        return {**asdict(self), "unchanged": self.unchanged}


def foresee(controller_ref: Ref, policy: CompiledPolicy, *, at: datetime) -> Mapping[str, Foreseen]:
    """Measure what is kept, kind by kind, against a policy not in force; changes nothing."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    _count_items(found, controller_ref, policy, at=at)
    line = rows.line_of(controller_ref, at=at)
    for kind in rows.kept_kinds():
        _count_rows(found[kind.name], kind, controller_ref, line, policy, at=at)
    _count_entries(found[AUDIT.name], controller_ref, line, policy, at=at)
    return {name: Foreseen(**found[name]) for name in KINDS}


def _count_items(
    found: Mapping[str, Counter[str]], controller_ref: Ref, policy: CompiledPolicy, *, at: datetime
) -> None:
    items = Item.objects.filter(controller_ref=controller_ref, state=ItemState.KEPT)
    held = held_refs(controller_ref)
    for item in items.iterator(chunk_size=_AT_ONCE):
        before, count = item.due_at, found[kind_of(item.activity).name]
        remeasure(item, policy)  # the row in memory only: nothing here saves it
        _compare(count, before, item.due_at, 1)
        gone = _is_nearer(item.due_at, before) and rules.is_gone(item.due_at, at=at)
        count["due_at_once"] += gone and item.ref not in held


def _count_rows(
    count: Counter[str],
    kind: Kind,
    controller_ref: Ref,
    line: Sequence[RevisionView],
    policy: CompiledPolicy,
    *,
    at: datetime,
) -> None:
    kept = rows.rows_of(kind, controller_ref).filter(**{f"{rows.base_of(kind)}__isnull": False})
    policies = rows.policies_of(line)
    if not policies or _says_the_same(kind, policies[-1], policy):
        count["kept"] = kept.count()
        return
    held = rows.kept_by_holds(kind, controller_ref, at=at)
    for place, window in enumerate(rows.windows(kind, line)):
        governing, governed = policies[place:], kept.filter(window)
        for began, events, many in _by_day(kind, governed, policy.zone):
            before = rules.end_under(governing, kind, began, events)
            now = rules.end_under([*governing, policy], kind, began, events)
            _compare(count, before, now, many)
        gone = _over_anew(kind, governed, governing, policy, at=at).values_list("pk", flat=True)
        count["due_at_once"] += sum(ref not in held for ref in gone) if held else gone.count()


def _says_the_same(kind: Kind, last: CompiledPolicy, policy: CompiledPolicy) -> bool:
    """Whether a policy brings no rule for a kind that the last one has not."""
    same = (last.zone, last.financial_year_ends) == (policy.zone, policy.financial_year_ends)
    return same and all(
        rule in rules_of(last, kind)
        for rules_of in (rules.kind_rules, rules.kind_floors)
        for rule in rules_of(policy, kind)
    )


def _by_day(
    kind: Kind, found: QuerySet[Any], zone: ZoneInfo
) -> Iterator[tuple[datetime, dict[str, datetime], int]]:
    """The rows of each day on which they began and on which what they wait for happened."""
    column, model = rows.base_of(kind), rows.model_of(kind)
    instants = isinstance(model._meta.get_field(column), DateTimeField)  # noqa: SLF001  # Django's documented API
    days: dict[str, Any] = {"on_day": TruncDate(column, tzinfo=zone) if instants else F(column)}
    waited = list(Begun.objects.order_by().values_list("event", flat=True).distinct())
    for place, event in enumerate(waited):
        begun = Begun.objects.filter(item_ref=OuterRef("pk"), event=event)
        came = begun.values(day=TruncDate("happened_at", tzinfo=zone))
        days[f"came_{place}"] = Subquery(came[:1])
    told = found.order_by().annotate(**days).values_list(*days).annotate(many=Count("pk"))
    for began, *others, many in told:
        first = _last_instant(began, zone)
        come = {
            each: _last_instant(day, zone) for each, day in zip(waited, others, strict=True) if day
        }
        yield first, dict.fromkeys(kind.starts, first) | come, many


def _last_instant(day: date, zone: ZoneInfo) -> datetime:
    """What stands for a day: periods of hours and of days compare as at most of its instants."""
    return calendar.end_of_day(day, zone=zone) - _MOMENT


def _over_anew(
    kind: Kind,
    governed: QuerySet[Any],
    governing: Sequence[CompiledPolicy],
    policy: CompiledPolicy,
    *,
    at: datetime,
) -> QuerySet[Any]:
    """What is due by a policy, and was not before it."""
    bounds = [rules.bounds_of(one, kind, at=at) for one in [*governing, policy]]
    now, before = rules.over_now(bounds), rules.over_now(bounds[:-1])
    if now is None:
        return governed.none()
    due = governed.filter(rows.is_over(kind, now, policy.zone))
    return due.exclude(rows.is_over(kind, before, policy.zone)) if before else due


def _count_entries(
    count: Counter[str],
    controller_ref: Ref,
    line: Sequence[RevisionView],
    policy: CompiledPolicy,
    *,
    at: datetime,
) -> None:
    policies = rows.policies_of(line)
    for place, span in enumerate(audit_entries.windows(line, at=at)):
        entries = happened((controller_ref, None), [span]).order_by()
        days = entries.values_list(Substr("at", 1, _DAY_LETTERS)).annotate(many=Count("pk"))
        for day, many in days:
            began = _last_instant(date.fromisoformat(day), policy.zone)
            told = dict.fromkeys(AUDIT.starts, began)
            before = rules.end_under(policies[place:], AUDIT, began, told)
            now = rules.end_under([*policies[place:], policy], AUDIT, began, told)
            _compare(count, before, now, many)
    due = audit_entries.due_places(controller_ref, line, at=at, then=[policy])
    count["due_at_once"] = len(due - audit_entries.due_places(controller_ref, line, at=at))


def _compare(count: Counter[str], before: datetime | None, now: datetime | None, many: int) -> None:
    count["kept"] += many
    if _is_nearer(now, before):
        count["nearer"] += many
    elif now != before:
        count["longer_by_law"] += many


def _is_nearer(now: datetime | None, before: datetime | None) -> bool:
    return now is not None and (before is None or now < before)
