"""Kept rows that no key ends: due, held, deleted and certified by kind, whatever package has them.

Nothing keeps a counted end of a row: what is due follows from its start, from every policy that
has governed it since, and from now. So a revision reaches every row in the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from callward import holdings
from callward.bulk_insert import keep_rows
from callward.controllers import selectors as controllers
from callward.holdings.kinds import kind_of
from callward.kernel import calendar
from callward.kernel.references import new_ref
from callward.retention import item_destruction, rules
from callward.retention.certificates import digest_of
from callward.retention.models import Begun, DestroyedItem, Disposal, HeldItem, Item
from callward.retention.permitted_use import holds_in_force
from callward.retention.states import DisposalKind, DisposalState
from callward.retention.values import Kept
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from callward.controllers.selectors import RevisionView
    from callward.holdings import Kind
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy
    from callward.policy.vocabulary import StartEvent
    from callward.retention.models import DisposalRun, Hold
    from callward.retention.rules import Over

_IN_ONE_DISPOSAL = 20_000
_MOMENT = datetime.resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows that one certificate can speak for: one kind, one controller, one deciding rule."""

    kind: Kind
    controller_ref: Ref
    over: Over
    rows: models.QuerySet[Any]

    def refs(self, *, at: datetime) -> Iterator[Ref]:
        """What is due of it and not held, as the tables say at this moment."""
        held = kept_by_holds(self.kind, self.controller_ref, at=at)
        found = self.rows.order_by("pk").values_list("pk", flat=True).iterator()
        return (ref for ref in found if ref not in held)


def kept_kinds() -> list[Kind]:
    """The kinds of rows that the registered packages keep, in the order of the list."""
    kept = {kind for holder in holdings.holders() for kind in holder.kinds}
    rows = [kind for kind in holdings.KINDS.values() if not kind.sealed and kind.controller]
    return [kind for kind in rows if kind in kept]


@lru_cache(maxsize=64)
def model_of(kind: Kind) -> type[models.Model]:
    """The model whose table a kind names."""
    return next(each for each in apps.get_models() if each._meta.db_table == kind.table)  # noqa: SLF001  # Django's documented API


def due_groups(controller_ref: Ref | None, *, at: datetime) -> Iterator[Group]:
    """Everything due of every kind, grouped; asked anew for each, since the last may take rows."""
    asked = [one.ref for one in controllers.controllers()]
    for ref in asked if controller_ref is None else [controller_ref]:
        line = line_of(ref, at=at)
        for kind in kept_kinds() if line else ():
            yield from _groups_of(kind, ref, line, at=at)


def line_of(controller_ref: Ref, *, at: datetime) -> list[RevisionView]:
    """The policies of a controller up to now, the first one first."""
    return [
        one for one in reversed(controllers.revisions(controller_ref)) if one.in_force_from <= at
    ]


def _groups_of(
    kind: Kind, controller_ref: Ref, line: Sequence[RevisionView], *, at: datetime
) -> Iterator[Group]:
    policies = policies_of(line)
    kept, zone = rows_of(kind, controller_ref), policies[-1].zone
    some = rules.over_now([(rules.bounds_of(one, kind, at=at)[0], ()) for one in policies])
    if some is None or not kept.filter(is_over(kind, some, zone)).exists():
        return
    for span, over in _spans(kind, line, at=at):
        rows = kept.filter(span, is_over(kind, over, zone))
        if rows.exists():
            yield Group(kind=kind, controller_ref=controller_ref, over=over, rows=rows)


def rows_of(kind: Kind, controller_ref: Ref) -> models.QuerySet[Any]:
    """The rows of a kind that a controller keeps."""
    return model_of(kind)._default_manager.filter(**{kind.controller: controller_ref})  # noqa: SLF001  # as above


def _spans(kind: Kind, line: Sequence[RevisionView], *, at: datetime) -> list[tuple[Q, Over]]:
    """The rows that each revision was the first to govern, and what is over of them."""
    bounds = [rules.bounds_of(policy, kind, at=at) for policy in policies_of(line)]
    found = [rules.over_now(bounds[place:]) for place in range(len(line))]
    return [(span, over) for span, over in zip(windows(kind, line), found, strict=True) if over]


def windows(kind: Kind, line: Sequence[RevisionView]) -> list[Q]:
    """The rows that each revision was the first to govern."""
    if len(line) == 1:
        return [Q()]
    zone = controllers.policy(line[-1].policy_id).zone
    return [_first_governed(kind, line, place, zone) for place in range(len(line))]


