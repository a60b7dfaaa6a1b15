"""The rows of a house in a backup: the image of a file, or a snapshot of a server's tables."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from callward.postgresql.row_transfer import set_counters
from callward.vault import ports
from callward.vault.errors import BackupOfOtherFormError, BackupUnreadableError
from callward.vault.objects import object_name
from callward.vault.states import BESIDE_A_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from django.db.backends.base.base import BaseDatabaseWrapper

    from callward.vault.states import BackupFacts

    Piece = tuple[str, bytes]

DATABASE = "database"  # the frame of a whole file
FORM, TABLE, COUNTS = "rows.form", "rows/", "rows.counts"
_PIECE = 1 << 20
_PARTS = "SELECT item_ref, name FROM vault_part"
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


class RowsSource(Protocol):
    """The rows as they are at one instant."""

    def pieces(self) -> Iterator[Piece]:
        """What is put into the backup, each piece with its name."""
        ...

    def parts(self) -> list[str]:
        """The names of the objects that these rows know."""
        ...


class RowsTarget(Protocol):
    """Where rows of a backup are put; the house changes when `settle` returns, or not at all."""

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        """Take a piece, unless it is none of rows."""
        ...

    def settle(self, facts: BackupFacts, *, at: datetime) -> None:
        """Let the rows of the backup be those of the house."""
        ...


@contextmanager
def rows_now() -> Iterator[RowsSource]:
    """The rows of the running house, whatever is written meanwhile."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        yield _FileSource(_image(connection.connection))
        return
    with _beside() as ours:
        ours.set_autocommit(False)
        with ours.cursor() as cursor:
            cursor.execute(_SNAPSHOT)
            yield _ServerSource(cursor)


@contextmanager
def rows_put_back(database: Path) -> Iterator[RowsTarget]:
    """Put rows back: beside the file of the house, or in one transaction of its server."""
    if connection.vendor == "sqlite":
        waiting = database.with_name(database.name + ".restoring")
        try:
            yield _FileTarget(database, waiting)
        finally:
            waiting.unlink(missing_ok=True)
        return
    with _beside() as ours:
        ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        with ours.cursor() as cursor:
            yield _ServerTarget(ours, cursor)


@contextmanager
def _beside() -> Iterator[BaseDatabaseWrapper]:
    """A second connection of this thread; what it did not commit is gone."""
    ours = connection.copy()
    try:
        yield ours
    finally:
        ours.close()


def _named(rows: Iterable[tuple[Any, str]]) -> list[str]:
    return [
        object_name(ref if isinstance(ref, UUID) else UUID(hex=ref), name) for ref, name in rows
    ]


# -- a file --------------------------------------------------------------------------------------


def _image(source: sqlite3.Connection) -> bytes:
    """Copy a database consistently, in memory: a plain copy never touches a disk."""
    with closing(sqlite3.connect(":memory:")) as memory:
        source.backup(memory)
        return memory.serialize()


def names_in_file(file: Path) -> list[str]:
    """The objects that a file knows which nobody writes; what lay in its log is in it then."""
    with closing(sqlite3.connect(file)) as rows:
        rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return _named(rows.execute(_PARTS).fetchall())


class _FileSource:
    """The image of a database file."""

    def __init__(self, image: bytes) -> None:
        self._image = image

    def pieces(self) -> Iterator[Piece]:
        yield DATABASE, self._image
        with self._opened() as memory:
            yield COUNTS, json.dumps(_counts(memory)).encode()

    def parts(self) -> list[str]:
        with self._opened() as memory:
            return _named(memory.execute(_PARTS).fetchall())

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(":memory:")) as memory:
            # A database in memory keeps no write-ahead log, which bytes 18 and 19 would ask for.
            memory.deserialize(self._image[:18] + b"\x01\x01" + self._image[20:])
            yield memory


def _counts(file: sqlite3.Connection) -> dict[str, int]:
    named = file.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608  # its own tables
        for (name,) in named.fetchall()
    }


class _FileTarget:
    """A file that takes the place of another when it is whole."""

    def __init__(self, database: Path, waiting: Path) -> None:
        self._database, self._waiting = database, waiting
        self._wanted: dict[str, int] | None = None

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        if name == FORM:
            raise BackupOfOtherFormError
        if name == COUNTS:
            self._wanted = json.loads(b"".join(content))
        elif name == DATABASE:
            write_plain(self._waiting, content)
        else:
            return False
        return True

    def settle(self, facts: BackupFacts, *, at: datetime) -> None:
        book = ports.restores.get()
        with closing(_only_read(self._waiting, mode="immutable=1")) as file:
            if self._wanted is not None and self._wanted != _counts(file):
                raise BackupUnreadableError
        # Nobody else has the new one open, and no log of its own may be left beside it.
        before = _size_in(self._database, mode="mode=ro")
        after = _size_in(self._waiting, mode="immutable=1")
        book.note_restore(facts, size_before=before, size_after=after, at=at)
        replace_file(self._waiting, self._database)


def _only_read(database: Path, *, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.resolve().as_uri()}?{mode}", uri=True)


