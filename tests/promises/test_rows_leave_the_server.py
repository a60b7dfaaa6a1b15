"""“Destroyed without possibility of recovery” on PostgreSQL: looked for wherever a server keeps it.

A server of its own, with an archive of its log, a base backup and a replica, all as files here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from build.crashing import Steps
from callward.deployment import FILE
from callward.ops.demo.database_server import ARCHIVE, DatabaseServer
from callward.ops.demo.local_server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINES = ("fsync = off", "autovacuum = off", *ARCHIVE)
_HOUSE = Steps("retention_crash")


def step(top: Path, name: str) -> dict[str, Any]:
    done = _HOUSE.step(top, name)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def server() -> Iterator[DatabaseServer]:
    with DatabaseServer(lines=LINES, segment_megabytes=16) as running:
        running.new_database("house")
        yield running


@pytest.fixture
def replica(server: DatabaseServer) -> Iterator[DatabaseServer]:
    with server.standby() as following:
        yield following


def holding(folder: Path, marks: dict[str, bytes]) -> set[str]:
    """Which marks stand in the files of a folder."""
    wholes = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {name for name, mark in marks.items() if any(mark in whole for whole in wholes)}


def settle(server: DatabaseServer) -> None:
    """What a server does by itself within its five minutes."""
    server.ask("CHECKPOINT")


@pytest.mark.slow
@pytest.mark.req("K-07", "D-03", "N-8")
def test_deleted_rows_leave_tables_log_and_replica_and_lie_in_copies_until_these_die(
    server, replica, tmp_path
):
    (tmp_path / FILE).write_text(server.settings("house"))
    told = step(tmp_path, "prepare-calls")
    marks = {name: bytes.fromhex(text) for name, text in told["marks"].items()}
    server.ask("CHECKPOINT")
    base = server.folder / "base-backup"
    server.program("pg_basebackup", "-h", str(server.socket), "-D", str(base), "-c", "fast")
    assert holding(server.cluster / "base", marks) == set(marks), "found while it is kept"

    left = step(tmp_path, "dispose-calls")

    assert left["run"][0] == "clean"
    settle(server)
    assert holding(server.cluster / "base", marks) == set()
    tail = server.ask("SELECT pg_current_wal_lsn()")
    followed = f"SELECT pg_last_wal_replay_lsn() >= '{tail}'"
    assert wait_until(lambda: replica.ask(followed) == "t")

    def log_is_free() -> bool:
        for one in (server, replica):
            settle(one)
        return not any(holding(one.cluster, marks) for one in (server, replica))

    assert wait_until(log_is_free), [
        (one.cluster.name, holding(one.cluster, marks)) for one in (server, replica)
    ]
    # Copies made before keep the rows for as long as they stand; that is what `final_after` says.
    assert holding(base, marks) == set(marks)
    assert holding(server.archive, marks)
