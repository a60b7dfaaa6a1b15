"""Sealed backups of the data and of the keys, apart from each other, and their restore."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from callward import deployment
from callward.kernel.disk import own_folder
from callward.sealing import root, secret
from callward.sealing.errors import SealingError
from callward.sealing.stream import new_key
from callward.vault import ports
from callward.vault.backup_book import BackupBook
from callward.vault.backup_file import (
    END,
    MAGIC,
    FrameReader,
    backups_in,
    frame,
    frames_in,
    header_of,
    key_of,
    open_backup,
    require_alive,
    seal_to_backup_key,
    write_sealed,
)
from callward.vault.destroyed_ledger import LEDGER_FILE
from callward.vault.errors import BackupUnreadableError, ObjectNotFoundError
from callward.vault.keystore import KEYS_FILE, WRAPS_FILE
from callward.vault.log_archive import log_end, may_hold
from callward.vault.row_copies import (
    DATABASE,
    RowsSource,
    RowsTarget,
    names_in_file,
    replace_file,
    rows_now,
    rows_put_back,
    write_plain,
)
from callward.vault.states import OF_BASE, OF_DATA, OF_KEYS, OF_LOG, BackupFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

OBJECTS_NAMED = "objects.named"
KEPT = ".kept"  # certificates and checkpoints that outlive the database
_CHUNK = 1 << 20
_NAMED_TOGETHER = 10_000


def _facts(kind: str, *, at: datetime, dies_on: date) -> BackupFacts:
    position = ports.ledger.get().position()
    return BackupFacts(kind=kind, made_at=at, dies_on=dies_on.isoformat(), ledger_position=position)


def _object_chunks(name: str, size: int) -> Iterator[bytes]:
    store = ports.objects.get()
    for start in range(0, size, _CHUNK):
        yield bytes(store.fetch(name, start, min(_CHUNK, size - start)))


def _data_frames(rows: RowsSource) -> Iterator[bytes]:
    for name, piece in rows.pieces():
        yield from frame(name, len(piece), [piece])
    if deployment.chosen().objects.on_s3:
        return (yield from _object_list(rows.parts()))
    for name in rows.parts():
        try:
            size = ports.objects.get().size(name)
        except ObjectNotFoundError:
            # Destroyed since the copy of the database was taken: its key is gone as well.
            continue
        yield from frame(name, size, _object_chunks(name, size))
    yield END


def _object_list(names: Sequence[str]) -> Iterator[bytes]:
    """The names alone: a store behind a network keeps its objects, and their keys are elsewhere."""
    for first in range(0, len(names), _NAMED_TOGETHER):
        named = "\n".join(names[first : first + _NAMED_TOGETHER]).encode()
        yield from frame(OBJECTS_NAMED, len(named), [named])
    yield END


def back_up(to: Path, *, at: datetime, dies_on: date) -> BackupFacts:
    """Write database and objects into one sealed file that the backup key alone opens."""
    with rows_now() as rows:
        facts = _facts(OF_DATA, at=at, dies_on=dies_on)
        return seal_to_backup_key(to, _data_frames(rows), facts)


def back_up_file(file: Path, to: Path, *, at: datetime, dies_on: date) -> BackupFacts:
    """Seal a database file that nobody writes any more; its objects stay where they lie."""
    facts = replace(_facts(OF_DATA, at=at, dies_on=dies_on), name=file.name)
    return seal_to_backup_key(to, _file_frames(file), facts)


def _file_frames(file: Path) -> Iterator[bytes]:
    names = names_in_file(file)
    with file.open("rb") as rows:
        size = os.fstat(rows.fileno()).st_size
        yield from frame(DATABASE, size, iter(lambda: rows.read(_CHUNK), b""))
    yield from _object_list(names)


def _key_files() -> Iterator[tuple[str, bytes]]:
    store = ports.key_store.get()
    yield from store.images().items()
    for path in [store.folder / LEDGER_FILE, *sorted(store.folder.glob(f"*{KEPT}"))]:
        if path.exists():
            yield path.name, path.read_bytes()


def _key_frames() -> Iterator[bytes]:
    for name, content in _key_files():
        yield from frame(name, len(content), [content])
    yield END


def copy_keys(to: Path) -> None:
    """Copy the key store and what stands beside it into a folder of memory, for a drill."""
    own_folder(to)
    for name, content in _key_files():
        write_plain(to / name, iter([content]))


def back_up_keys(to: Path, *, root_key: bytes, at: datetime, dies_on: date) -> BackupFacts:
    """Write the key store and the ledger into one file sealed under the root key."""
    facts, key = _facts(OF_KEYS, at=at, dies_on=dies_on), new_key()
    locked = secret.seal_secret(key, root.subkey(root_key, "key-backup"), MAGIC)
    header = header_of(facts, locked)
    with BackupBook.of_house().written(to, facts, header=header):
        write_sealed(to, header=header, key=key, content=_key_frames())
    return facts


def copies_end(*, of: datetime, keys_only: bool) -> datetime | None:
    """When the last backup that was made before an instant dies, measured where they lie (N-8).

    Of what was sealed only a backup of the keys brings anything back. What the house wrote counts
    also where it lies out of reach.
    """
    chosen = deployment.chosen().backups
    found = [
        *(opened.facts for _path, opened in backups_in(chosen.folder, *chosen.places)),
        *(one.facts for one in BackupBook.of_house().read().open.values()),
    ]
    ends = [
        datetime.combine(date.fromisoformat(facts.dies_on), time(), tzinfo=UTC)
        for facts in found
        if (_holds_keys if keys_only else _may_hold)(facts, of)
    ]
    if not keys_only and (end := log_end(of)):
        ends.append(end)
    return max(ends, default=None)


def _holds_keys(facts: BackupFacts, of: datetime) -> bool:
    return facts.kind == OF_KEYS and facts.made_at <= of


def _may_hold(facts: BackupFacts, of: datetime) -> bool:
    return may_hold(facts, of=of) if facts.kind in {OF_BASE, OF_LOG} else facts.made_at <= of


def restore(source: Path, *, database: Path, at: datetime) -> BackupFacts:
    """Put database and objects back, the database last; nothing opens before the replay."""
    opened = open_backup(source)
    require_alive(opened, OF_DATA, at=at)
    with frames_in(source, opened, key_of(opened)) as files, rows_put_back(database) as rows:
        _put_back(files, rows)
        rows.settle(opened.facts, at=at)
    return opened.facts


def _put_back(files: FrameReader, rows: RowsTarget) -> None:
    store, names = ports.objects.get(), []
    for name, content in files:
        if name == OBJECTS_NAMED or rows.take(name, content):
            continue
        store.put_stream(name, content)
        names.append(name)
    store.settle(names)


def _only_grows(name: str) -> bool:
    return name == LEDGER_FILE or (name.endswith(KEPT) and "/" not in name)


def restore_keys(source: Path, *, root_key: bytes, folder: Path, at: datetime) -> BackupFacts:
    """Put the key store back; a ledger or proofs that are there stay, because they know more."""
    opened = open_backup(source)
    require_alive(opened, OF_KEYS, at=at)
    try:
        key = secret.open_secret(opened.locked, root.subkey(root_key, "key-backup"), MAGIC)
    except SealingError:
        raise BackupUnreadableError from None
    own_folder(folder)
    with frames_in(source, opened, key) as files:
        for name, content in files:
            if name in {KEYS_FILE, WRAPS_FILE}:
                write_plain(folder / f"{name}.restoring", content)
            elif _only_grows(name) and not (folder / name).exists():
                write_plain(folder / name, content)
    for name in (KEYS_FILE, WRAPS_FILE):
        replace_file(folder / f"{name}.restoring", folder / name)
    return opened.facts
