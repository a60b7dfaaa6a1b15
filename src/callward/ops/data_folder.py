"""Where everything lies inside the one data folder. No framework."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward import deployment
from callward.kernel.disk import FOLDER, Lock, locked_if_free
from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.deployment import Deployment

OWNER_ONLY_FOLDER = 0o700
OWNER_ONLY_FILE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFolder:
    """The layout of one Callward: one folder, and `keys` in it is never part of the data backup."""

    root: Path

    @property
    def chosen(self) -> Deployment:
        """What this house chose; raises DeploymentError."""
        return deployment.read(self.root, os.environ)

    @property
    def database(self) -> Path:
        """Rows: controllers, calls, due dates, audit leaves."""
        return self.root / "db" / "callward.sqlite3"

    @property
    def jobs(self) -> Path:
        """Durable work, by reference only."""
        return self.root / "db" / "jobs.sqlite3"

    @property
    def keys(self) -> Path:
        """Epoch keys, wraps and the destroyed ledger; CALLWARD_KEYS may name another disk."""
        return self.chosen.place.keys

    @property
    def root_key(self) -> Path:
        """What every other key lies sealed under; CALLWARD_ROOT_KEY may name another place."""
        return self.chosen.place.root_key or self.keys / "root.key"

    @property
    def objects(self) -> Path:
        """Sealed audio."""
        return self.root / "objects"

    @property
    def inbox(self) -> Path:
        """The only place with plaintext; each controller has a folder in it."""
        return self.root / "inbox"

    @property
    def spool(self) -> Path:
        """Short-lived work files of the doors, sealed."""
        return self.root / "spool"

    @property
    def backups(self) -> Path:
        """Where this house keeps its backups; CALLWARD_BACKUPS may name another disk."""
        return self.chosen.backups.folder

    @property
    def log(self) -> Path:
        """What happened, without any person."""
        return self.root / "logs" / "callward.log"

    @property
    def secret(self) -> Path:
        """What sessions are signed with."""
        return self.root / "secret"

    @property
    def place(self) -> Path:
        """Which region this machine stands in, as the first start was told."""
        return self.root / "place"

    @property
    def web_address(self) -> Path:
        """Where the web program answers on this machine, written when it starts."""
        return self.root / "web.address"

    @property
    def mark(self) -> Path:
        """Says that this folder is a demonstration or a test, and how its clock is shifted."""
        return self.root / "demo.json"

    @property
    def deployment(self) -> Path:
        """What this house chose."""
        return self.root / deployment.FILE

    @property
    def next_deployment(self) -> Path:
        """What it chose for after a move of its rows; there until the move switches."""
        return self.root / (deployment.FILE + ".next")

    @property
    def move(self) -> Path:
        """Says that the rows are being moved to another database; there until they are."""
        return self.root / "move.json"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder that the first start makes, outermost first."""
        return (
            self.root,
            self.database.parent,
            self.keys,
            self.objects,
            self.inbox,
            self.spool,
            self.log.parent,
        )

    def region(self) -> str:
        """Where what is kept lies: CALLWARD_REGION, or what the first start was told."""
        told = self.place.read_text().strip() if self.place.is_file() else ""
        return self.chosen.place.region or told

    def places(self) -> frozenset[str]:
        """Every region that something kept lies in: this machine's, and its object store's."""
        store = self.chosen.objects
        return frozenset({self.region(), (store.on_s3 and store.place) or self.region()})

    def is_made(self) -> bool:
        """Whether the first start has been here."""
        return self.secret.is_file() and self.keys.is_dir() and self.database.parent.is_dir()


def chosen_folder() -> DataFolder:
    """The folder that CALLWARD_DATA names, or `var/callward` where we stand."""
    return DataFolder(root=deployment.chosen_root())


class StillRunningError(OpsError, RefusedError):
    """Something runs on the folder that a restore would replace."""

    code = "still-running"
    fact = gettext_noop("Callward runs on this data folder.")
    mend = gettext_noop("Stop it first, then try again.")


@contextmanager
def _locked(folder: DataFolder, lock: Lock) -> Iterator[int]:
    with locked_if_free(folder.root, lock, flags=FOLDER) as root:
        if root is None:
            raise StillRunningError
        yield root


@contextmanager
def running_on(folder: DataFolder) -> Iterator[None]:
    """Run beside others, but never beside a restore."""
    with _locked(folder, Lock.BESIDE_OTHERS):
        yield


@contextmanager
def alone_on(folder: DataFolder) -> Iterator[int]:
    """Put something back, or carry it away, while nothing runs; raises StillRunningError.

    Gives the open folder: a child that inherits it keeps everybody else out until it ends too.
    """
    with _locked(folder, Lock.ALONE) as root:
        yield root
