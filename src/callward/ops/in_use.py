"""Who runs on a data folder right now, so that nothing is put back under their feet."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.errors import OpsError

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
    root = os.open(folder.root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(root, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StillRunningError from error
        yield
    finally:
        os.close(root)


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
