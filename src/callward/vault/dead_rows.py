"""What a database still holds of rows that were deleted, and how those bytes are let go."""

from __future__ import annotations

import logging
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import DatabaseError, connection

from callward import deployment
from callward.holdings import DECLARED
from callward.kernel import clock
from callward.vault.models import RewrittenTable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_log = logging.getLogger(__name__)

# A table up to this size is written anew at once; nobody notices. Larger ones wait for the night.
SMALL_BYTES = 32 << 20
_PATIENCE, _BETWEEN_TURNS = 5.0, 0.05  # seconds for all tables of one run
# "N dead row versions cannot be removed yet", in whatever language the server speaks
_FIRST_NUMBER = re.compile(r"\d+")
_TURN_WAIT = "SET lock_timeout = '3s'"  # a table that somebody reads for long is tried again later
# Deleted rows of every table, and changed ones of those that hold something of a person; the start
# of the server, because a crash forgets the counts.
_MARKS = """
SELECT s.relname, pg_total_relation_size(s.relid),
    pg_postmaster_start_time()::text || '/' || (s.n_tup_del + CASE WHEN s.relname = ANY(%s)
    THEN s.n_tup_upd ELSE 0 END)::text
FROM pg_stat_user_tables s WHERE s.schemaname = 'public' ORDER BY 2
"""
_LOG_SINCE = "SELECT min(modification) FROM pg_ls_waldir()"
_READERS_SINCE = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE backend_xmin IS NOT NULL AND pid <> pg_backend_pid()
"""
_PREPARED_SINCE = "SELECT min(prepared) FROM pg_prepared_xacts"
_REPLICA_SINCE = "SELECT min(now() - replay_lag) FROM pg_stat_replication WHERE replay_lag > '0'"
_SLOTS = "SELECT count(*) FROM pg_replication_slots WHERE NOT active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lingering:
    """A place that may still hold rows deleted after an instant; None: for as long as it stands."""

    place: str
    since: datetime | None

    def __str__(self) -> str:
        return f"{self.place} since {self.since.isoformat()}" if self.since else self.place


def let_rows_go(*, however_large: bool = False) -> None:
    """Let the bytes of deleted rows go: from a file at once, on a server with tables and log.

    A server keeps them in free space until a table is written anew, and in its log until that
    turns. Within a transaction nothing is done; the next run does it.
    """
    empty_file_log()
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        return
    with _server() as server:
        if done := _rewrite(server, however_large=however_large):
            _turn_log(server)
            # Last: who is killed before writes them anew again, and turns the log again.
            RewrittenTable.objects.bulk_create(
                done, update_conflicts=True, unique_fields=["table"], update_fields=["mark"]
            )


def empty_file_log() -> None:
    """Empty the log beside a database file, where deleted rows would otherwise stay readable."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError:
        # A reader is in the way; the database holds no key, so the next run may empty it.
        return


@contextmanager
def _server() -> Iterator[Any]:
    """The server of the rows, by a connection that no pooler shares and no transaction holds."""
    from callward.postgresql import direct  # noqa: PLC0415  # the default loads no psycopg

    with connection.cursor() as cursor:  # what this connection deleted is counted now
        cursor.execute("SELECT pg_stat_force_next_flush()")
    name = str(connection.settings_dict["NAME"])
    with direct.connect(deployment.chosen().database, name=name) as server:
        server.execute(_TURN_WAIT)
        yield server


def _rewrite(server: Any, *, however_large: bool) -> list[RewrittenTable]:
    """Write anew each touched table, smallest first, and tell which."""
    done, until = [], clock.stopwatch() + _PATIENCE
    for table, size, mark in _touched(server):
        if size > SMALL_BYTES and not however_large:
            continue
        if _write_anew(server, table, until=until):
            done.append(RewrittenTable(table=table, mark=mark))
        else:
            _log.warning("a table in use is written anew later", extra={"table": table})
    return done


def _write_anew(server: Any, table: str, *, until: float) -> bool:
    """Whether a table is without its deleted rows now.

    A transaction anywhere on the server that began before they were deleted holds them back.
    """
    from psycopg import errors  # noqa: PLC0415  # the default loads no psycopg

    held: list[int] = []

    def note(said: Any) -> None:
        held.extend(int(number) for number in _FIRST_NUMBER.findall(said.message_detail or "")[:1])

    server.add_notice_handler(note)
    try:
        while True:
            held.clear()
            server.execute(f'VACUUM (FULL, VERBOSE) "{table}"'.encode())
            if not any(held):
                return True
            if clock.stopwatch() > until:
                return False
            time.sleep(_BETWEEN_TURNS)
    except errors.LockNotAvailable:
        return False
    finally:
        server.remove_notice_handler(note)


def _touched(server: Any) -> list[tuple[str, int, str]]:
    """The tables of which rows were deleted since they were written anew: name, size and mark."""
    known = dict(RewrittenTable.objects.values_list("table", "mark"))
    own = RewrittenTable._meta.db_table  # noqa: SLF001  # Django's documented name
    personal = [m._meta.db_table for m in apps.get_models() if m in DECLARED]  # noqa: SLF001  # as above
    found: list[tuple[str, int, str]] = server.execute(_MARKS, [personal]).fetchall()
    return [row for row in found if row[0] != own and known.get(row[0]) != row[2]]


def _turn_log(server: Any) -> None:
    """Begin a new segment of the server's log and drop those that are over."""
    from psycopg import errors  # noqa: PLC0415  # the default loads no psycopg

    try:
        server.execute("SELECT pg_switch_wal()")
        server.execute("CHECKPOINT")
    except errors.InsufficientPrivilege:
        _log.warning("the user of the database may not turn the log")


def lingering() -> tuple[Lingering, ...]:
    """Where rows that were deleted may still lie on the server, measured now (N-8)."""
    if connection.vendor == "sqlite":
        return ()
    with _server() as server:
        waits = _touched(server)
        found = [Lingering(place=f"table {table}", since=None) for table, _size, _mark in waits]
        for place, question in (
            ("log", _LOG_SINCE),
            ("reader", _READERS_SINCE),
            ("prepared transaction", _PREPARED_SINCE),
            ("replica", _REPLICA_SINCE),
        ):
            since = server.execute(question.encode()).fetchone()[0]
            if since is not None:
                found.append(Lingering(place=place, since=since))
        if server.execute(_SLOTS.encode()).fetchone()[0]:
            found.append(Lingering(place="replication slot", since=None))
    return tuple(found)
