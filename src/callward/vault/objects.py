"""Object stores through obstore: a local folder made durable, or anything that speaks S3."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import NotFoundError as ObstoreNotFoundError
from obstore.store import LocalStore

from callward.kernel.disk import own_folder, settle_folder
from callward.vault.errors import ObjectNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from obstore.store import ObjectStore as AnyStore

    from callward.kernel.references import Ref
    from callward.vault.states import Plain

_DELETED_TOGETHER = 1000
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def object_name(ref: Ref, part: str) -> str:
    """Name the object of a part; neighbours in time lie in one folder, so a group settles fast."""
    return f"{shard_of(ref)}/{ref.hex}.{part}"


def shard_of(ref: Ref) -> str:
    """Name the folder that a recording's objects lie in."""
    return f"{ref.hex[:4]}/{ref.hex[4:7]}"


def ref_of(name: str) -> str:
    """Read the hexadecimal reference out of an object's name."""
    return name.rsplit("/", 1)[-1].split(".", 1)[0]


class RemoteObjects:
    """Objects behind a network; the store itself answers for durability."""

    def __init__(self, store: AnyStore) -> None:
        self._store = store

    def put(self, name: str, content: Plain) -> None:
        """Write one whole object, replacing atomically."""
        obstore.put(self._store, name, content)

    def put_stream(self, name: str, chunks: Iterator[bytes]) -> int:
        """Write an object as it comes; nothing of its name exists until it is whole."""
        size = 0

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                size += len(chunk)
                yield chunk

        obstore.put(self._store, name, counted())
        return size

    def settle(self, names: Sequence[str]) -> None:
        """Return when the named objects survive a loss of power."""

    def fetch(self, name: str, start: int, length: int) -> bytes | memoryview:
        """Read a range; what lies behind the end is left out."""
        try:
            return memoryview(obstore.get_range(self._store, name, start=start, length=length))
        except (ObstoreNotFoundError, FileNotFoundError):
            raise ObjectNotFoundError from None

    def size(self, name: str) -> int:
        """Tell the size of an object."""
        try:
            return obstore.head(self._store, name)["size"]
        except (ObstoreNotFoundError, FileNotFoundError):
            raise ObjectNotFoundError from None

    def delete(self, names: Sequence[str]) -> int:
        """Remove objects; one that is gone already does not matter."""
        gone = 0
        for first in range(0, len(names), _DELETED_TOGETHER):
            group = list(names[first : first + _DELETED_TOGETHER])
            obstore.delete(self._store, group)
            gone += len(group)
        return gone

    def names(self, prefix: str = "") -> Iterator[str]:
        """List the objects under a folder."""
        for batch in obstore.list(self._store, prefix or None):
            for found in batch:
                yield found["path"]


class LocalObjects(RemoteObjects):
    """Objects in a folder of this machine, each flushed to the disk before it counts."""

    def __init__(self, folder: Path) -> None:
        own_folder(folder)
        folder.chmod(0o700)
        self._folder = folder
        self._settled: set[Path] = set()
        super().__init__(LocalStore(folder))

    def put(self, name: str, content: Plain) -> None:
        """Write one whole object and flush it; its folder is flushed by `settle`."""
        place = f"{self._folder}/{name}"
        half = f"{place}#{secrets.randbits(48)}"  # a name that is never listed as an object
        try:
            _write_flushed(half, content)
            os.rename(half, place)  # noqa: PTH104  # a hot path
        except BaseException:
            Path(half).unlink(missing_ok=True)
            raise

    def put_stream(self, name: str, chunks: Iterator[bytes]) -> int:
        """Write an object as it comes and flush it."""
        size = super().put_stream(name, chunks)
        _flush_file(self._folder / name)
        return size

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

    def delete(self, names: Sequence[str]) -> int:
        """Remove objects; counts those that were there."""
        gone = 0
        for name in names:
            try:
                os.unlink(self._folder / name)  # noqa: TID251, PTH108  # the vault itself; a hundred thousand at once
            except FileNotFoundError:
                continue
            gone += 1
        return gone

    def leftovers(self) -> tuple[Path, ...]:
        """List half-written files that a crash left; sealed, and no key of theirs was kept."""
        return tuple(path for path in self._folder.rglob("*#*") if path.is_file())


def _write_flushed(place: str, content: Plain) -> None:
    try:
        descriptor = os.open(place, _CREATE, 0o600)
    except FileNotFoundError:
        own_folder(Path(place).parent)
        descriptor = os.open(place, _CREATE, 0o600)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _flush_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fchmod(descriptor, 0o600)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
