"""One destruction in two phases: the intent first, then key, rows and certificate.

A crash between any two steps leaves an intent that start-up finishes; every step can be repeated.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from callward import holdings
from callward.kernel.actors import Actor, ActorKind
from callward.kernel.disk import locked, own_folder
from callward.kernel.references import new_ref
from callward.retention.certificates import digest_of
from callward.retention.certification import certify, keep_proof
from callward.retention.models import Certificate, DestroyedItem, Disposal, Item
from callward.retention.states import DisposalKind, DisposalState, ItemState
from callward.vault import services as vault
from callward.vault.errors import ObjectStoreError
from callward.vault.states import IntentKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.retention.models import DisposalRun
    from callward.retention.states import Rule

_AT_ONCE = 500
_LOCK_FILE = "disposal.lock"
_log = logging.getLogger(__name__)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process destroy at a time; the lock dies with its process."""
    with locked(own_folder(Path(settings.CALLWARD_DATA)) / _LOCK_FILE):
        yield


def intend(
    items: Sequence[Item],
    *,
    kind: DisposalKind,
    rule: Rule,
    whole_epoch: str | None,
    actor: Actor,
    at: datetime,
    run: DisposalRun | None = None,
    ground: str = "",
) -> Disposal:
    """Write down the destruction of locked items of one epoch and policy: no way back from here."""
    first, refs = items[0], [item.ref for item in items]
    intent_ref = _intend_keys(refs, whole_epoch, rule=rule, actor=actor, at=at)
    disposal = Disposal.objects.create(
        ref=new_ref(at),
        run=run,
        controller_ref=first.controller_ref,
        kind=kind,
        rule=rule,
        ground=ground,
        period=first.period,
        start_event=first.start_event,
        activity=first.activity,
        policy_id=first.cap_policy_id,
        epoch=whole_epoch or "",
        count=len(refs),
        items_digest=digest_of(refs),
        actor=str(actor),
        intended_at=at,
        intent_ref=intent_ref,
        state=DisposalState.INTENDED,
    )
    _mark_leaving(refs, disposal)
    return disposal


def _intend_keys(
    refs: Sequence[Ref], whole_epoch: str | None, *, rule: Rule, actor: Actor, at: datetime
) -> Ref:
    kind = IntentKind.ERASE if whole_epoch is None else IntentKind.EPOCH
    intent = vault.intend(refs, epoch=whole_epoch, kind=kind, rule=str(rule), actor=actor, at=at)
    return intent.ref


def _mark_leaving(refs: Sequence[Ref], disposal: Disposal) -> None:
    for start in range(0, len(refs), _AT_ONCE):
        Item.objects.filter(ref__in=refs[start : start + _AT_ONCE]).update(
            state=ItemState.DESTROYING, disposal=disposal
        )


def finish(disposal: Disposal, *, at: datetime) -> Certificate:
    """Carry a written intent to its certificate, from wherever it stands."""
    vault.crash_point("retention.intended")
    if disposal.state == DisposalState.INTENDED and disposal.intent_ref is not None:
        _destroy_keys(disposal, disposal.intent_ref, at=at)
    vault.crash_point("retention.key-gone")
    if disposal.state in {DisposalState.INTENDED, DisposalState.KEY_GONE}:
        _destroy_rows(disposal, at=at)
    vault.crash_point("retention.rows-gone")
    certificate = _certify_once(disposal, at=at)
    vault.crash_point("retention.signed")
    keep_proof(certificate)
    vault.crash_point("retention.certified")
    return certificate


def _destroy_keys(disposal: Disposal, intent_ref: Ref, *, at: datetime) -> None:
    """Outside any transaction: two files cannot share one."""
    gone = vault.destroy(intent_ref, at=at)
    disposal.state = DisposalState.KEY_GONE
    disposal.destroyed_at = gone.key_gone_at
    disposal.residue_bytes = gone.residue_bytes
    disposal.wraps, disposal.objects_gone = gone.wraps, gone.objects
    disposal.save()


def _destroy_rows(disposal: Disposal, *, at: datetime) -> None:
    for refs in _leaving(disposal):
        with transaction.atomic():
            holdings.destroy_everywhere(refs, at=at)
        vault.crash_point("retention.some-rows-gone")
    disposal.state = DisposalState.ROWS_GONE
    disposal.destroyed_at = disposal.destroyed_at or at
    disposal.save(update_fields=["state", "destroyed_at"])


def _leaving(disposal: Disposal) -> Iterator[Sequence[Ref]]:
    """What has to go; rows without a key are all named again, since going twice does no harm."""
    if disposal.intent_ref is None:
        rows = DestroyedItem.objects.filter(disposal=disposal).order_by("ref")
        refs = list(rows.values_list("ref", flat=True))
        yield from (refs[start : start + _AT_ONCE] for start in range(0, len(refs), _AT_ONCE))
        return
    items = Item.objects.filter(disposal=disposal)
    while some := list(items.values_list("ref", flat=True)[:_AT_ONCE]):
        yield some


def _certify_once(disposal: Disposal, *, at: datetime) -> Certificate:
    with transaction.atomic():
        known = Certificate.objects.filter(disposal=disposal).first()
        made = known or certify(disposal, actor=_actor_of(disposal), at=at)
        vault.crash_point("retention.certifying")
        return made


def _actor_of(disposal: Disposal) -> Actor:
    kind, _, ref = disposal.actor.partition(":")
    return Actor(kind=ActorKind(kind), ref=ref)


def finish_each(disposals: Iterable[Disposal], *, at: datetime) -> Iterator[Disposal]:
    """Carry written intents to their certificates, and tell which came there.

    N-4: keys die first. While the object store refuses, every other key still dies on its day,
    and what is left of each disposal waits, open, for the next run.
    """
    refused = False
    for disposal in disposals:
        try:
            if refused and disposal.intent_ref is not None:
                vault.destroy_key(disposal.intent_ref, at=at)
                continue
            finish(disposal, at=at)
        except ObjectStoreError as error:
            refused = True
            _log.error("disposal %s waits for the object store: %s", disposal.ref, error.code)
            continue
        yield disposal


def finish_open(at: datetime) -> int:
    """Finish what a crash left half destroyed; the caller holds the lock."""
    open_ones = Disposal.objects.exclude(state=DisposalState.CERTIFIED).order_by("ref")
    finished = sum(1 for _each in finish_each(list(open_ones), at=at))
    if finished:
        vault.let_rows_go()
    return finished
