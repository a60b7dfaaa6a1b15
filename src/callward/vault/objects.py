"""The names of sealed objects, and the store that keeps them in a folder of this machine."""

from __future__ import annotations

import errno
import heapq
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callward.kernel import clock
from callward.kernel.disk import own_folder, settle_folder
from callward.vault.errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    ObjectStoreFullError,
    ObjectStoreReadOnlyError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from callward.kernel.references import Ref
    from callward.vault.ports import ObjectStore
    from callward.vault.states import Plain

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_LOCKED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
ABANDONED_AFTER = 86_400.0  # seconds; nobody writes one object for so long


def object_name(ref: Ref, part: str) -> str:
    """Name the object of a part; neighbours in time lie in one folder, so a group settles fast."""
    return f"{shard_of(ref)}/{ref.hex}.{part}"


def shard_of(ref: Ref) -> str:
    """Name the folder that a recording's objects lie in."""
    return f"{ref.hex[:4]}/{ref.hex[4:7]}"


def ref_of(name: str) -> str:
    """Read the hexadecimal reference out of an object's name."""
    return name.rsplit("/", 1)[-1].split(".", 1)[0]


class LocalObjects:
    """Objects in a folder of this machine, each flushed to the disk before it counts."""

    def __init__(self, folder: Path) -> None:
        own_folder(folder)
        folder.chmod(0o700)
        self._folder = folder
        self._settled: set[Path] = set()

    def create(self, name: str, content: Plain) -> None:
        """Write a new object; the same bytes again are the same write, others are refused."""
        with self._half_of(name) as half:
            _write_flushed(half, [content])
            try:
                os.link(half, f"{self._folder}/{name}")
            except FileExistsError:
                if self.fetch(name, 0, len(content) + 1) != content:
                    raise ObjectExistsError from None

    def put(self, name: str, content: Plain) -> None:
        """Write one whole object and flush it; its folder is flushed by `settle`."""
        self.put_stream(name, iter([content]))

    def put_stream(self, name: str, chunks: Iterator[Plain]) -> int:
        """Write an object as it comes; nothing of its name exists until it is whole."""
        with self._half_of(name) as half:
            size = _write_flushed(half, chunks)
            os.rename(half, f"{self._folder}/{name}")  # noqa: PTH104  # a hot path
        return size

    @contextmanager
    def _half_of(self, name: str) -> Iterator[str]:
        """A name that is never listed as an object; nothing stays under it."""
        half = f"{self._folder}/{name}#{secrets.randbits(48)}"
        with _named():
            try:
                yield half
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(half)  # noqa: TID251, PTH108  # the vault itself, on a hot path

    def settle(self, names: Sequence[str]) -> None:
        """Flush the folders of flushed files, as one round."""
        for folder in {(self._folder / name).parent for name in names}:
            settle_folder(folder)
            self._settle_above(folder)

    def _settle_above(self, folder: Path) -> None:
        if folder not in self._settled:
            for above in folder.parents:
                settle_folder(above)
                if above == self._folder:
                    break
            self._settled.add(folder)

    def fetch(self, name: str, start: int, length: int) -> bytes:
        """Read a range; a plain read, without a hop to another thread."""
        try:
            descriptor = os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise ObjectNotFoundError from None
        try:
            return os.pread(descriptor, length, start)
        finally:
            os.close(descriptor)

    def size(self, name: str) -> int:
        """Tell the size of an object."""
        try:
            return os.stat(self._folder / name, follow_symlinks=False).st_size  # noqa: PTH116  # a hot path
        except FileNotFoundError:
            raise ObjectNotFoundError from None

    def delete(self, names: Sequence[str]) -> int:
        """Remove objects; counts those that were there."""
        gone = 0
        with _named():
            for name in names:
                with suppress(FileNotFoundError):
                    os.unlink(f"{self._folder}/{name}")  # noqa: TID251, PTH108  # the vault itself; a hundred thousand at once
                    gone += 1
        return gone

    def names(self, prefix: str = "") -> Iterator[str]:
        """List the objects under a folder, in the order of their names."""
        for name, is_folder in sorted(self._below(prefix)):
            if is_folder:
                yield from self.names(name.removesuffix("/"))
            elif "#" not in name:
                yield name

    def _below(self, prefix: str) -> list[tuple[str, bool]]:
        try:
            entries = list(os.scandir(self._folder / prefix))
        except (FileNotFoundError, NotADirectoryError):
            return []
        before = f"{prefix}/" if prefix else ""
        kinds = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
        return [(f"{before}{name}/" if folder else before + name, folder) for name, folder in kinds]

    def examine(self) -> None:
        """A folder keeps nothing that was deleted in it."""

    def clear_half_written(self) -> int:
        """Remove what a crash left half written; sealed, and no key of it was kept."""
        left = [path for path in self._folder.rglob("*#*") if _is_abandoned(path)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def _is_abandoned(path: Path) -> bool:
    """Files have the time of the machine, whatever the clock of the house."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    begun = clock.SystemClock().now().timestamp() - found.st_mtime
    return stat.S_ISREG(found.st_mode) and begun > ABANDONED_AFTER


@contextmanager
def _named() -> Iterator[None]:
    """Let a full or locked disk come out under its name."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise ObjectStoreFullError from None
        if error.errno in _LOCKED:
            raise ObjectStoreReadOnlyError from None
        raise


def _write_flushed(place: str, chunks: Iterable[Plain]) -> int:
    size, descriptor = 0, _new_file(place)
    try:
        for chunk in chunks:
            left = memoryview(chunk)
            size += len(left)
            while left:
                left = left[os.write(descriptor, left) :]
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    return size


def _new_file(place: str) -> int:
    try:
        return os.open(place, _CREATE, 0o600)
    except FileNotFoundError:
        own_folder(Path(place).parent)
        return os.open(place, _CREATE, 0o600)


class BorrowedObjects:
    """A store that is read and never changed; what is written and deleted lies in a folder."""

    def __init__(self, folder: Path, lender: ObjectStore) -> None:
        self._own, self._lender = LocalObjects(folder), lender

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def fetch(self, name: str, start: int, length: int) -> bytes | memoryview:
        """Read from the folder, or from the store that lends."""
        return self._holder(name).fetch(name, start, length)

    def size(self, name: str) -> int:
        """The size of an object wherever it lies."""
        return self._holder(name).size(name)

    def _holder(self, name: str) -> ObjectStore:
        try:
            self._own.size(name)
        except ObjectNotFoundError:
            return self._lender
        return self._own

    def names(self, prefix: str = "") -> Iterator[str]:
        """Every name of both, in order."""
        both = heapq.merge(self._own.names(prefix), self._lender.names(prefix))
        yield from (name for name, _same in groupby(both))