def policies_of(line: Sequence[RevisionView]) -> list[CompiledPolicy]:
    """What these revisions say."""
    return [controllers.policy(one.policy_id) for one in line]


def has_ended(kind: Kind, controller_ref: Ref, *, began: datetime, at: datetime) -> bool:
    """Whether what began then is over, by the policy of that time and every one since."""
    line = line_of(controller_ref, at=at)
    later = sum(one.in_force_from > began for one in line)
    governing = policies_of(line[-1 - later :] if later < len(line) else line)
    end = rules.end_under(governing, kind, began, dict.fromkeys(kind.starts, began))
    return rules.is_gone(end, at=at)


def _first_governed(kind: Kind, line: Sequence[RevisionView], place: int, zone: ZoneInfo) -> Q:
    """Rows told of this policy, or begun under it, whichever of both came first in the line."""
    this, column = line[place], base_of(kind)
    since = ~_before(kind, column, this.in_force_from, zone)
    window = since
    if place + 1 < len(line):
        window &= _before(kind, column, line[place + 1].in_force_from, zone)
    earlier = _before(kind, column, line[0].in_force_from, zone)
    if not kind.promised:
        return window | earlier if place == 0 else window
    told = Q(**{kind.promised: this.policy_id}) & (since | earlier)
    known = [one.policy_id for one in line]
    window &= ~Q(**{f"{kind.promised}__in": known[:place]})
    if place == 0:
        window |= earlier & ~Q(**{f"{kind.promised}__in": known})
    return told | window


def base_of(kind: Kind) -> str:
    """The column from which a kind counts."""
    return next(iter(kind.starts.values()))


def is_over(kind: Kind, over: Over, zone: ZoneInfo) -> Q:
    """The rows that began so early that they are due."""
    ended = Q(pk__in=[])
    for event, before in over.caps:
        ended |= _began_before(kind, event, before, zone)
    for event, before in over.floors:
        ended &= _began_before(kind, event, before, zone)
    return ended


def _began_before(kind: Kind, event: StartEvent, instant: datetime, zone: ZoneInfo) -> Q:
    if event in kind.starts:
        return _before(kind, kind.starts[event], instant, zone)
    if rules.follows_from_call(event):
        return _before(kind, base_of(kind), instant, zone)
    begun = Begun.objects.filter(item_ref=OuterRef("pk"), event=event, happened_at__lt=instant)
    return Q(Exists(begun))


def _before(kind: Kind, column: str, instant: datetime, zone: ZoneInfo) -> Q:
    field = model_of(kind)._meta.get_field(column)  # noqa: SLF001  # Django's documented API
    if isinstance(field, models.DateTimeField):
        return Q(**{f"{column}__lt": instant})
    return Q(**{f"{column}__lte": calendar.local_day(instant - _MOMENT, zone=zone)})


def kept_by_holds(kind: Kind, controller_ref: Ref, *, at: datetime) -> set[Ref]:
    """What holds keep of a controller if it is of this kind: what they name, and what is beside.

    A hold on a recording covers the notes of its call where their activity names the reason too.
    """
    in_force = holds_in_force(at).filter(controller_ref=controller_ref)
    covering = [
        hold
        for hold, policy_id, reason in in_force.values_list("ref", "policy_id", "reason")
        if any(
            reason in controllers.policy(policy_id).holds.get(name, ()) for name in kind.activities
        )
    ]
    held = HeldItem.objects.filter(hold__in=covering, in_force=True)
    return holdings.related(held.values_list("item_ref", flat=True)) if covering else set()


def dispose(
    run: DisposalRun,
    *,
    actor: Actor,
    at: datetime,
    progress: Callable[[int], None],
) -> None:
    """Delete every row that is due and not held, and certify it, kind after kind."""
    for group in due_groups(run.controller_ref, at=at):
        while disposal := _intend(run, group, actor=actor, at=at):
            run.due += disposal.count
            item_destruction.finish(disposal, at=at)
            run.destroyed += disposal.count
            progress(run.destroyed)


def _intend(run: DisposalRun, group: Group, *, actor: Actor, at: datetime) -> Disposal | None:
    """Write down which rows go, under the lock of the database: no way back from here."""
    vault.crash_point("retention.chosen")
    with transaction.atomic():
        refs = list(islice(group.refs(at=at), _IN_ONE_DISPOSAL))
        if not refs:
            return None
        disposal = Disposal.objects.create(
            ref=new_ref(at),
            run=run,
            controller_ref=group.controller_ref,
            kind=DisposalKind.EXPIRY,
            rule=group.over.decided,
            period=str(group.over.rule.period),
            start_event=str(group.over.rule.start),
            activity=group.kind.name,
            policy_id=group.over.policy_id,
            count=len(refs),
            items_digest=digest_of(refs),
            actor=str(actor),
            intended_at=at,
            state=DisposalState.INTENDED,
        )
        keep_rows([DestroyedItem(ref=ref, disposal=disposal) for ref in refs])
    return disposal


