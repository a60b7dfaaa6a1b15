"""The engine that a test run stands on, and a database of its own for every data folder.

`scripts/test --database postgresql` starts one server for the run (`build.on_postgresql`) and
names its socket in TESTS_ON_POSTGRESQL; without it every folder keeps its rows in its own file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import time
import tomllib
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from callward.deployment import FILE, VARIABLE
from callward.ops.demo.database_server import USER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NAMED = "TESTS_ON_POSTGRESQL"
SOCKET = os.environ.get(NAMED, "")
ON_POSTGRESQL = bool(SOCKET)
OURS = "CALLWARD_DATABASE_"  # by which the tests' own process finds the server
ON_FILES_ONLY = pytest.mark.skipif(
    ON_POSTGRESQL, reason="looks into the files of SQLite; its PostgreSQL form is another test"
)
_EMPTY = "template1"  # where our user has the rights that a house needs
_TEMPLATE_BUSY_SECONDS = 20.0


def house_on_engine(folder: Path) -> None:
    """Give a data folder its own database; a copied folder gets a copy of the other's rows."""
    told, name = folder / FILE, _name_of(folder)
    if not ON_POSTGRESQL or _is_anothers(told):
        return
    template = _database_in(told)
    with _one_at_a_time():
        if template == name:
            return
        if template or not _is_there(name):
            _make(name, template=template or _EMPTY)
        _tell(folder, name, _chosen_in(told))


def _is_anothers(told: Path) -> bool:
    """Whether a folder says by itself where its rows lie, or something that nobody can read."""
    try:
        return bool(_database_in(told)) and SOCKET not in told.read_text()
    except tomllib.TOMLDecodeError:
        return True


def choose(folder: Path, sections: str) -> None:
    """Let a house choose these sections, and its database as before."""
    if ON_POSTGRESQL:
        house_on_engine(folder)
        _tell(folder, _name_of(folder), sections)
    else:
        (folder / FILE).write_text(sections)


def _tell(folder: Path, name: str, sections: str) -> None:
    told = folder / FILE
    lines = (f'{key} = "{value}"\n' for key, value in _address(name).items())
    told.write_text(f"[database]\n{''.join(lines)}{sections}")
    told.chmod(0o600)


def _address(name: str) -> dict[str, str]:
    return {"engine": "postgresql", "host": SOCKET, "name": name, "user": USER}


def _chosen_in(told: Path) -> str:
    """What a house chose besides its database."""
    sections = re.split(r"^(?=\[)", told.read_text() if told.is_file() else "", flags=re.MULTILINE)
    return "".join(section for section in sections if not section.startswith("[database]"))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with open(f"{SOCKET}/../houses.lock", "a") as lock:  # noqa: PTH123  # two programs of one folder
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def environment_on_engine(environment: Mapping[str, str]) -> dict[str, str]:
    """What a program is started with: its folder says which database it has.

    A folder that is not there yet stays so; until the program makes it the environment says it.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith(OURS)}
    if not ON_POSTGRESQL or not (named := environment.get(VARIABLE)):
        return kept
    if (folder := Path(named)).exists():
        house_on_engine(folder)
        return kept
    with _one_at_a_time():
        _make(_name_of(folder), template=_EMPTY)
    told = _address(_name_of(folder))
    return kept | {OURS + key.upper(): value for key, value in told.items()}


@contextmanager
def rows_in(folder: Path) -> Iterator[Any]:
    """A connection to the rows of a data folder: `.execute(...)`, as both engines have it."""
    if not ON_POSTGRESQL:
        with closing(sqlite3.connect(folder / "db" / "callward.sqlite3")) as file, file:
            yield file
        return
    name = _database_in(folder / FILE)
    with psycopg.connect(host=SOCKET, user=USER, dbname=name) as connection:
        yield connection


def copy_rows(folder: Path, to: Path) -> None:
    """Copy the rows aside, as a hand does that knows nothing of backups; `to` names the copy."""
    if ON_POSTGRESQL:
        _make(_name_of(to), template=_database_in(folder / FILE))
        return
    shutil.copy(_file_of(folder), to)


def put_rows(folder: Path, copy: Path) -> None:
    """Let rows that were copied aside stand in the house again."""
    if ON_POSTGRESQL:
        _make(_database_in(folder / FILE), template=_name_of(copy))
        return
    file = _file_of(folder)
    for path in file.parent.glob("callward.sqlite3*"):
        path.unlink()
    shutil.copy(copy, file)


def _file_of(folder: Path) -> Path:
    database = folder / "callward.sqlite3"  # of a house that has nothing but a vault
    return database if database.exists() else folder / "db" / "callward.sqlite3"


def files_of(folder: Path) -> list[Path]:
    """Every file of a house: those of its folder, and where its server keeps its tables."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    if not ON_POSTGRESQL or not (name := _database_in(folder / FILE)):
        return found
    with psycopg.connect(host=SOCKET, user=USER, dbname=name, autocommit=True) as server:
        server.execute("CHECKPOINT")  # until then they lie in the memory of the server
        row = server.execute(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    tables = Path(SOCKET).parent / "cluster" / "base" / str(row[0])
    return found + [path for path in tables.iterdir() if path.is_file()]


def holding(folder: Path, words: Iterable[bytes]) -> list[Path]:
    """The files of a house in which any of these bytes stand."""
    wanted = list(words)
    return [path for path in files_of(folder) if _holds(path, wanted)]


def _holds(path: Path, words: Iterable[bytes]) -> bool:
    whole = path.read_bytes()
    return any(word in whole for word in words)


def everything_in(connection: Any) -> str:
    """All rows of Django's connection as text, bytes in hexadecimal."""
    if connection.vendor == "sqlite":
        return "\n".join(connection.connection.iterdump())
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [_text(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


LARGE = ("seqscan", "bitmapscan", "sort")


def plan_of(connection: Any, question: str, *, without: Iterable[str] = LARGE) -> str:
    """How the engine answers; PostgreSQL is asked as if its tables were large.

    Without "indexscan" as well only the index itself is left.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + question)
            return " ".join(row[3] for row in cursor.fetchall())
        for way in without:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("EXPLAIN " + question)
        return "\n".join(row[0] for row in cursor.fetchall())


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return f"{bytes(value).hex()} {bytes(value).hex().upper()}"
    return str(value)


def tables_in(connection: Any) -> list[str]:
    """The names of all tables of the rows."""
    question = "SELECT name FROM sqlite_master WHERE type = 'table'"
    if ON_POSTGRESQL:
        question = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return sorted(name for (name,) in connection.execute(question).fetchall())


def _name_of(folder: Path) -> str:
    return "h_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:20]


def _database_in(told: Path) -> str:
    if not told.is_file():
        return ""
    return str(tomllib.loads(told.read_text()).get("database", {}).get("name", ""))


def _is_there(name: str) -> bool:
    with psycopg.connect(host=SOCKET, user=USER, dbname="postgres") as server:
        known = "SELECT FROM pg_database WHERE datname = %s"
        return server.execute(known, [name]).fetchone() is not None


def _make(name: str, *, template: str) -> None:
    until = time.monotonic() + _TEMPLATE_BUSY_SECONDS
    with psycopg.connect(host=SOCKET, user=USER, dbname="postgres", autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        while True:
            try:
                server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
            except psycopg.errors.ObjectInUse:  # a killed program's connection is still closing
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return


def databases() -> list[str]:
    """The names of the databases of the server of this run."""
    with psycopg.connect(host=SOCKET, user=USER, dbname="postgres") as server:
        return [name for (name,) in server.execute("SELECT datname FROM pg_database").fetchall()]
