"""Reads an inbox without ever being led out of it."""

from __future__ import annotations

import os
import stat
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from callward.intake.errors import InboxMissingError
from callward.intake.keyed_digests import kind_of
from callward.kernel import clock
from callward.kernel.disk import FOLDER, locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STABLE_SECONDS = 10  # DESIGN 7: complete after ten seconds without a change
_DEEPEST = 6
_MOST_ENTRIES = 100_000
_CHUNK = 1024 * 1024
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
_OPEN_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC
_UNFINISHED = (".part", ".filepart", ".crdownload", ".tmp", ".partial")


class EntryKind(StrEnum):
    """What a name in an inbox stands for."""

    RECORDING = "recording"
    CALL_RECORDS = "call-records"
    SIDECAR = "sidecar"
    UNFINISHED = "unfinished"
    UNSAFE = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name in one folder of the inbox, as it looked when it was listed."""

    folder: str  # below the inbox, "" for the inbox itself
    name: str
    kind: EntryKind
    identity: tuple[int, int]
    size: int
    changed_ns: int
    settled: bool

    @property
    def path(self) -> str:
        """The name below the inbox; it may tell of persons, so it is only ever digested."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


class FileChangedError(Exception):
    """The file is not, or no longer, the one that was listed."""


class Inbox:
    """An opened inbox; every name is opened below it, and no link is followed."""

    def __init__(self, descriptor: int, device: int) -> None:
        self._root, self._device = descriptor, device

    def entries(self) -> list[Entry]:
        """Everything in it, in the order of the names; folders are gone into, links are not."""
        found: list[Entry] = []
        machine_now = clock.SystemClock().now()  # files carry the machine's time, not a moved one
        self._list("", found, machine_now, depth=0)
        return sorted(found, key=lambda entry: entry.path)

    def _list(self, folder: str, found: list[Entry], now: datetime, *, depth: int) -> None:
        with self._folder(folder) as descriptor, os.scandir(descriptor) as listing:
            names = sorted(entry.name for entry in listing)
            for name in names[: max(0, _MOST_ENTRIES - len(found))]:
                self._look(folder, name, descriptor, found, now=now, depth=depth)

    def _look(
        self,
        folder: str,
        name: str,
        descriptor: int,
        found: list[Entry],
        *,
        now: datetime,
        depth: int,
    ) -> None:
        try:
            seen = os.lstat(name, dir_fd=descriptor)
        except FileNotFoundError:
            return
        if stat.S_ISDIR(seen.st_mode) and seen.st_dev == self._device and depth < _DEEPEST:
            below = f"{folder}/{name}" if folder else name
            with suppress(OSError):  # shut, or swapped for a link: shown as unsafe, like a link
                self._list(below, found, now, depth=depth + 1)
                return
        found.append(_entry(folder, name, seen, now))

    @contextmanager
    def _folder(self, folder: str) -> Iterator[int]:
        descriptor = os.dup(self._root)
        try:
            for part in filter(None, folder.split("/")):
                below = os.open(part, _OPEN_FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def opened(self, entry: Entry) -> Iterator[int]:
        """Open the very file that was listed; raises FileChangedError for any other."""
        try:
            with self._folder(entry.folder) as folder:
                descriptor = os.open(entry.name, _OPEN_FILE, dir_fd=folder)
        except OSError as error:
            raise FileChangedError from error
        try:
            _same(entry, os.fstat(descriptor))
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, entry: Entry) -> bytes:
        """Read a whole file, which neither grew nor changed meanwhile."""
        with self.opened(entry) as descriptor:
            content = b"".join(self._chunks(descriptor, entry.size))
            _same(entry, os.fstat(descriptor))
        if len(content) != entry.size:
            raise FileChangedError
        return content

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """Read a file piece by piece, for one that is too large for memory."""
        with self.opened(entry) as descriptor:
            yield from self._chunks(descriptor, entry.size)
            _same(entry, os.fstat(descriptor))

    @staticmethod
    def _chunks(descriptor: int, size: int) -> Iterator[bytes]:
        left = size
        while left > 0:
            chunk = os.read(descriptor, min(left, _CHUNK if size > 64 * _CHUNK else left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk

    def delete(self, entries: list[Entry]) -> list[Entry]:
        """Delete files that are safely kept elsewhere, durably; one that changed is left."""
        gone: list[Entry] = []
        by_folder: dict[str, list[Entry]] = {}
        for entry in entries:
            by_folder.setdefault(entry.folder, []).append(entry)
        for folder, members in by_folder.items():
            with self._folder(folder) as descriptor:
                gone += [entry for entry in members if _delete(entry, descriptor)]
                os.fsync(descriptor)
        return gone


@contextmanager
def open_inbox(path: Path) -> Iterator[Inbox]:
    """Open a folder as an inbox and keep others out of it; raises InboxMissingError."""
    with ExitStack() as stack:
        try:
            descriptor = stack.enter_context(locked(path, flags=FOLDER))
        except OSError as error:
            raise InboxMissingError from error
        yield Inbox(descriptor, os.fstat(descriptor).st_dev)


def _entry(folder: str, name: str, seen: os.stat_result, now: datetime) -> Entry:
    return Entry(
        folder=folder,
        name=name,
        kind=_kind(name, seen),
        identity=(seen.st_dev, seen.st_ino),
        size=seen.st_size,
        changed_ns=seen.st_mtime_ns,
        settled=_is_settled(seen, now),
    )


def _kind(name: str, seen: os.stat_result) -> EntryKind:
    # A second name elsewhere would keep the plaintext alive after this one is deleted.
    if not stat.S_ISREG(seen.st_mode) or seen.st_nlink != 1:
        return EntryKind.UNSAFE
    if name.startswith(".") or name.lower().endswith(_UNFINISHED):
        return EntryKind.UNFINISHED
    match kind_of(name):
        case "csv":
            return EntryKind.CALL_RECORDS
        case "json":
            return EntryKind.SIDECAR
        case _:
            return EntryKind.RECORDING


def _is_settled(seen: os.stat_result, now: datetime) -> bool:
    age = (now - datetime.fromtimestamp(seen.st_mtime, UTC)).total_seconds()
    if age < 0:  # stamped in the future by its sender: the machine's own stamp decides
        age = (now - datetime.fromtimestamp(seen.st_ctime, UTC)).total_seconds()
    return age >= STABLE_SECONDS


def _same(entry: Entry, seen: os.stat_result) -> None:
    facts = ((seen.st_dev, seen.st_ino), seen.st_size, seen.st_mtime_ns)
    if facts != (entry.identity, entry.size, entry.changed_ns) or not stat.S_ISREG(seen.st_mode):
        raise FileChangedError
    if seen.st_nlink != 1:
        raise FileChangedError


def _delete(entry: Entry, folder: int) -> bool:
    try:
        _same(entry, os.lstat(entry.name, dir_fd=folder))
        os.unlink(entry.name, dir_fd=folder)  # noqa: TID251  # the inbox's plaintext ends here
    except (FileChangedError, FileNotFoundError):
        return False
    return True
