"""Seal, open, move, destroy: the front door of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from callward.vault import ports
from callward.vault.backup import (
    back_up,
    back_up_file,
    back_up_keys,
    copies_end,
    copy_keys,
    restore,
    restore_keys,
)
from callward.vault.backup_book import BackupBook
from callward.vault.base_backup import back_up_base, restore_base
from callward.vault.crash_points import point as crash_point
from callward.vault.dead_rows import let_rows_go, lingering
from callward.vault.epochs import due_epoch, hold_epoch, is_hold, is_spool, open_epoch, spool_epoch
from callward.vault.expired_backups import (
    backups_out_of_reach,
    close_backups,
    confirm_destroyed,
    destroy_backups,
    due_backups,
    facts_of,
    newest_backup,
    note_drill,
    practised_at,
    written_backups,
)
from callward.vault.inventory import reconcile
from callward.vault.key_destruction import destroy, destroy_key, intend, open_intents
from callward.vault.ledger_replay import awaiting_replay, replay
from callward.vault.log_archive import (
    archiver_fault,
    is_archived,
    log_folder,
    open_archive,
    seal_piece,
    unseal_piece,
)
from callward.vault.marker_scan import scan
from callward.vault.object_transfer import carry_objects, lies_in_folder
from callward.vault.objects import BorrowedObjects, ref_of
from callward.vault.range_reader import item_refs, open_part, part_size, read_range, verify_part
from callward.vault.row_copies import count_rows, leave_log_alone
from callward.vault.seal_groups import (
    add_part,
    discard,
    names_in_store,
    register,
    seal_group,
    seal_streamed,
    take_back,
)
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.vault.ports import ServiceKey
    from callward.vault.states import Plain, Sealed


def prepare_epochs(epochs: Iterable[str]) -> Mapping[str, bytes]:
    """Make epoch keys ahead."""
    return ports.key_store.get().prepare(epochs)


def open_spool_key(wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes:
    """Open a data key of the phone line's spool; refuses every other epoch."""
    return ports.key_store.get().open_spool(wrapped, epoch=epoch, key_id=key_id, context=context)


def forget_spool_days(*, before: date) -> int:
    """Destroy the keys of spool days that are over, so that a lost spool opens for nobody."""
    store, first_kept = ports.key_store.get(), spool_epoch(before)
    over = [epoch for epoch in store.epochs() if is_spool(epoch) and epoch < first_kept]
    return sum(store.destroy_epoch(epoch) for epoch in over)


def refs_in_store(refs: Iterable[Ref]) -> set[Ref]:
    """Which of these recordings still have an object, as the store itself lists it."""
    return {UUID(hex=ref_of(name)) for name in names_in_store(refs)}


def service_key(name: str) -> ServiceKey:
    """Give a named key of the house."""
    return ports.key_store.get().service_key(name)


def examine_store() -> None:
    """Refuse an object store that cannot keep what we promise; raises ObjectStoreError."""
    ports.objects.get().examine()


def borrow_objects(folder: Path) -> None:
    """Let this process only read the objects of the house; what it changes lies in a folder."""
    ports.objects.bind(BorrowedObjects(folder, ports.objects.get()))


def note_base_restore(*, size: int, at: datetime) -> None:
    """Sign, before anything else, that a base backup took the tree back to this size."""
    book = BackupBook.of_house()
    facts = book.read().untold_base
    if facts is not None:
        ports.restores.get().note_restore(facts, size_before=size, size_after=size, at=at)
        book.told_base()


def destroyed_refs() -> set[Ref]:
    """Every recording that the destroyed-ledger names."""
    return {ref for entry in ports.ledger.get().since(0) for ref in entry.refs}


def clear_half_written() -> int:
    """Throw away what a crash left half written in the store; no key of it was kept."""
    return ports.objects.get().clear_half_written()


def has_key(ref: Ref) -> bool:
    """Say whether a recording can still be opened."""
    return ports.key_store.get().has(ref)


def epoch_of(ref: Ref) -> str:
    """Tell which epoch a recording is locked to; raises RecordingGoneError when to none."""
    return ports.key_store.get().epoch_of(ref)


def move(refs: Sequence[Ref], *, to: str, at: datetime) -> int:  # noqa: ARG001  # who and when are always arguments
    """Lock recordings to another epoch (hold, release, event come)."""
    return ports.key_store.get().move(refs, to)


def seal(
    content: Iterable[bytes] | Plain,
    *,
    epoch: str,
    at: datetime,
    parts: Mapping[str, bytes] | None = None,
) -> Sealed:
    """Seal one recording, from memory or as it streams, durable and read back; no rows yet."""
    if isinstance(content, bytes | bytearray | memoryview):
        return seal_group([ToSeal(audio=content, epoch=epoch, parts=parts or {})], at=at)[0]
    return seal_streamed(content, epoch=epoch, at=at, parts=parts or {})