def must_stay(kind: Kind, refs: Sequence[Ref], *, at: datetime) -> set[Ref]:
    """Those of these rows that may not go along with something else: a floor or a hold keeps them.

    Asked before a call goes with the last of its recordings.
    """
    if not refs:
        return set()
    rows = model_of(kind)._default_manager.filter(pk__in=refs)  # noqa: SLF001  # as above
    staying: set[Ref] = set()
    for ref in set(rows.order_by().values_list(kind.controller, flat=True)):
        line = line_of(ref, at=at)
        staying |= kept_by_holds(kind, ref, at=at) & set(refs)
        if any(rules.kind_floors(policy, kind) for policy in policies_of(line)):
            staying |= _under_floors(kind, rows.filter(**{kind.controller: ref}), line, at=at)
    return staying


def _under_floors(
    kind: Kind, rows: models.QuerySet[Any], line: Sequence[RevisionView], *, at: datetime
) -> set[Ref]:
    zone = controllers.policy(line[-1].policy_id).zone
    staying: set[Ref] = set()
    for span, over in _spans(kind, line, at=at):
        free = Q()
        for event, before in over.floors:
            free &= _began_before(kind, event, before, zone)
        staying |= set(
            rows.filter(span).exclude(pk__in=rows.filter(free)).values_list("pk", flat=True)
        )
    return staying


def kept_row(ref: Ref, *, at: datetime) -> Kept | None:
    """A kept row of whatever kind; None when no kind has it."""
    for kind in kept_kinds():
        row = model_of(kind)._default_manager.filter(pk=ref).values().first()  # noqa: SLF001  # as above
        if row is not None:
            return _kept(kind, ref, row, at=at)
    return None


def _kept(kind: Kind, ref: Ref, row: Mapping[str, Any], *, at: datetime) -> Kept:
    controller_ref = row[kind.controller]
    line = line_of(controller_ref, at=at)
    zone = controllers.policy(line[-1].policy_id).zone
    mine = rows_of(kind, controller_ref).filter(pk=ref)
    return Kept(
        ref=ref,
        controller_ref=controller_ref,
        activity=kind.name,
        policy_id=row[kind.promised] if kind.promised else line[-1].policy_id,
        began_at=_instant(row[next(iter(kind.starts.values()))], zone),
        due=any(
            mine.filter(span, is_over(kind, over, zone)).exists()
            for span, over in _spans(kind, line, at=at)
        ),
    )


def _instant(began: datetime | date, zone: ZoneInfo) -> datetime:
    return began if isinstance(began, datetime) else calendar.start_of_day(began, zone=zone)


def held_by(hold: Hold, *, at: datetime) -> list[Item | Kept]:
    """What a hold names and is still here."""
    return _kept_things(list(hold.held.values_list("item_ref", flat=True)), at=at)


def _kept_things(refs: Sequence[Ref], *, at: datetime) -> list[Item | Kept]:
    items = {item.ref: item for item in Item.objects.filter(ref__in=refs)}
    kept = [items.get(ref) or kept_row(ref, at=at) for ref in refs]
    return [each for each in kept if each is not None]


def hold_reasons(refs: Sequence[Ref], *, at: datetime) -> set[str]:
    """The reasons for which the policy in force lets all of these things be held."""
    kept = _kept_things(refs, at=at)
    reasons = [
        set(rules.hold_rules(controllers.policy_in_force(one.controller_ref, at=at), [kind]))
        for one in kept
        for kind in [kind_of(one.activity)]
    ]
    return set.intersection(*reasons) if reasons and len(kept) == len(refs) else set()


def forget(refs: Sequence[Ref]) -> int:
    """Stop counting what is gone, and remember only that its references name nothing any more."""
    items = Item.objects.filter(ref__in=refs)
    DestroyedItem.objects.bulk_create(
        [
            DestroyedItem(ref=ref, disposal_id=disposal)
            for ref, disposal in items.values_list("ref", "disposal_id")
        ],
        ignore_conflicts=True,
    )
    HeldItem.objects.filter(item_ref__in=refs).delete()
    Begun.objects.filter(item_ref__in=refs).delete()
    return items.delete()[0]
