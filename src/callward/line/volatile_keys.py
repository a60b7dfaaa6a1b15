"""Keys of running calls, in storage that is memory: a wipe is a wipe, and no disk ever saw them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from callward.kernel.disk import own_folder, write_new
from callward.line.errors import MemoryNotVolatileError

_MEMORY = Path("/dev/shm")  # noqa: S108  # what is wanted here is just that: memory
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mountinfo")


def memory_for(spool: Path) -> Path:
    """Where the keys of this spool's running calls are, unless another place is configured."""
    return _MEMORY / f"callward-{hashlib.sha256(str(spool.resolve()).encode()).hexdigest()[:16]}"


class VolatileKeys:
    """Small files, each holding the locked key of one running call."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the folder; refuses a disk, and a folder that is not ours alone."""
        own_folder(self._folder)
        facts = self._folder.lstat()
        foreign = facts.st_uid != os.geteuid() or facts.st_mode & 0o077 or self._folder.is_symlink()
        if foreign or _file_system(self._folder.resolve()) not in _IN_MEMORY:
            raise MemoryNotVolatileError

    def leave(self) -> None:
        """Take the folder away when no key is in it any more."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def path(self, name: str) -> Path:
        """Where one key is."""
        return self._folder / name

    def put(self, name: str, content: bytes) -> None:
        """Keep a key; there must be none of this name."""
        write_new(self.path(name), content)

    def get(self, name: str) -> bytes | None:
        """Read a key; None when there is none."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None

    def wipe(self, name: str) -> None:
        """Write over a key and take its name away; safe to call twice."""
        try:
            descriptor = os.open(self.path(name), os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            return
        try:
            os.pwrite(descriptor, bytes(os.fstat(descriptor).st_size), 0)
            os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)
        self.path(name).unlink(missing_ok=True)


def _file_system(folder: Path) -> str:
    """The kind of file system that a folder is on; nothing when that cannot be told."""
    found, longest = "", -1
    try:
        mounts = _MOUNTS.read_text(errors="replace").splitlines()
    except OSError:  # not Linux: nobody can say, so it is not taken
        return found
    for mount in mounts:
        before, _dash, behind = mount.partition(" - ")
        place = before.split(" ")[4].replace("\\040", " ")
        if len(place) >= longest and folder.is_relative_to(place):
            found, longest = behind.split(" ")[0], len(place)
    return found
