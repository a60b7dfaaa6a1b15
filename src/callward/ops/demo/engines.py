"""The demonstration on other engines: PostgreSQL with a replica, and an S3 store beside it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection

from callward.deployment import FILE
from callward.ops.demo.database_server import DatabaseServer
from callward.ops.demo.local_server import wait_until
from callward.ops.demo.object_store_server import ObjectStoreServer
from callward.vault import ports as vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from callward.kernel.references import Ref
    from callward.ops.data_folder import DataFolder

_NAME = "callward"
_LEFT = "SELECT captured_sha256 FROM recordings_recording WHERE ref = ANY(%s)"
_AT = "SELECT pg_current_wal_lsn()"


@dataclass(slots=True, kw_only=True)
class Engines:
    """Servers that run for one demonstration, and what is looked for in them."""

    database: DatabaseServer
    replica: DatabaseServer
    store: ObjectStoreServer
    gone: list[Ref] = field(default_factory=list)
    marks: list[bytes] = field(default_factory=list)
    before: int = 0

    def choose(self, folder: DataFolder) -> None:
        """Let the house of a folder stand on them."""
        self.database.new_database(_NAME)
        told = self.database.settings(_NAME) + self.store.settings(self.store.bucket())
        (folder.root / FILE).write_text(told)

    def remember(self, refs: Iterable[Ref]) -> None:
        """Remember what stands in the rows of recordings that are going to be destroyed."""
        self.gone = list(refs)
        with connection.cursor() as cursor:
            cursor.execute(_LEFT, [self.gone])
            self.marks = [str(mark).encode() for (mark,) in cursor.fetchall()]
        self.database.ask("CHECKPOINT")
        self.before = self._found(self.database.cluster / "base")

    def look(self) -> dict[str, object]:
        """The versions, and how often anything remembered is found in each place."""
        residue = {
            "tables": self._found(self.database.cluster / "base"),
            "log": self._until_free(self.database, "pg_wal"),
            "objects": self._objects(),
        }
        at = self.database.ask(_AT)
        followed = f"SELECT pg_last_wal_replay_lsn() >= '{at}'"
        wait_until(lambda: self.replica.ask(followed) == "t")
        residue["replica"] = self._until_free(self.replica, "base")
        residue["log of the replica"] = self._until_free(self.replica, "pg_wal")
        return {
            "postgresql": self.database.ask("SHOW server_version").split()[0],
            "before": self.before,
            "residue": residue,
        }

    def _objects(self) -> int:
        names = list(vault.objects.get().names())
        return sum(ref.hex in name for ref in self.gone for name in names)

    def _until_free(self, server: DatabaseServer, place: str) -> int:
        """A server drops its old log with its next checkpoint, within minutes; here at once."""

        def found() -> int:
            server.ask("CHECKPOINT")
            return self._found(server.cluster / place)

        return 0 if wait_until(lambda: not found()) else found()

    def _found(self, folder: Path) -> int:
        wholes = (path.read_bytes() for path in folder.rglob("*") if path.is_file())
        return sum(whole.count(mark) for whole in wholes for mark in self.marks)


@contextmanager
def engines_running() -> Iterator[Engines]:
    """Start PostgreSQL, a replica of it and SeaweedFS; end them and remove what they kept."""
    with DatabaseServer() as database, ObjectStoreServer() as store, database.standby() as replica:
        yield Engines(database=database, replica=replica, store=store)
