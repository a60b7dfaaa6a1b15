"""A drill: a backup is restored into an empty place beside the house, looked at, and removed.

The place is a folder, a temporary database where the house has a server, and a folder of memory
for the keys, so that no disk keeps a copy of them. Whatever a kill left the next drill removes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from callward import deployment
from callward.kernel.disk import locked_if_free, own_folder, write_new
from callward.kernel.errors import RefusedError, UnavailableError, gettext_noop
from callward.line.volatile_keys import VolatileKeys, memory_for
from callward.ops.data_folder import DataFolder
from callward.ops.errors import OpsError
from callward.ops.root_key_source import read_root_key
from callward.ops.supervision import callward_command
from callward.vault import services as vault
from callward.vault.states import Drill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from callward.vault.states import BackupFacts

_LONGEST_NAME = 40  # of the database whose name the drill's begins with
_SAID = 300


class DrillRunningError(OpsError, RefusedError):
    """Two drills would stand in one place."""

    code = "drill-running"
    fact = gettext_noop("Another drill runs on this data folder.")
    mend = gettext_noop("Wait until it has ended.")


class DrillDatabaseError(OpsError, UnavailableError):
    """The server lets nobody make the database of a drill."""

    code = "drill-database"
    fact = gettext_noop("The user of the database may not make a temporary one for the drill.")
    mend = gettext_noop('As the server\'s administrator: ALTER ROLE "%(user)s" CREATEDB;')


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """How a drill went; `faults` is empty when all is well."""

    at: datetime
    backup: BackupFacts
    found: Mapping[str, Any]
    faults: tuple[str, ...]

    def to_remember(self) -> Drill:
        """What is kept of it where no restore rolls it back."""
        return Drill(at=self.at, backup_made_at=self.backup.made_at, faults=len(self.faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPlace:
    """Where a house drills: always the same place, so that the next drill finds what is left."""

    house: DataFolder

    @property
    def folder(self) -> DataFolder:
        return DataFolder(root=self.house.root / "drill")

    @property
    def memory(self) -> Path:
        return memory_for(self.folder.root)

    @property
    def database(self) -> str:
        """The name of the temporary database; nobody else takes one like it."""
        mark = sha256(str(self.house.root).encode()).hexdigest()[:12]
        return f"{self.house.chosen.database.name[:_LONGEST_NAME]}_drill_{mark}"

    @contextmanager
    def made(self) -> Iterator[int]:
        """Make the place anew and remove it at the end; gives the lock, which children share."""
        with locked_if_free(self.house.root / "drill.lock") as lock:
            if lock is None:
                raise DrillRunningError
            self._clear()
            try:
                self._make()
                yield lock
            finally:
                self._clear()

    def _make(self) -> None:
        VolatileKeys(self.memory).prepare()
        for made in (*self.folder.folders, self.folder.database.parent):
            if made != self.folder.keys:
                own_folder(made)
        write_new(self.folder.secret, secrets.token_urlsafe(50).encode())
        if self.house.mark.is_file():
            shutil.copy(self.house.mark, self.folder.mark)
        vault.copy_keys(self.memory)
        for salt in self.house.keys.glob("*.salt"):
            shutil.copy(salt, self.memory)
        self._on_server(f"CREATE DATABASE \"{self.database}\" TEMPLATE template0 LOCALE 'C'")

    def _clear(self) -> None:
        self._on_server(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        for folder in (self.folder.root, self.memory):
            if folder.exists():
                shutil.rmtree(folder)  # noqa: TID251  # copies of the drill alone

    def _on_server(self, statement: str) -> None:
        chosen = self.house.chosen.database
        if not chosen.on_postgresql:
            return
        from psycopg import errors  # noqa: PLC0415  # the default loads no psycopg

        from callward.postgresql import direct  # noqa: PLC0415  # as above

        try:
            with direct.connect(chosen) as server:
                server.execute(statement.encode())
        except errors.InsufficientPrivilege:
            raise DrillDatabaseError(user=chosen.user) from None

    def environment(self) -> dict[str, str]:
        """The house's own choices, with another place for rows, objects and keys."""
        chosen = self.house.chosen
        host, port = chosen.database.direct
        told = {
            deployment.VARIABLE: str(self.folder.root),
            "CALLWARD_KEYS": str(self.memory),
            "CALLWARD_ROOT_KEY": str(self.house.root_key),
        }
        if chosen.database.on_postgresql:
            told |= {
                "CALLWARD_DATABASE_NAME": self.database,
                "CALLWARD_DATABASE_HOST": host,
                "CALLWARD_DATABASE_PORT": str(port),
                "CALLWARD_JOBS_DATABASE": self.database,
            }
        return dict(os.environ) | deployment.environment_of(chosen) | told


def drill(
    house: DataFolder, *, source: Path, keys: Path | None, facts: BackupFacts, at: datetime
) -> DrillReport:
    """Restore a backup beside the house, look at what came back, and leave nothing there."""
    place = DrillPlace(house=house)
    with place.made() as lock:
        if keys is not None:
            root_key = read_root_key(house)
            vault.restore_keys(keys, root_key=root_key, folder=place.memory, at=at)
        found: dict[str, Any] = {}
        for words in (("drill-restore", "--data", str(source.resolve())), ("drill-look",)):
            done = subprocess.run(  # noqa: S603  # our own command
                callward_command("backup", *words), env=place.environment(), pass_fds=(lock,),
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                fault = done.stderr.strip().splitlines()[-1:] or [words[0]]
                return DrillReport(at=at, backup=facts, found=found, faults=(fault[0][:_SAID],))
            found |= json.loads(done.stdout)
            vault.crash_point(f"ops.{words[0]}")
    return DrillReport(at=at, backup=facts, found=found, faults=tuple(_faults(found)))


def _faults(found: Mapping[str, Any]) -> Iterator[str]:
    for count, said in (
        (found["audit_faults"], "faults in the audit tree"),
        (found["destroyed_readable"], "destroyed recordings that can be opened"),
        (found["sample_unreadable"], "kept recordings of the sample that cannot be opened"),
        (found["objects_missing"], "recordings without their sealed object"),
        (found["keys_missing"], "recordings without their key"),
        (len(found["proofs_refused"]), "kept certificates that are not believed"),
    ):
        if count:
            yield f"{count} {said}"
