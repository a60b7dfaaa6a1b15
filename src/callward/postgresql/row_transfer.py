"""Rows carried from an SQLite file to a server in slices, each with its sum, and compared (N-7)."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from callward.postgresql.errors import (
    DatabaseInUseError,
    RowsDifferError,
    RowUnmovableError,
    TablesDifferError,
)
from callward.postgresql.row_texts import NotSuchATextError, of_file, of_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import psycopg

    Server = psycopg.Connection[Any]

SLICE = 5_000
_SUMS_TO = 1 << 256
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"
_COLUMNS = """
SELECT table_name, column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' ORDER BY table_name, ordinal_position
"""
_REFERENCES = """
SELECT child.relname, parent.relname FROM pg_constraint
JOIN pg_class child ON child.oid = conrelid JOIN pg_class parent ON parent.oid = confrelid
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""
_IN_USE = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')"
_BEGUN = "SELECT to_regclass('callward_move.progress') IS NOT NULL"
_BEGIN = """
CREATE SCHEMA callward_move;
CREATE TABLE callward_move.move (id text);
CREATE TABLE callward_move.progress (name text PRIMARY KEY, last bigint, rows bigint, sum text)
"""
_EVERY = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
_PROGRESS = "SELECT name, last, rows, sum FROM callward_move.progress"
_FIRST = "INSERT INTO callward_move.progress VALUES (%s, %s, 0, '0')"
_STEP = "UPDATE callward_move.progress SET last = %s, rows = %s, sum = %s WHERE name = %s"
_COUNTERS = """
SELECT format('SELECT setval(%L, coalesce(max(%I), 1), max(%I) IS NOT NULL) FROM %I',
    pg_get_serial_sequence(quote_ident(table_name), column_name), column_name, column_name,
    table_name)
FROM information_schema.columns WHERE table_schema = 'public' AND is_identity = 'YES'
"""
_BEFORE_ALL = -(2**63)


def begin(server: Server, move: str) -> None:
    """Claim an empty database for one move, or go on with that; raises DatabaseInUseError."""
    with server.transaction():
        found = _move_in(server)
        if found == move:
            return
        if found is not None or _one(server, _IN_USE):
            raise DatabaseInUseError
        server.execute(_BEGIN)
        server.execute("INSERT INTO callward_move.move VALUES (%s)", [move])


def _move_in(server: Server) -> str | None:
    """The move that claimed a database, if any did."""
    if not _one(server, _BEGUN):
        return None
    return str(_one(server, "SELECT id FROM callward_move.move"))


def is_filling(server: Server) -> bool:
    """Whether rows went into the tables already, which stand as they shall then."""
    return bool(_one(server, "SELECT EXISTS (SELECT FROM callward_move.progress)"))


def abandon(server: Server, move: str) -> None:
    """Drop everything that a move brought into its database, and nothing of anybody else."""
    if _move_in(server) != move:
        return
    with server.transaction():
        for (table,) in server.execute(_EVERY).fetchall():
            server.execute(f"DROP TABLE {table} CASCADE".encode())
        server.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
        server.execute("DROP SCHEMA callward_move CASCADE")


def end(server: Server) -> None:
    """Forget how a finished move went."""
    server.execute("DROP SCHEMA IF EXISTS callward_move CASCADE")


def set_counters(cursor: Any) -> None:
    """Let the counter of each table go on behind its last row."""
    cursor.execute(_COUNTERS)
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


def _one(server: Server, question: str) -> Any:
    row = server.execute(question.encode()).fetchone()
    return row[0] if row else None


