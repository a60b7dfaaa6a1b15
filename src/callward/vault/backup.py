"""Sealed backups of the data and of the keys, apart from each other, and their restore."""

from __future__ import annotations

import json
import os
import struct
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, BinaryIO

from callward import deployment
from callward.kernel.disk import own_folder
from callward.sealing import root, secret, wrap
from callward.sealing.errors import SealingError
from callward.sealing.stream import SealedReader, new_key, seal_stream
from callward.vault import ports
from callward.vault.destroyed_ledger import LEDGER_FILE
from callward.vault.errors import (
    BackupExistsError,
    BackupExpiredError,
    BackupUnreadableError,
    ObjectNotFoundError,
)
from callward.vault.keystore import KEYS_FILE, WRAPS_FILE
from callward.vault.row_copies import (
    RowsSource,
    RowsTarget,
    replace_file,
    rows_now,
    rows_put_back,
    write_plain,
)
from callward.vault.states import BackupFacts, ServiceKeyName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_FRAME = struct.Struct(">HQ")
_TAKEN_TOGETHER = 1 << 20
END = _FRAME.pack(0, 0)
MAGIC = b"callward-backup/1\n"
OF_DATA, OF_KEYS = "data", "keys"
OBJECTS_NAMED = "objects.named"
KEPT = ".kept"  # certificates and checkpoints that outlive the database
_LENGTH_SIZE = 4
_LARGEST_HEADER = 1 << 16
_CHUNK = 1 << 20
_NAMED_TOGETHER = 10_000


