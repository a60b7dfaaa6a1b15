"""One collector at a time, so that nobody lets go of what another still reads."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from callward.telephony.folders import line_folder, made

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = "collecting.lock"


@contextmanager
def collecting_alone() -> Iterator[bool]:
    """Whether nobody else collects now; a crash lets go by itself."""
    place = made(line_folder()) / _LOCK
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
