"""Who runs on a data folder right now, so that nothing is put back under their feet."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from callward.kernel.disk import FOLDER, Lock, locked_if_free
from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.ops.data_folder import DataFolder


class StillRunningError(OpsError, RefusedError):
    """Something runs on the folder that a restore would replace."""

    code = "still-running"
    fact = gettext_noop("Callward runs on this data folder.")
    mend = gettext_noop("Stop it first, then try again.")


@contextmanager
def _locked(folder: DataFolder, lock: Lock) -> Iterator[None]:
    with locked_if_free(folder.root, lock, flags=FOLDER) as root:
        if root is None:
            raise StillRunningError
        yield


@contextmanager
def running_on(folder: DataFolder) -> Iterator[None]:
    """Run beside others, but never beside a restore."""
    with _locked(folder, Lock.BESIDE_OTHERS):
        yield


@contextmanager
def alone_on(folder: DataFolder) -> Iterator[None]:
    """Put something back while nothing runs; raises StillRunningError."""
    with _locked(folder, Lock.ALONE):
        yield