@contextmanager
def transfer(file: Path, server: Server) -> Iterator[RowTransfer]:
    """Read a file that nobody writes now, to carry its rows."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as rows:
        yield RowTransfer(rows, server)


@dataclass(slots=True)
class Carried:
    """How much of a table is on the server: its last row there, their number and their sum."""

    last: int = _BEFORE_ALL
    rows: int = 0
    total: int = 0

    def add(self, values: Sequence[str | None]) -> None:
        """Count one more row; rows are added up, so their order does not matter."""
        said = "\x1f".join("\x00" if value is None else value for value in values)
        self.rows += 1
        self.total = (self.total + int.from_bytes(sha256(said.encode()).digest())) % _SUMS_TO


class RowTransfer:
    """Carries every row of a file to the tables that stand ready on a server.

    What a slice brought and that it did so are one transaction, so whoever begins again after a
    crash goes on behind the last whole slice. Nothing else writes on either side meanwhile.
    """

    def __init__(self, file: sqlite3.Connection, server: Server) -> None:
        self._file, self._server = file, server
        server.execute("SET timezone = 'UTC'")
        server.execute("SET datestyle = 'ISO'")
        self._columns: dict[str, dict[str, str]] = {}
        for table, column, kind in server.execute(_COLUMNS).fetchall():
            self._columns.setdefault(table, {})[column] = kind
        self._require_same_tables()

    def _require_same_tables(self) -> None:
        here = {name for (name,) in self._file.execute(_TABLES).fetchall()}
        for table in sorted(here | self._columns.keys()):
            known = self._file.execute(f'PRAGMA table_info("{table}")').fetchall()
            if {row[1] for row in known} != self._columns.get(table, {}).keys():
                raise TablesDifferError(table=table)

    def carry(self, progress: Callable[[int, int], None]) -> dict[str, Carried]:
        """Carry what is not there yet, and say how much it is; raises RowUnmovableError."""
        known = self._progress() or self._emptied()
        every = sum(map(self._counted, self._columns))
        for table in self._in_order():
            while self._slice(table, known[table]):
                progress(sum(one.rows for one in known.values()), every)
        with self._server.transaction(), self._server.cursor() as cursor:
            set_counters(cursor)
        return known

    def _progress(self) -> dict[str, Carried]:
        rows = self._server.execute(_PROGRESS).fetchall()
        return {name: Carried(last, count, int(total, 16)) for name, last, count, total in rows}

    def _emptied(self) -> dict[str, Carried]:
        """What making the tables wrote into them goes; the file has it too."""
        with self._server.transaction(), self._server.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(map(_quoted, self._columns))}".encode())
            cursor.executemany(_FIRST, [(table, _BEFORE_ALL) for table in self._columns])
        return self._progress()

    def _in_order(self) -> list[str]:
        """Tables after those that they refer to."""
        graph: dict[str, set[str]] = {table: set() for table in self._columns}
        for child, parent in self._server.execute(_REFERENCES).fetchall():
            if child != parent:
                graph[child].add(parent)
        return list(TopologicalSorter(graph).static_order())

    def _counted(self, table: str) -> int:
        question = f"SELECT count(*) FROM {_quoted(table)}"  # noqa: S608  # a table of ours
        return int(self._file.execute(question).fetchone()[0])

    def _slice(self, table: str, carried: Carried) -> bool:
        """Carry one slice; False where none is left."""
        names = ", ".join(map(_quoted, self._columns[table]))
        question = (
            f"SELECT rowid, {names} FROM {_quoted(table)} "  # noqa: S608  # a table of ours
            "WHERE rowid > ? ORDER BY rowid LIMIT ?"
        )
        rows = self._file.execute(question, [carried.last, SLICE]).fetchall()
        if not rows:
            return False
        with self._server.transaction(), self._server.cursor() as cursor:
            with cursor.copy(f"COPY {_quoted(table)} ({names}) FROM STDIN".encode()) as copying:
                for row in rows:
                    values = self._texts(table, row)
                    carried.add(values)
                    copying.write_row(values)
            carried.last = rows[-1][0]
            cursor.execute(_STEP, [carried.last, carried.rows, f"{carried.total:x}", table])
        return True

    def _texts(self, table: str, row: tuple[Any, ...]) -> list[str | None]:
        values = []
        for (column, kind), value in zip(self._columns[table].items(), row[1:], strict=True):
            try:
                values.append(of_file(kind, value))
            except NotSuchATextError:
                raise RowUnmovableError(row=row[0], table=table, column=column) from None
        return values

    def compare(self, carried: Mapping[str, Carried]) -> int:
        """Read every row back and tell how many there are; raises RowsDifferError."""
        for table, wanted in carried.items():
            found = self._read_back(table)
            same = (found.rows, found.total) == (wanted.rows, wanted.total)
            if not same or wanted.rows != self._counted(table):
                raise RowsDifferError(table=table)
        return sum(one.rows for one in carried.values())

    def _read_back(self, table: str) -> Carried:
        found, kinds = Carried(), list(self._columns[table].values())
        names = ", ".join(map(_quoted, self._columns[table]))
        with (
            self._server.cursor() as cursor,
            cursor.copy(f"COPY {_quoted(table)} ({names}) TO STDOUT".encode()) as rows,
        ):
            for row in rows.rows():
                found.add([of_server(*pair) for pair in zip(kinds, row, strict=True)])
        return found


def _quoted(name: str) -> str:
    return f'"{name}"'
