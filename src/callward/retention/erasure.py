"""One recording ends before its day: an approved erasure, or a rejected arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.retention import item_destruction, rules
from callward.retention.certification import certificate_view
from callward.retention.due_dates import mark_digest
from callward.retention.errors import (
    ItemUnknownError,
    RecordingBeingDestroyedError,
    RecordingGoneError,
    RecordingHeldError,
)
from callward.retention.models import DestroyedItem, Item, Tombstone
from callward.retention.permitted_use import effective, holds_in_force
from callward.retention.states import DisposalKind, ItemState, RetentionEvent, Rule
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.vocabulary_notice import ErasureGround
    from callward.retention.models import Disposal
    from callward.retention.values import CertificateView


def erase(
    ref: Ref, *, ground: ErasureGround, actor: Actor, at: datetime, marks: Sequence[str] = ()
) -> CertificateView:
    """Destroy one recording by an approved erasure; raises RecordingHeldError when held."""
    with item_destruction.one_at_a_time():
        with transaction.atomic():
            item = _erasable(ref)
            _refuse_when_held(item, at=at)
            _leave_tombstones(item, marks)
            disposal = _intend(
                [item], DisposalKind.ERASURE, Rule.ERASURE, ground=str(ground), actor=actor, at=at
            )
            audit.record(
                RetentionEvent.ERASURE_APPROVED, item=ref, actor=actor, at=at, ground=str(ground)
            )
        return _finish(disposal, at=at)


def reject(refs: Sequence[Ref], *, actor: Actor, at: datetime) -> CertificateView:
    """Destroy quarantined arrivals that a person turned away; they may be handed in again."""
    with item_destruction.one_at_a_time():
        with transaction.atomic():
            items = [_erasable(ref) for ref in dict.fromkeys(refs)]
            for item in items:
                _refuse_when_held(item, at=at)
            disposal = _intend(
                items, DisposalKind.REJECTION, Rule.REJECTION, ground="", actor=actor, at=at
            )
        return _finish(disposal, at=at)


def _finish(disposal: Disposal, *, at: datetime) -> CertificateView:
    certificate = item_destruction.finish(disposal, at=at)
    vault.let_rows_go()
    return certificate_view(certificate)


def _intend(
    items: Sequence[Item],
    kind: DisposalKind,
    rule: Rule,
    *,
    ground: str,
    actor: Actor,
    at: datetime,
) -> Disposal:
    return item_destruction.intend(
        items, kind=kind, rule=rule, whole_epoch=None, actor=actor, at=at, ground=ground
    )


def _erasable(ref: Ref) -> Item:
    item = Item.objects.select_for_update().filter(ref=ref).first()
    if item is None:
        gone = DestroyedItem.objects.filter(ref=ref).exists()
        raise RecordingGoneError(ref=ref) if gone else ItemUnknownError(ref=ref)
    if item.state == ItemState.DESTROYING:
        raise RecordingBeingDestroyedError(ref=ref)
    return item


def _refuse_when_held(item: Item, *, at: datetime) -> None:
    """Law floor and hold stand above an erasure."""
    hold = holds_in_force(at).filter(held__item_ref=item.ref, held__in_force=True).first()
    if hold is not None:
        raise RecordingHeldError(ref=item.ref, reason=hold.reason)
    decided = effective(item, at=at)
    floor_open = decided.rule is Rule.LAW_FLOOR and decided.due_at is None
    if floor_open or not rules.is_gone(item.floor_until or at, at=at):
        raise RecordingHeldError(ref=item.ref, reason=str(Rule.LAW_FLOOR))


def _leave_tombstones(item: Item, marks: Sequence[str]) -> None:
    """Until its original due day, the same recording is not taken in again."""
    digests = {mark_digest(item.controller_ref, mark) for mark in marks}
    if item.mark is not None:
        digests.add(bytes(item.mark))
    Tombstone.objects.bulk_create(
        [
            Tombstone(controller_ref=item.controller_ref, digest=digest, until=item.due_at)
            for digest in sorted(digests)
        ]
    )


def is_tombstoned(controller_ref: Ref, *, marks: Sequence[str], at: datetime) -> bool:
    """Whether one of these marks belongs to a recording erased before its due day."""
    if not Tombstone.objects.filter(controller_ref=controller_ref).exists():
        return False
    digests = [mark_digest(controller_ref, mark) for mark in marks]
    found = Tombstone.objects.filter(controller_ref=controller_ref, digest__in=digests)
    return any(stone.until is None or stone.until > at for stone in found)


def lift_tombstones(at: datetime) -> int:
    """Delete the tombstones whose original due day has come."""
    return Tombstone.objects.filter(until__lte=at).delete()[0]
