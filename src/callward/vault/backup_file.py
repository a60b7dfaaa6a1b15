"""The form of a backup file: a header in clear that says how long it lives, and sealed frames."""

from __future__ import annotations

import json
import os
import struct
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from callward.kernel.disk import settle_folder
from callward.sealing import wrap
from callward.sealing.errors import SealingError
from callward.sealing.stream import SealedReader, new_key, seal_stream
from callward.vault import ports
from callward.vault.backup_book import BackupBook
from callward.vault.crash_points import point as crash_point
from callward.vault.errors import BackupExistsError, BackupExpiredError, BackupUnreadableError
from callward.vault.states import BackupFacts, ServiceKeyName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FRAME = struct.Struct(">HQ")
_TAKEN_TOGETHER = 1 << 20
END = _FRAME.pack(0, 0)
MAGIC = b"callward-backup/1\n"
OWNER_READS, GROUP_READS = 0o600, 0o640
PART = ".part"  # the end of the name of what is not whole yet
_LENGTH_SIZE = 4
_LARGEST_HEADER = 1 << 16


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
class OpenedBackup:
    """A backup file whose header was read."""

    facts: BackupFacts
    header: bytes
    locked: bytes
    begins: int


def header_of(facts: BackupFacts, locked: bytes) -> bytes:
    """What a backup says in clear: its kind, its life, and its key, locked."""
    body = {
        "kind": facts.kind,
        "made_at": facts.made_at.isoformat(),
        "dies_on": facts.dies_on,
        "ledger_position": facts.ledger_position,
        "locked": locked.hex(),
    }
    if facts.name:
        body |= {"name": facts.name, "digest": facts.digest}
    text = json.dumps(body, sort_keys=True).encode()
    return MAGIC + len(text).to_bytes(_LENGTH_SIZE, "big") + text


@contextmanager
def new_file(to: Path, *, mode: int) -> Iterator[BinaryIO]:
    """Write a file that appears under its name when it is whole and durable."""
    if to.exists():
        raise BackupExistsError
    part = to.with_name(to.name + PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            yield file
            file.flush()
            os.fsync(file.fileno())
        crash_point("vault.backup-written")
        part.replace(to)
        settle_folder(to.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_sealed(
    to: Path, *, header: bytes, key: bytes, content: Iterator[bytes], mode: int = OWNER_READS
) -> None:
    """Write one backup: its header, and what it holds sealed behind it."""
    with new_file(to, mode=mode) as file:
        file.write(header)
        for chunk in seal_stream(content, key=key, context=header):
            file.write(chunk)


def backups_in(*places: Path) -> Iterator[tuple[Path, OpenedBackup]]:
    """The backups that lie in folders, whoever wrote them; a link is followed by nobody."""
    for path in (path for place in places for path in place.resolve().rglob("*")):
        with suppress(BackupUnreadableError):
            if path.is_file() and not path.is_symlink():
                yield path, open_backup(path)


def open_backup(source: Path) -> OpenedBackup:
    """Read the header of a backup; raises BackupUnreadableError."""
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
            name=body.get("name", ""),
            digest=body.get("digest", ""),
        )
        locked = bytes.fromhex(body["locked"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupUnreadableError from None
    header = start + text
    return OpenedBackup(facts=facts, header=header, locked=locked, begins=len(header))


def is_over(facts: BackupFacts, *, at: datetime) -> bool:
    """Whether the day of a backup has come; days of the backups are UTC days."""
    return at.astimezone(UTC).date() >= date.fromisoformat(facts.dies_on)


def require_alive(opened: OpenedBackup, kind: str, *, at: datetime) -> None:
    """Refuse a backup of another kind, or one that had to be destroyed."""
    if opened.facts.kind != kind:
        raise BackupUnreadableError
    if is_over(opened.facts, at=at):
        raise BackupExpiredError(dies_on=opened.facts.dies_on)


@contextmanager
def frames_in(source: Path, opened: OpenedBackup, key: bytes) -> Iterator[FrameReader]:
    """Read what a backup holds."""
    with source.open("rb") as file:

        def fetch(start: int, length: int) -> bytes:
            return os.pread(file.fileno(), length, opened.begins + start)

        size = os.fstat(file.fileno()).st_size - opened.begins
        try:
            reader = SealedReader(fetch, size, key, opened.header)
            yield FrameReader(reader.chunks())
        except SealingError as error:
            raise BackupUnreadableError from error


def seal_to_backup_key(to: Path, content: Iterator[bytes], facts: BackupFacts) -> BackupFacts:
    """Write a backup that the backup key alone opens, known to the house before its first byte."""
    key, public = new_key(), ports.key_store.get().service_key(ServiceKeyName.BACKUP).public
    header = header_of(facts, wrap.wrap(key, public, MAGIC))
    with BackupBook.of_house().written(to, facts, header=header):
        write_sealed(to, header=header, key=key, content=content)
    return facts


def key_of(opened: OpenedBackup) -> bytes:
    """The key of a backup that was sealed to ours; raises BackupUnreadableError."""
    secret = ports.key_store.get().service_key(ServiceKeyName.BACKUP).secret
    try:
        return wrap.unwrap(opened.locked, secret, MAGIC)
    except SealingError:
        raise BackupUnreadableError from None
