"""One SQLite file whose deleted bytes are gone: no WAL, secure delete, the journal zeroed."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from callward.kernel.disk import overwrite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

# Other processes hold the file for milliseconds; a wait this long means that something is stuck.
BUSY_SECONDS = 20.0
# A rollback journal keeps the page of a deleted key: it stays as a file so that it can be zeroed.
_PRAGMAS = (
    "PRAGMA journal_mode=PERSIST",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-4000",
)


class KeyFile:
    """A small database in the key folder, with one connection per thread and process."""

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self._here = threading.local()
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        with self.writing() as connection:
            for statement in schema.split(";"):
                connection.execute(statement)

    @property
    def journal(self) -> Path:
        """The rollback journal beside the file."""
        return self.path.with_name(self.path.name + "-journal")

    def connection(self) -> sqlite3.Connection:
        """Give this thread's own connection; one from before a fork is never used again."""
        here = self._here
        if getattr(here, "pid", None) != os.getpid():
            here.inherited = getattr(here, "connection", None)
            here.connection = self._connect()
            here.pid = os.getpid()
        connection: sqlite3.Connection = here.connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma).fetchall()
        return connection

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._here, "pid", None) == os.getpid():
            self._here.connection.close()
            del self._here.pid

    @contextmanager
    def _within(self, begin: str) -> Iterator[sqlite3.Connection]:
        connection = self.connection()
        connection.execute(begin)
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Hold a shared lock: nobody destroys anything here until it ends."""
        return self._within("BEGIN")

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """Write as one; others wait."""
        return self._within("BEGIN IMMEDIATE")

    def zero_journal(self) -> None:
        """Overwrite the rollback journal while nobody else can write to it."""
        with self._within("BEGIN EXCLUSIVE"), suppress(FileNotFoundError):
            overwrite(self.journal)

    def image(self) -> bytes:
        """Copy the file consistently, in memory."""
        memory = sqlite3.connect(":memory:")
        try:
            self.connection().backup(memory)
            return memory.serialize()
        finally:
            memory.close()

    def rebuild(self) -> None:
        """Write the whole file anew, so that stale copies on its pages are gone too."""
        self.connection().execute("VACUUM")
        self.zero_journal()
