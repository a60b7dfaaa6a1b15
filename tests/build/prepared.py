"""Folders that are made once in a test run, for all its workers, and copied for each test."""

from __future__ import annotations

import fcntl
import shutil
from typing import TYPE_CHECKING

from build.engines import house_on_engine
from build.programs import folder_of_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def prepared(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name; the first who asks makes it. Copy it, never write into it."""
    folder, done = folder_of_run() / name, folder_of_run() / f"{name}.done"
    with (folder_of_run() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir(mode=0o700)
            make(folder)
            done.touch()
    return folder


def copy_prepared(name: str, make: Callable[[Path], object], to: Path) -> None:
    """Let a test have a copy of its own."""
    shutil.copytree(prepared(name, make), to, dirs_exist_ok=True)
    house_on_engine(to)
