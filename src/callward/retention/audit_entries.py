"""Audit entries end in the same run: the audit lets their content go and keeps their hashes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from callward import holdings
from callward.audit import selectors as entries, services as audit
from callward.audit.errors import TreeDamagedError
from callward.controllers import selectors as controllers
from callward.holdings.kinds import AUDIT
from callward.kernel.references import new_ref
from callward.policy.vocabulary import StartEvent
from callward.retention import item_destruction, rows, rules
from callward.retention.models import Disposal, HeldItem
from callward.retention.permitted_use import holds_in_force
from callward.retention.states import DisposalKind, DisposalState
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from callward.audit.selectors import Span
    from callward.controllers.selectors import RevisionView
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy
    from callward.retention.models import DisposalRun
    from callward.retention.rules import Over

_FIRST = datetime(1970, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEntries:
    """Entries that one certificate can speak for: one controller, one deciding rule."""

    controller_ref: Ref
    over: Over
    span: Span

    def places(self, *, at: datetime) -> set[int]:
        """Where they stand: the controller's own and nobody's, but none about what is held."""
        return entries.places((self.controller_ref, None), [self.span], held=held_things(at))


def held_things(at: datetime) -> set[Ref]:
    """What holds keep, whatever is kept of the same calls, and the holds: their trail stays too."""
    in_force = holds_in_force(at)
    held = HeldItem.objects.filter(hold__in=in_force, in_force=True)
    refs = holdings.related(held.values_list("item_ref", flat=True))
    return refs | set(in_force.values_list("ref", flat=True))


def due_groups(controller_ref: Ref | None, *, at: datetime) -> Iterator[DueEntries]:
    """The spans of time whose entries are over, by what every policy since said of them."""
    refs = [one.ref for one in controllers.controllers()]
    for ref in refs if controller_ref is None else [controller_ref]:
        yield from _spans(ref, rows.line_of(ref, at=at), at=at)


def windows(line: Sequence[RevisionView], *, at: datetime) -> list[Span]:
    """The time of each policy up to now."""
    since = [_FIRST, *(one.in_force_from for one in line[1:])]
    return list(zip(since, [*since[1:], at], strict=True))


def due_places(
    ref: Ref, line: Sequence[RevisionView], *, at: datetime, then: Sequence[CompiledPolicy] = ()
) -> set[int]:
    """Where the entries stand that are over, also by policies that are not yet in force."""
    return set().union(*(each.places(at=at) for each in _spans(ref, line, at=at, then=then)))


def _spans(
    ref: Ref, line: Sequence[RevisionView], *, at: datetime, then: Sequence[CompiledPolicy] = ()
) -> Iterator[DueEntries]:
    bounds = [rules.bounds_of(one, AUDIT, at=at) for one in [*rows.policies_of(line), *then]]
    for place, (since, until) in enumerate(windows(line, at=at) if line else ()):
        over = rules.over_now(bounds[place:])
        before = dict(over.caps).get(StartEvent.EVENT_RECORDED, _FIRST) if over else _FIRST
        if over is not None and since < min(before, until):
            yield DueEntries(controller_ref=ref, over=over, span=(since, min(before, until)))


def dispose(
    run: DisposalRun, *, actor: Actor, at: datetime, progress: Callable[[int], None]
) -> None:
    """Destroy the content of every entry that is due and not held, and certify it."""
    for due in due_groups(run.controller_ref, at=at):
        if not due.places(at=at):
            continue
        with suppress(TreeDamagedError):  # what cannot be sealed stays, and makes the run red
            audit.checkpoint(at=at)
        while disposal := _destroy(run, due, actor=actor, at=at):
            item_destruction.finish(disposal, at=at)
            run.due += disposal.count
            run.destroyed += disposal.count
            progress(run.destroyed)


def _destroy(run: DisposalRun, due: DueEntries, *, actor: Actor, at: datetime) -> Disposal | None:
    """Entries, hashes and disposal in one transaction of one database: no half way."""
    vault.crash_point("retention.chosen")
    with transaction.atomic():
        held = held_things(at)
        gone = audit.destroy_due(due.controller_ref, [due.span], held=held, actor=actor, at=at)
        if gone is None:
            return None
        vault.crash_point("retention.entries-gone")
        return Disposal.objects.create(
            ref=new_ref(at),
            run=run,
            controller_ref=due.controller_ref,
            kind=DisposalKind.EXPIRY,
            rule=due.over.decided,
            period=str(due.over.rule.period),
            start_event=str(due.over.rule.start),
            activity=AUDIT.name,
            policy_id=due.over.policy_id,
            count=gone.count,
            items_digest=gone.digest,
            actor=str(actor),
            intended_at=at,
            destroyed_at=at,
            state=DisposalState.ROWS_GONE,
        )
