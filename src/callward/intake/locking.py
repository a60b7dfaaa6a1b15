"""Keeps recovery away from recordings that somebody is sealing right now."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = "intake.lock"


@contextmanager
def sealing() -> Iterator[None]:
    """Seal beside others; a crash lets go by itself."""
    with _locked(fcntl.LOCK_SH):
        yield


@contextmanager
def recovering() -> Iterator[bool]:
    """Whether nobody seals now, and nobody begins until this ends."""
    try:
        with _locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield True
    except BlockingIOError:
        yield False


@contextmanager
def _locked(how: int) -> Iterator[None]:
    folder = Path(settings.CALLWARD_DATA)
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)
