"""The engines that a bench lets a house stand on, in the same run and on the same disk."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from callward.deployment import FILE
from callward.ops.demo.database_server import DatabaseServer
from callward.ops.demo.object_store_server import ObjectStoreServer

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator
    from pathlib import Path

SQLITE, POSTGRESQL = "sqlite", "postgresql"
# As Debian starts it, but for segments of the usual size and a log that may grow between them.
_LINES = ("max_wal_size = 4GB",)
_QUICK = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off", "max_wal_size": "8GB"}


def add_database(parser: ArgumentParser) -> None:
    """Let the bench be asked on which engine the rows lie."""
    parser.add_argument("--database", choices=[SQLITE, POSTGRESQL], default=SQLITE)


@contextmanager
def rows_on(database: str, folder: Path) -> Iterator[DatabaseServer | None]:
    """Let the house that is going to be made in a folder keep its rows on an engine."""
    if database == SQLITE:
        yield None
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a bench out of time ends its server too
    with DatabaseServer(lines=_LINES, segment_megabytes=16) as server:
        server.new_database("callward")
        _choose(folder, server.settings("callward"))
        yield server


@contextmanager
def everything_on_servers(folder: Path) -> Iterator[None]:
    """Let the house of a folder keep its rows on PostgreSQL and its recordings in SeaweedFS."""
    with rows_on(POSTGRESQL, folder) as server, ObjectStoreServer() as store:
        assert server is not None
        _choose(folder, server.settings("callward") + store.settings(store.bucket()))
        yield


def _choose(folder: Path, sections: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(sections)


@contextmanager
def quickly(server: DatabaseServer | None) -> Iterator[None]:
    """Fill without waiting for the disk; afterwards every row is durable and counted."""
    from django.db import connection  # noqa: PLC0415  # after Django

    with connection.cursor() as cursor:
        if server is None:
            cursor.execute("PRAGMA synchronous=OFF")
            yield
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        for name, value in _QUICK.items():
            server.ask(f"ALTER SYSTEM SET {name} = '{value}'")
        server.ask("SELECT pg_reload_conf()")
        # Every row leans on one that is there; asking for each would be most of the time.
        server.ask("GRANT SET ON PARAMETER session_replication_role TO callward")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        yield
        cursor.execute("RESET session_replication_role")
        cursor.execute("RESET maintenance_work_mem")
        server.ask("ALTER SYSTEM RESET ALL")
        server.ask("SELECT pg_reload_conf()")
        server.ask("VACUUM (ANALYZE)", database="callward")  # as it would have done on its way
        server.ask("CHECKPOINT")