def _size_in(database: Path, *, mode: str) -> int:
    """How many audit entries a database file holds; 0 when it cannot be read any more."""
    try:
        with closing(_only_read(database, mode=mode)) as file:
            return int(file.execute(ports.restores.get().how_many).fetchone()[0])
    except sqlite3.Error:
        return 0


def write_plain(path: Path, content: Iterator[bytes]) -> None:
    """Write a file that only its owner reads, durably."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in content:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def replace_file(new: Path, old: Path) -> None:
    """Put a database in the place of another, whose logs must not be played onto it."""
    for ending in BESIDE_A_FILE:
        old.with_name(old.name + ending).unlink(missing_ok=True)
    new.replace(old)


# -- a server ------------------------------------------------------------------------------------


def _form(cursor: Any) -> dict[str, Any]:
    """Tables with their columns, and the migrations that made them."""
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND is_generated = 'NEVER' "
        "ORDER BY table_name, ordinal_position"
    )
    tables: dict[str, list[str]] = {}
    for table, column in cursor.fetchall():
        tables.setdefault(table, []).append(column)
    done = MigrationRecorder.Migration._meta.db_table  # noqa: SLF001  # Django's documented name
    cursor.execute(f"SELECT app, name FROM {done} ORDER BY app, name")  # noqa: S608  # Django's table
    return {"tables": tables, "migrations": [list(row) for row in cursor.fetchall()]}


def _copy(table: str, columns: Sequence[str], way: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f'COPY "{table}" ({names}) {way}'


class _ServerSource:
    """The tables of a server in one snapshot."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def pieces(self) -> Iterator[Piece]:
        form, counts = _form(self._cursor), {}
        yield FORM, json.dumps(form).encode()
        for table, columns in form["tables"].items():
            with self._cursor.copy(_copy(table, columns, "TO STDOUT")) as rows:
                yield from ((TABLE + table, piece) for piece in _gathered(rows))
            counts[table] = self._cursor.rowcount
        yield COUNTS, json.dumps(counts).encode()

    def parts(self) -> list[str]:
        self._cursor.execute(_PARTS)
        return _named(self._cursor.fetchall())


def _gathered(rows: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    waiting = bytearray()
    for row in rows:
        waiting += row
        if len(waiting) >= _PIECE:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def leave_log_alone() -> None:
    """Let the tables of a drill stay out of the server's log, which archives and replicas follow.

    A table that another one points to can only follow the one that points.
    """
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        waiting = connection.introspection.table_names(cursor)
    while waiting:
        left = [table for table in waiting if not _is_unlogged(table)]
        if len(left) == len(waiting):
            raise BackupOfOtherFormError
        waiting = left


def _is_unlogged(table: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'ALTER TABLE "{table}" SET UNLOGGED')
    except DatabaseError:
        return False
    return True


def count_rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        counted = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608  # our own tables
            counted[table] = int(cursor.fetchone()[0])
    return counted


class _ServerTarget:
    """The tables of a server, emptied and filled in one transaction: all of it or nothing."""

    def __init__(self, ours: BaseDatabaseWrapper, cursor: Any) -> None:
        self._ours, self._cursor = ours, cursor
        self._before = self._size()
        self._form = _form(cursor)
        self._open: tuple[str, Any] | None = None
        self._counts: dict[str, int] = {}
        self._wanted: dict[str, int] | None = None

    def take(self, name: str, content: Iterator[bytes]) -> bool:
        if name == DATABASE:
            raise BackupOfOtherFormError
        if name == FORM:
            self._begin(json.loads(b"".join(content)))
        elif name == COUNTS:
            self._end_table()
            self._wanted = json.loads(b"".join(content))
        elif name.startswith(TABLE):
            self._fill(name.removeprefix(TABLE), content)
        else:
            return False
        return True

    def _begin(self, form: dict[str, Any]) -> None:
        if form != self._form:
            raise BackupOfOtherFormError
        tables = ", ".join(f'"{table}"' for table in form["tables"])
        self._cursor.execute(f"TRUNCATE {tables}")
        self._counts = dict.fromkeys(form["tables"], 0)

    def _fill(self, table: str, content: Iterator[bytes]) -> None:
        if self._open is None or self._open[0] != table:
            self._end_table()
            if table not in self._counts:
                raise BackupUnreadableError
            copying = self._cursor.copy(_copy(table, self._form["tables"][table], "FROM STDIN"))
            self._open = table, (copying, copying.__enter__())
        for chunk in content:
            self._open[1][1].write(chunk)

    def _end_table(self) -> None:
        if self._open is None:
            return
        table, (copying, _rows) = self._open
        copying.__exit__(None, None, None)
        self._counts[table], self._open = self._cursor.rowcount, None

    def _size(self) -> int:
        self._cursor.execute(ports.restores.get().how_many)
        return int(self._cursor.fetchone()[0])

    def settle(self, facts: BackupFacts, *, at: datetime) -> None:
        if self._wanted is None or self._wanted != self._counts:
            raise BackupUnreadableError
        set_counters(self._cursor)
        after = self._size()
        ports.restores.get().note_restore(facts, size_before=self._before, size_after=after, at=at)
        self._ours.commit()