def frame(name: str, size: int, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Write one file; refuses content of another size than was said."""
    named = name.encode()
    yield _FRAME.pack(len(named), size) + named
    written = 0
    for chunk in chunks:
        written += len(chunk)
        yield chunk
    if written != size:
        raise BackupUnreadableError


class FrameReader:
    """Reads files one after the other; each must be read whole before the next."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._waiting = b""

    def _take(self, length: int) -> bytes:
        while len(self._waiting) < length:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise BackupUnreadableError
            self._waiting += chunk
        taken, self._waiting = self._waiting[:length], self._waiting[length:]
        return taken

    def _content(self, size: int) -> Iterator[bytes]:
        while size:
            taken = self._take(min(size, _TAKEN_TOGETHER))
            size -= len(taken)
            yield taken

    def __iter__(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        while True:
            length, size = _FRAME.unpack(self._take(_FRAME.size))
            if not length:
                return
            content = self._content(size)
            yield self._take(length).decode(), content
            for _rest in content:
                pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A backup file whose header was read."""

    facts: BackupFacts
    header: bytes
    locked: bytes
    begins: int


def _header(facts: BackupFacts, locked: bytes) -> bytes:
    body = {
        "kind": facts.kind,
        "made_at": facts.made_at.isoformat(),
        "dies_on": facts.dies_on,
        "ledger_position": facts.ledger_position,
        "locked": locked.hex(),
    }
    text = json.dumps(body, sort_keys=True).encode()
    return MAGIC + len(text).to_bytes(_LENGTH_SIZE, "big") + text


def _facts(kind: str, *, at: datetime, dies_on: date) -> BackupFacts:
    position = ports.ledger.get().position()
    return BackupFacts(kind=kind, made_at=at, dies_on=dies_on.isoformat(), ledger_position=position)


@contextmanager
def _new_file(to: Path) -> Iterator[BinaryIO]:
    """Write a file that appears under its name when it is whole and durable."""
    if to.exists():
        raise BackupExistsError
    part = to.with_name(to.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(to)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write(to: Path, *, header: bytes, key: bytes, content: Iterator[bytes]) -> None:
    with _new_file(to) as file:
        file.write(header)
        for chunk in seal_stream(content, key=key, context=header):
            file.write(chunk)


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
    facts, key = _facts(OF_DATA, at=at, dies_on=dies_on), new_key()
    public = ports.key_store.get().service_key(ServiceKeyName.BACKUP).public
    header = _header(facts, wrap.wrap(key, public, MAGIC))
    with rows_now() as rows:
        _write(to, header=header, key=key, content=_data_frames(rows))
    return facts


def _key_frames() -> Iterator[bytes]:
    store = ports.key_store.get()
    for name, image in store.images().items():
        yield from frame(name, len(image), [image])
    for path in [store.folder / LEDGER_FILE, *sorted(store.folder.glob(f"*{KEPT}"))]:
        if path.exists():
            lines = path.read_bytes()
            yield from frame(path.name, len(lines), [lines])
    yield END


def back_up_keys(to: Path, *, root_key: bytes, at: datetime, dies_on: date) -> BackupFacts:
    """Write the key store and the ledger into one file sealed under the root key."""
    facts, key = _facts(OF_KEYS, at=at, dies_on=dies_on), new_key()
    locked = secret.seal_secret(key, root.subkey(root_key, "key-backup"), MAGIC)
    _write(to, header=_header(facts, locked), key=key, content=_key_frames())
    return facts


def copies_end(*, of: datetime, keys_only: bool) -> datetime | None:
    """When the last backup that was made before an instant dies, measured where they lie (N-8).

    Of what was sealed only a backup of the keys brings anything back.
    """
    chosen = deployment.chosen().backups
    ends = [
        datetime.combine(date.fromisoformat(facts.dies_on), time(), tzinfo=UTC)
        for place in (chosen.folder, *chosen.places)
        for facts in _facts_in(place)
        if facts.made_at <= of and (facts.kind == OF_KEYS or not keys_only)
    ]
    return max(ends, default=None)


def _facts_in(place: Path) -> Iterator[BackupFacts]:
    for path in place.rglob("*") if place.is_dir() else ():
        with suppress(BackupUnreadableError):
            if path.is_file():
                yield backup_facts(path)


def backup_facts(source: Path) -> BackupFacts:
    """Read what a backup says about itself in clear."""
    return _open(source).facts


def _open(source: Path) -> _Opened:
    try:
        with source.open("rb") as file:
            start = file.read(len(MAGIC) + _LENGTH_SIZE)
            length = int.from_bytes(start[len(MAGIC) :], "big")
            text = file.read(min(length, _LARGEST_HEADER))
        if not start.startswith(MAGIC):
            raise BackupUnreadableError
        body: dict[str, Any] = json.loads(text)
        facts = BackupFacts(
            kind=body["kind"],
            made_at=datetime.fromisoformat(body["made_at"]),
            dies_on=body["dies_on"],
            ledger_position=body["ledger_position"],
        )
        locked = bytes.fromhex(body["locked"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupUnreadableError from None
    header = start + text
    return _Opened(facts=facts, header=header, locked=locked, begins=len(header))


def _require_alive(opened: _Opened, kind: str, *, at: datetime) -> None:
    if opened.facts.kind != kind:
        raise BackupUnreadableError
    if at.date() >= date.fromisoformat(opened.facts.dies_on):
        raise BackupExpiredError(dies_on=opened.facts.dies_on)


@contextmanager
def _frames(source: Path, opened: _Opened, key: bytes) -> Iterator[FrameReader]:
    with source.open("rb") as file:

        def fetch(start: int, length: int) -> bytes:
            return os.pread(file.fileno(), length, opened.begins + start)

        size = os.fstat(file.fileno()).st_size - opened.begins
        try:
            reader = SealedReader(fetch, size, key, opened.header)
            yield FrameReader(reader.chunks())
        except SealingError as error:
            raise BackupUnreadableError from error


def restore(source: Path, *, database: Path, at: datetime) -> BackupFacts:
    """Put database and objects back, the database last; nothing opens before the replay."""
    opened = _open(source)
    _require_alive(opened, OF_DATA, at=at)
    backup_key = ports.key_store.get().service_key(ServiceKeyName.BACKUP)
    try:
        key = wrap.unwrap(opened.locked, backup_key.secret, MAGIC)
    except SealingError:
        raise BackupUnreadableError from None
    with _frames(source, opened, key) as files, rows_put_back(database) as rows:
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
    opened = _open(source)
    _require_alive(opened, OF_KEYS, at=at)
    try:
        key = secret.open_secret(opened.locked, root.subkey(root_key, "key-backup"), MAGIC)
    except SealingError:
        raise BackupUnreadableError from None
    own_folder(folder)
    with _frames(source, opened, key) as files:
        for name, content in files:
            if name in {KEYS_FILE, WRAPS_FILE}:
                write_plain(folder / f"{name}.restoring", content)
            elif _only_grows(name) and not (folder / name).exists():
                write_plain(folder / name, content)
    for name in (KEYS_FILE, WRAPS_FILE):
        replace_file(folder / f"{name}.restoring", folder / name)
    return opened.facts
