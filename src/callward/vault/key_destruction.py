"""Destroying for ever: intent, key, objects and rows, scan; each step may be repeated."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import F

from callward.kernel.disk import locked
from callward.vault import crash_points, ports
from callward.vault.dead_rows import empty_file_log
from callward.vault.destroyed_ledger import LedgerEntry
from callward.vault.errors import EpochMissingError
from callward.vault.ledger_replay import follow, part_names
from callward.vault.marker_scan import scan, split_markers
from callward.vault.models import Intent, SealedItem, SealedPart
from callward.vault.seal_groups import names_in_store
from callward.vault.states import Destruction, IntentKind, IntentState, IntentView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref

SWEPT_TOGETHER = 500
REF_SIZE = 16


def _pack(refs: Sequence[Ref]) -> bytes:
    return b"".join(ref.bytes for ref in refs)


def _unpack(packed: bytes) -> tuple[Ref, ...]:
    starts = range(0, len(packed), REF_SIZE)
    return tuple(UUID(bytes=packed[start : start + REF_SIZE]) for start in starts)


def _view(intent: Intent) -> IntentView:
    return IntentView(
        ref=intent.ref,
        kind=IntentKind(intent.kind),
        state=IntentState(intent.state),
        epoch=intent.epoch or None,
        refs=_unpack(bytes(intent.refs)),
        rule=intent.rule,
        actor=intent.actor,
        intended_at=intent.intended_at,
    )


def intend(
    refs: Sequence[Ref],
    *,
    epoch: str | None,
    kind: IntentKind,
    rule: str,
    actor: Actor,
    at: datetime,
) -> IntentView:
    """Write down a destruction, in the caller's transaction, before anything is destroyed."""
    store = ports.key_store.get()
    named = epoch if kind == IntentKind.EPOCH else None
    identity = store.key_id_of(named) if named else b""
    if identity is None:
        raise EpochMissingError(epoch=epoch)
    intent = Intent.objects.create(
        kind=kind,
        epoch=named or "",
        key_id=identity,
        refs=_pack(refs),
        markers=b"".join(store.markers(epoch=named, refs=refs)),
        rule=rule,
        actor=str(actor),
        intended_at=at,
    )
    return _view(intent)


def open_intents() -> list[IntentView]:
    """List destructions that a crash left unfinished, the oldest first."""
    unfinished = Intent.objects.exclude(state=IntentState.DONE).order_by("intended_at", "ref")
    return [_view(intent) for intent in unfinished]


@contextmanager
def _alone_on(ref: Ref) -> Iterator[None]:
    """Let one process at a time work on an intent: start-up and worker may both find it."""
    with locked(ports.key_store.get().folder / f"destroying-{ref.hex[-1]}.lock"):
        yield


def destroy(intent: IntentView | Ref, *, at: datetime) -> Destruction:
    """Destroy the key, then everything it locked; may be repeated after a crash."""
    ref = intent.ref if isinstance(intent, IntentView) else intent
    with _alone_on(ref):
        row = Intent.objects.get(ref=ref)
        if row.state == IntentState.INTENDED:
            _destroy_key(row, at=at)
        if row.state == IntentState.KEY_GONE:
            _sweep(row)
        if row.state == IntentState.SWEPT:
            _conclude(row, at=at)
    return _outcome(row)


def destroy_key(ref: Ref, *, at: datetime) -> None:
    """Destroy the key alone, where objects cannot be removed now; `destroy` does the rest."""
    with _alone_on(ref):
        row = Intent.objects.get(ref=ref)
        if row.state == IntentState.INTENDED:
            _destroy_key(row, at=at)


def _destroy_key(row: Intent, *, at: datetime) -> None:
    store, identity, refs = ports.key_store.get(), bytes(row.key_id), _unpack(bytes(row.refs))
    if row.kind == IntentKind.EPOCH:
        store.destroy_epoch(row.epoch, key_id=identity)
        # Only now is it certain who was locked to it, and was not moved away in time.
        refs = store.refs_in(row.epoch, key_id=identity)
    if row.kind == IntentKind.ERASE:
        row.wraps = store.erase(refs)
    crash_points.point("destroy.key-destroyed")
    entry = LedgerEntry(
        kind=row.kind,
        intent=row.ref,
        at=at,
        rule=row.rule,
        epoch=row.epoch,
        key_id=identity.hex(),
        refs=refs,
    )
    row.position = ports.ledger.get().append(entry)
    crash_points.point("destroy.ledgered")
    row.refs, row.state, row.key_gone_at = _pack(refs), IntentState.KEY_GONE, at
    row.save()
    crash_points.point("destroy.key-gone")


def _sweep(row: Intent) -> None:
    refs, store = _unpack(bytes(row.refs)), ports.key_store.get()
    for first in range(0, len(refs), SWEPT_TOGETHER):
        _sweep_group(row, refs[first : first + SWEPT_TOGETHER])
    crash_points.point("destroy.objects-removed")
    if row.kind == IntentKind.EPOCH:
        store.drop_wraps(row.epoch, key_id=bytes(row.key_id))
        row.wraps = len(refs)
    crash_points.point("destroy.wraps-removed")
    store.follow(row.position)
    row.refresh_from_db(fields=["objects_removed"])
    row.state = IntentState.SWEPT
    row.save()
    crash_points.point("destroy.swept")


def _sweep_group(row: Intent, refs: Sequence[Ref]) -> None:
    named = set(SealedItem.objects.filter(ref__in=refs).values_list("ref", flat=True))
    unnamed = [ref for ref in refs if ref not in named]
    names = {*part_names(refs), *names_in_store(unnamed)}
    gone = ports.objects.get().delete(sorted(names))
    crash_points.point("destroy.object-group-removed")
    with transaction.atomic():
        SealedPart.objects.filter(item_ref__in=refs).delete()
        SealedItem.objects.filter(ref__in=refs).delete()
        Intent.objects.filter(ref=row.ref).update(objects_removed=F("objects_removed") + gone)


def _conclude(row: Intent, *, at: datetime) -> None:
    empty_file_log()
    row.residue_bytes = _residue(split_markers(bytes(row.markers)))
    crash_points.point("destroy.scanned")
    with transaction.atomic():
        follow(row.position)
        row.state, row.done_at = IntentState.DONE, at
        row.save()
    crash_points.point("destroy.done")


def _residue(markers: list[bytes]) -> int:
    if not markers:
        return 0
    found = scan(markers).residue_bytes
    if not found:
        return 0
    # SQLite may leave a stale copy of a row it moved between pages: write the files anew.
    ports.key_store.get().rebuild()
    return scan(markers).residue_bytes


def _outcome(row: Intent) -> Destruction:
    assert row.key_gone_at is not None
    assert row.done_at is not None
    return Destruction(
        intent=row.ref,
        refs=_unpack(bytes(row.refs)),
        wraps=row.wraps,
        objects=row.objects_removed,
        residue_bytes=row.residue_bytes,
        key_gone_at=row.key_gone_at,
        done_at=row.done_at,
    )
