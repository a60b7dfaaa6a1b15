"""What must be true of the database and the object store before Callward serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from callward.kernel.errors import CallwardError
from callward.ops.errors import MoveUnfinishedError
from callward.ops.values import Finding, Start
from callward.vault import services as vault
from callward.vault.errors import (
    BucketMissingError,
    BucketVersionedError,
    ObjectStoreError,
    ObjectStoreKeyError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SERVER_FAULTS = {
    "database-away": "callward.E016",
    "database-untrusted": "callward.E017",
    "database-refused": "callward.E017",
    "database-missing": "callward.E018",
}


def server_lets_us_in(start: Start) -> Finding | None:
    """The database server answers, is the right one, knows our user and has our database."""
    chosen = start.folder.chosen.database
    if not chosen.on_postgresql:
        return None
    from callward.postgresql import faults  # noqa: PLC0415  # the default loads no psycopg

    try:
        faults.refuse_unreachable(chosen)
    except CallwardError as error:
        if name := _SERVER_FAULTS.get(error.code):
            return Finding(name=name, fact=error.fact % error.facts, mend=error.mend % error.facts)
        raise
    return None


_FULL, _ON = 2, 1
_FLUSHES = """
SELECT current_setting('fsync'), current_setting('full_page_writes'),
    current_setting('synchronous_commit')
"""


def database_forgets_and_keeps(start: Start) -> Finding | None:
    """SQLite overwrites what is deleted; either engine does not lose what is committed."""
    del start
    if connection.vendor == "sqlite":
        kept = _pragma("secure_delete") == _ON and _pragma("synchronous") >= _FULL
        mend = "Leave secure_delete=ON and synchronous=FULL in the settings."
    else:
        kept = _survives_a_crash()
        mend = "Let fsync, full_page_writes and synchronous_commit be on at the server."
    if kept:
        return None
    return Finding(
        name="callward.E010",
        fact="The database would keep deleted bytes, or lose committed ones.",
        mend=mend,
    )


def _survives_a_crash() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_FLUSHES)
        return "off" not in cursor.fetchone()


def _pragma(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return int(cursor.fetchone()[0])


def locks_are_taken_directly(start: Start) -> Finding | None:
    """N-3: no pooler stands where jobs listen and locks outlive a transaction."""
    chosen = start.folder.chosen.database
    if not chosen.on_postgresql:
        return None
    from callward.postgresql import direct  # noqa: PLC0415  # the default loads no psycopg

    if not direct.has_pooler(chosen):
        return None
    return Finding(
        name="callward.E015",
        fact="A pooler stands where locks are taken: two connections share one server process.",
        mend="Name the server itself with database.direct_host and database.direct_port.",
    )


_ORDER = """
SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database
WHERE datname = current_database()
"""
_BY_BYTES = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8"})


def lists_are_in_one_order(start: Start) -> Finding | None:
    """Lists and their pages follow the order of bytes, on either engine."""
    if not start.folder.chosen.database.on_postgresql:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_ORDER)
        encoding, order = cursor.fetchone()
    if encoding == "UTF8" and order in _BY_BYTES:
        return None
    return Finding(
        name="callward.E029",
        fact=f"The database is written in {encoding} and sorted by {order}.",
        mend="Make it anew: CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0.",
    )


_STORE_FAULTS: dict[type[ObjectStoreError], str] = {
    BucketVersionedError: "callward.E023",
    ObjectStoreKeyError: "callward.E024",
    BucketMissingError: "callward.E025",
}


def rows_lie_in_one_place(start: Start) -> Finding | None:
    """N-7: no move is under way, and no file with old rows is left beside a server."""
    if start.folder.move.exists():
        return Finding(
            name="callward.E033",
            fact=MoveUnfinishedError.fact,
            mend=MoveUnfinishedError.mend,
        )
    if start.folder.chosen.database.on_postgresql and start.folder.database.exists():
        return Finding(
            name="callward.E034",
            fact="PostgreSQL was chosen, and rows still lie in a file of the data folder.",
            mend="Take [database] out of callward.toml and run “callward database move”.",
        )
    return None


def objects_are_kept_well(start: Start) -> Finding | None:
    """N-4: the store knows our key and bucket, and keeps nothing that was deleted in it.

    One that is only away for now is waited for, and tells with every object whether it keeps it.
    """
    del start
    try:
        vault.examine_store()
    except ObjectStoreError as error:
        if name := _STORE_FAULTS.get(type(error)):
            return Finding(name=name, fact=error.fact, mend=error.mend)
    return None


def objects_lie_in_one_place(start: Start) -> Finding | None:
    """Where a bucket was chosen nothing is left behind in the folder, which nobody reads then."""
    chosen = start.folder.chosen.objects
    if not chosen.on_s3 or not vault.lies_in_folder(start.folder.objects):
        return None
    return Finding(
        name="callward.E026",
        fact="A bucket was chosen, and sealed recordings still lie in the data folder.",
        mend="Run “callward vault carry”.",
    )


_RIGHTS = """
SELECT pg_has_role('pg_checkpoint', 'usage') AND pg_has_role('pg_monitor', 'usage')
    AND has_function_privilege('pg_switch_wal()', 'execute'), current_setting('wal_recycle') = 'off'
"""


def deleted_rows_leave_the_server(start: Start) -> Finding | None:
    """N-8: the house may turn the log of its server, and the server reuses no old segment."""
    chosen = start.folder.chosen.database
    if not chosen.on_postgresql:
        return None
    from callward.postgresql import direct  # noqa: PLC0415  # the default loads no psycopg

    with direct.connect(chosen) as server:
        rights, unlinked = server.execute(_RIGHTS).fetchone() or (False, False)
    if not rights:
        return Finding(
            name="callward.E027",
            fact="The user of the database may not turn the log that keeps deleted rows.",
            mend=f"As its administrator, in this database: GRANT pg_checkpoint, pg_monitor TO "
            f'"{chosen.user}"; GRANT EXECUTE ON FUNCTION pg_switch_wal() TO "{chosen.user}";',
        )
    if not unlinked:
        return Finding(
            name="callward.E028",
            fact="The server keeps old segments of its log, with deleted rows in them, for reuse.",
            mend="As its administrator: ALTER SYSTEM SET wal_recycle = off; "
            "SELECT pg_reload_conf();",
        )
    return None


ENGINE_CHECKS: tuple[Callable[[Start], Finding | None], ...] = (
    database_forgets_and_keeps,
    objects_are_kept_well,
    objects_lie_in_one_place,
    lists_are_in_one_order,
    locks_are_taken_directly,
    deleted_rows_leave_the_server,
)
