"""Who runs on a data folder right now, so that nothing is put back under their feet."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.errors import OpsError
from callward.ops.folders import OWNER_ONLY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.ops.folders import DataFolder


class StillRunningError(OpsError, RefusedError):
    """Something runs on the folder that a restore would replace."""

    code = "still-running"
    fact = gettext_noop("Callward runs on this data folder.")
    mend = gettext_noop("Stop it first, then try again.")


@contextmanager
def _locked(folder: DataFolder, kind: int) -> Iterator[None]:
    file = os.open(folder.root / "in-use", os.O_RDWR | os.O_CREAT, OWNER_ONLY_FILE)
    try:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StillRunningError from error
        yield
    finally:
        os.close(file)


@contextmanager
def running_on(folder: DataFolder) -> Iterator[None]:
    """Run beside others, but never beside a restore."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def alone_on(folder: DataFolder) -> Iterator[None]:
    """Put something back while nothing runs; raises StillRunningError."""
    with _locked(folder, fcntl.LOCK_EX):
        yield
