"""Locks on files that die with their process, and folders whose names survive a power cut."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN_FILE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
FOLDER = os.O_RDONLY | os.O_DIRECTORY
_ZEROS = bytes(1 << 16)


class Lock(IntEnum):
    """Beside whom a lock lets work."""

    ALONE = fcntl.LOCK_EX
    BESIDE_OTHERS = fcntl.LOCK_SH


@contextmanager
def locked(path: Path, lock: Lock = Lock.ALONE, *, flags: int = OWN_FILE) -> Iterator[int]:
    """Wait for a lock on a file and hold it; gives the open file."""
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, lock)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def locked_if_free(
    path: Path, lock: Lock = Lock.ALONE, *, flags: int = OWN_FILE
) -> Iterator[int | None]:
    """Hold a lock on a file, or give None at once where another holds it."""
    descriptor = os.open(path, flags, 0o600)
    try:
        yield descriptor if _taken(descriptor, lock) else None
    finally:
        os.close(descriptor)


def _taken(descriptor: int, lock: Lock) -> bool:
    try:
        fcntl.flock(descriptor, lock | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_open_file(descriptor: int) -> None:
    """Lock a file that stays open; the lock ends when it is closed."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def own_folder(folder: Path) -> Path:
    """Give the folder, made for its owner alone when it is not there yet."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_new(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, durably and never over another one."""
    _write(path, content, os.O_EXCL)


def write_whole(path: Path, content: bytes) -> None:
    """Put a file for its owner alone in a place at once: readers see the old or the new one."""
    part = path.with_name(path.name + ".part")
    _write(part, content, os.O_TRUNC)
    part.replace(path)


def _write(path: Path, content: bytes, how: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def overwrite(path: Path) -> None:
    """Put zeros in the place of everything in a file, durably; raises FileNotFoundError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        left = os.fstat(descriptor).st_size
        while left > 0:
            left -= file.write(_ZEROS[:left])
        os.fsync(descriptor)


def settle_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, FOLDER)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
