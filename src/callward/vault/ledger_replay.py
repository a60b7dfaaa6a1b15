"""After a restore: destroying again what was destroyed, before anything opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward import holdings
from callward.vault import ports
from callward.vault.epochs import is_hold, rescue_epoch
from callward.vault.errors import ReplayAwaitedError
from callward.vault.models import Intent, LedgerMark, SealedItem, SealedPart
from callward.vault.objects import object_name
from callward.vault.seal_groups import names_in_store
from callward.vault.states import IntentKind, IntentState, Replay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.vault.destroyed_ledger import LedgerEntry
    from callward.vault.ports import KeyStore

GROUP = 500
_checked: list[KeyStore] = []


def followed() -> int:
    """Tell up to which ledger entry this database has followed."""
    found = LedgerMark.objects.values_list("position", flat=True).first()
    return found or 0


def follow(position: int) -> None:
    """Remember how far the database has followed, in the caller's transaction."""
    LedgerMark.objects.get_or_create(only=True)
    LedgerMark.objects.filter(position__lt=position).update(position=position)


def awaiting_replay() -> bool:
    """Say whether database or key store are not at the ledger's end, or ahead of it."""
    end = ports.ledger.get().position()
    mark, keys = followed(), ports.key_store.get().position()
    if mark == keys == end:
        return False
    if max(mark, keys) > end:
        return True
    under_way = set(Intent.objects.exclude(state=IntentState.DONE).values_list("ref", flat=True))
    behind = ports.ledger.get().since(min(mark, keys))
    return any(entry.intent not in under_way for entry in behind)


def require_replayed() -> None:
    """Refuse to open anything while a restore awaits its replay."""
    store = ports.key_store.get()
    if _checked and _checked[0] is store:
        return
    if awaiting_replay():
        raise ReplayAwaitedError
    # A restore happens while nothing runs, so one look per process and key store is enough.
    _checked[:] = [store]


def replay(*, at: datetime) -> Replay:
    """Destroy again, in keys, objects and rows, what a restore brought back."""
    _checked.clear()
    store, ledger = ports.key_store.get(), ports.ledger.get()
    end, mark, keys = ledger.position(), followed(), store.position()
    ledger_is_older = max(mark, keys) > end
    entries = list(ledger.since(0 if ledger_is_older else min(mark, keys)))
    rescued = [ref for entry in entries for ref in _destroy_keys(store, entry)]
    refs = list(dict.fromkeys(ref for entry in entries for ref in entry.refs))
    if ledger_is_older:
        refs += _erase_unnamed(store)
    rows = sum(_remove(refs[first : first + GROUP], at=at) for first in range(0, len(refs), GROUP))
    LedgerMark.objects.update_or_create(only=True, defaults={"position": end})
    store.restart(end)
    holds = {epoch for _ref, epoch, _alive in store.wraps() if is_hold(epoch)}
    return Replay(
        entries=len(entries),
        recordings=len(refs),
        rows=rows,
        hold_epochs=tuple(sorted(holds)),
        rescued=tuple(rescued),
    )


def _destroy_keys(store: KeyStore, entry: LedgerEntry) -> list[Ref]:
    """Destroy the keys of one entry; tells which recordings had to be moved out of the way.

    In an older key store a recording may still be locked to an epoch that it had left for a
    hold before the epoch was destroyed: it was never destroyed, so it must live.
    """
    if entry.kind == IntentKind.ERASE:
        store.erase(entry.refs)
        return []
    identity = bytes.fromhex(entry.key_id)
    destroyed = set(entry.refs)
    survivors: list[Ref] = []
    if store.key_id_of(entry.epoch) == identity:
        locked = store.refs_in(entry.epoch, key_id=identity)
        survivors = [ref for ref in locked if ref not in destroyed]
        store.move(survivors, rescue_epoch(entry.position))
        store.destroy_epoch(entry.epoch, key_id=identity)
    store.erase(entry.refs)
    return survivors


def _erase_unnamed(store: KeyStore) -> list[Ref]:
    named = set(SealedItem.objects.values_list("ref", flat=True))
    unnamed = [ref for ref, _epoch, _alive in store.wraps() if ref not in named]
    store.erase(unnamed)
    return unnamed


def _remove(refs: Sequence[Ref], *, at: datetime) -> int:
    names = {*part_names(refs), *names_in_store(refs)}
    ports.objects.get().delete(sorted(names))
    with transaction.atomic():
        rows = sum(holdings.destroy_everywhere(refs, at=at).values())
        SealedPart.objects.filter(item_ref__in=refs).delete()
        gone, _each = SealedItem.objects.filter(ref__in=refs).delete()
    return rows + gone


def part_names(refs: Sequence[Ref]) -> list[str]:
    """Name the objects that rows know of recordings."""
    parts = SealedPart.objects.filter(item_ref__in=refs).values_list("item_ref", "name")
    return [object_name(ref, name) for ref, name in parts]
