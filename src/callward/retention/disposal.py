"""The disposal run: everything that is due and not held is destroyed and certified."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef

from callward import holdings
from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.holdings.kinds import AUDIT, kind_of
from callward.kernel.references import new_ref
from callward.retention import audit_entries, due_dates, item_destruction, legal_holds, rows
from callward.retention.models import Disposal, DisposalRun, HeldItem, Item
from callward.retention.selectors import count_overdue, held_lines, run_view
from callward.retention.states import DisposalKind, ItemState, RetentionEvent, Rule, RunState
from callward.retention.values import DueLine, Preview
from callward.vault import ports as vault_ports, services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.retention.values import DisposalRunView

_AT_ONCE = 500
_GROUP = ("controller_ref", "epoch", "cap_policy_id", "cap_rule", "period", "activity")


def due_items(controller_ref: Ref | None, *, at: datetime) -> QuerySet[Item]:
    """What is due and not held."""
    held = HeldItem.objects.filter(item_ref=OuterRef("ref"), in_force=True)
    due = Item.objects.filter(state=ItemState.KEPT, due_at__lte=at).exclude(Exists(held))
    return due if controller_ref is None else due.filter(controller_ref=controller_ref)


def run_disposal(
    controller_ref: Ref | None,
    *,
    actor: Actor,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> DisposalRunView:
    """Destroy everything that is due and not held, and certify it."""
    with item_destruction.one_at_a_time():
        item_destruction.finish_open(at)
        _settle_ends(controller_ref, at=at)
        run = DisposalRun.objects.create(
            ref=new_ref(at),
            controller_ref=controller_ref,
            started_at=at,
            state=RunState.RUNNING,
            actor=str(actor),
            due=due_items(controller_ref, at=at).count(),
        )

        def tell(destroyed: int) -> None:
            if progress is not None:
                progress(destroyed, run.due)

        for disposal in item_destruction.finish_each(_intended(run, actor=actor, at=at), at=at):
            run.destroyed += disposal.count
            tell(run.destroyed)
        rows.dispose(run, actor=actor, at=at, progress=tell)
        audit_entries.dispose(run, actor=actor, at=at, progress=tell)
        vault.let_rows_go()
        return _close(run, actor=actor, at=at)


def _settle_ends(controller_ref: Ref | None, *, at: datetime) -> None:
    """Holds that are over and policies that became shorter count before anything is chosen."""
    legal_holds.release_after_delay(at)
    legal_holds.end_holds(at)
    legal_holds.settle_keys(at)
    if controller_ref is not None:
        due_dates.reassess(controller_ref, at)
        return
    for one in controllers.controllers():
        due_dates.reassess(one.ref, at)


def _groups(controller_ref: Ref | None, *, at: datetime) -> list[dict[str, object]]:
    """What one certificate can speak for: one epoch, one policy, one rule."""
    return list(due_items(controller_ref, at=at).order_by(*_GROUP).values(*_GROUP).distinct())


def _intended(run: DisposalRun, *, actor: Actor, at: datetime) -> Iterator[Disposal]:
    for group in _groups(run.controller_ref, at=at):
        disposal = _intend_group(run, group, actor=actor, at=at)
        if disposal is not None:
            yield disposal


def _intend_group(
    run: DisposalRun, group: dict[str, object], *, actor: Actor, at: datetime
) -> Disposal | None:
    """Ask again for holds under the lock of the application database, then write the intent."""
    vault.crash_point("retention.chosen")
    with transaction.atomic():
        due = due_items(run.controller_ref, at=at).filter(**group)
        items = list(due.select_for_update().order_by("ref"))
        if not items:
            return None
        return item_destruction.intend(
            items,
            kind=DisposalKind.EXPIRY,
            rule=_rule_of(items[0]),
            whole_epoch=_epoch_if_alone(items),
            actor=actor,
            at=at,
            run=run,
        )


def _rule_of(item: Item) -> Rule:
    if item.floor_until is not None and item.due_at == item.floor_until:
        return Rule.LAW_FLOOR
    return Rule(item.cap_rule)


def _epoch_if_alone(items: Sequence[Item]) -> str | None:
    """The epoch, when its key locks all of these and nothing that has to stay.

    The key store is asked, not our own column: a hold rolled back half-way may have left a key
    elsewhere, and then every recording is destroyed by its own wrap.
    """
    epoch, refs = items[0].epoch, {item.ref for item in items}
    store = vault_ports.key_store.get()
    if not store.has_key(epoch):
        return None
    locked = set(store.refs_in(epoch))
    astray = any(store.has(ref) for ref in refs - locked)
    return None if astray or _any_item(locked - refs) else epoch


def _any_item(refs: Iterable[Ref]) -> bool:
    others = list(refs)
    groups = (others[start : start + _AT_ONCE] for start in range(0, len(others), _AT_ONCE))
    return any(Item.objects.filter(ref__in=group).exists() for group in groups)


def _close(run: DisposalRun, *, actor: Actor, at: datetime) -> DisposalRunView:
    held = held_lines(run.controller_ref, at=at)
    run.held = len(held)
    run.overdue_after = count_overdue(run.controller_ref, at=at)
    run.residue_bytes = sum(run.disposals.values_list("residue_bytes", flat=True))
    clean = run.overdue_after == 0 and run.residue_bytes == 0
    run.state = RunState.CLEAN if clean else RunState.RED
    run.finished_at = at
    with transaction.atomic():
        run.save()
        audit.record(
            RetentionEvent.DISPOSAL_RUN,
            item=run.ref,
            actor=actor,
            at=at,
            owner=run.controller_ref,
            destroyed=run.destroyed,
            held=run.held,
            overdue=run.overdue_after,
            residue=run.residue_bytes,
        )
    return run_view(run, held=held)


def preview_disposal(at: datetime, controller_ref: Ref | None = None) -> Preview:
    """What a run would destroy and leave; changes nothing."""
    due = due_items(controller_ref, at=at)
    by_epoch = ("controller_ref", "activity", "epoch", "cap_rule")
    counted = due.order_by(*by_epoch).values(*by_epoch)
    lines = [
        DueLine(
            controller_ref=line["controller_ref"],
            kind=kind_of(line["activity"]).name,
            epoch=line["epoch"],
            rule=Rule(line["cap_rule"]),
            count=line["count"],
        )
        for line in counted.annotate(count=Count("ref"))
    ]
    along = holdings.related(due.values_list("ref", flat=True)) if lines else set()
    lines += _due_rows(controller_ref, along, at=at)
    lines += _due_entries(controller_ref, at=at)
    return Preview(
        at=at,
        due=sum(line.count for line in lines),
        counted=count_overdue(controller_ref, at=at, besides=along),
        lines=tuple(lines),
        held=tuple(held_lines(controller_ref, at=at)),
    )


def _due_rows(controller_ref: Ref | None, along: set[Ref], *, at: datetime) -> Iterator[DueLine]:
    """The rows that are due by themselves; the others go along with a recording."""
    for group in rows.due_groups(controller_ref, at=at):
        count = sum(ref not in along for ref in group.refs(at=at))
        if count:
            yield DueLine(
                controller_ref=group.controller_ref,
                kind=group.kind.name,
                epoch="",
                rule=group.over.decided,
                count=count,
            )


def _due_entries(controller_ref: Ref | None, *, at: datetime) -> Iterator[DueLine]:
    """The audit entries that are due; nobody's count once, where they end first."""
    told: set[int] = set()
    for due in audit_entries.due_groups(controller_ref, at=at):
        places = due.places(at=at) - told
        told |= places
        if places:
            yield DueLine(
                controller_ref=due.controller_ref,
                kind=AUDIT.name,
                epoch="",
                rule=due.over.decided,
                count=len(places),
            )


def finish_open_disposals(at: datetime) -> int:
    """Finish what a crash left half destroyed; start-up calls it before service opens."""
    with item_destruction.one_at_a_time():
        legal_holds.settle_keys(at)
        return item_destruction.finish_open(at)
