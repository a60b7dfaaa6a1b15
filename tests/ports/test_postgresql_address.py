"""On PostgreSQL one transaction writes at a time, and a pooler is known where locks are taken."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from callward.config.database_settings import database_settings
from callward.deployment import FILE, read, values
from callward.ops import web_server
from callward.ops.demo.database_server import OWNER, USER, DatabaseServer
from callward.postgresql import base, direct

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.plugin import DjangoDbBlocker

    from callward.deployment.values import Database

POOLER_PORT = 6432
POOLER = """
[databases]
* = host={socket} user={user}
[pgbouncer]
listen_addr =
unix_socket_dir = {socket}
listen_port = {port}
auth_type = any
pool_mode = {mode}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[DatabaseServer]:
    with DatabaseServer(lines=["fsync = off"]) as running:
        running.new_database("house")
        yield running


@pytest.fixture
def house(server: DatabaseServer, tmp_path: Path) -> Path:
    (tmp_path / FILE).write_text(server.settings("house"))
    return tmp_path


@contextmanager
def pooler(server: DatabaseServer, mode: str) -> Iterator[None]:
    words = POOLER.format(socket=server.socket, user=USER, port=POOLER_PORT, mode=mode)
    told = server.folder / "pooler.ini"
    told.write_text(words)
    told.chmod(0o644)
    running = subprocess.Popen(["pgbouncer", "-q", *_as(server), str(told)])
    try:
        until = time.monotonic() + 20
        while not (server.socket / f".s.PGSQL.{POOLER_PORT}").exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        yield
    finally:
        running.kill()
        running.wait()
        (server.socket / f".s.PGSQL.{POOLER_PORT}").unlink()


def _as(server: DatabaseServer) -> list[str]:
    return ["-u", OWNER] if server.folder.owner() == OWNER else []


def through(house: Path, **more: str) -> Database:
    return read(
        house, {f"CALLWARD_DATABASE_{name}": value for name, value in more.items()}
    ).database


def test_the_server_itself_is_no_pooler(house: Path) -> None:
    assert not direct.has_pooler(through(house))


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_is_known_where_locks_are_taken(
    server: DatabaseServer, house: Path, mode: str
) -> None:
    with pooler(server, mode):
        pooled = {"PORT": str(POOLER_PORT)}
        assert direct.has_pooler(through(house, **pooled))
        beside = through(house, **pooled, DIRECT_PORT="5432")
        assert not direct.has_pooler(beside)


@pytest.fixture
def two(house: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[ConnectionHandler]:
    """Connections of two threads to one database, as pages and workers have them."""
    handler = ConnectionHandler({"default": database_settings(through(house), house / "unused")})
    with django_db_blocker.unblock():
        yield handler
        handler["default"].close()
        handler["default"].close_pool()


@contextmanager
def _writing(ours: base.DatabaseWrapper) -> Iterator[None]:
    ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        yield
    finally:
        ours.rollback()
        ours.set_autocommit(True)


def test_who_writes_is_alone_and_who_only_asks_never_waits(
    two: ConnectionHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "WAIT_MILLISECONDS", 200)
    began, ended, found = threading.Event(), threading.Event(), []

    def beside() -> None:
        with _writing(two["default"]):
            began.set()
            assert ended.wait(20)
        two["default"].close()

    thread = threading.Thread(target=beside)
    thread.start()
    assert began.wait(20)
    ours = two["default"]
    with ours.cursor() as cursor:
        cursor.execute("SELECT 1")
        found.append(cursor.fetchone())
    with pytest.raises(OperationalError), _writing(ours):
        pytest.fail("two wrote at once")
    assert ours.get_autocommit()
    ended.set()
    thread.join()
    with _writing(ours):
        found.append("our turn")
    assert found == [(1,), "our turn"]


@pytest.mark.parametrize(
    ("host", "direct_host", "tls"),
    [
        ("127.0.0.1", "db.example", "verify-full"),
        ("db.example", "127.0.0.1", "prefer"),
        ("/run/postgresql", "", "prefer"),
        ("db.example", "", "verify-full"),
    ],
)
def test_a_password_never_crosses_a_network_unverified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, direct_host: str, tls: str
) -> None:
    monkeypatch.setattr(values, "_require_certificates", lambda _file: None)
    names = {"HOST": host, "DIRECT_HOST": direct_host, "ENGINE": "postgresql", "CA": "ca.crt"}
    assert direct.address(through(tmp_path, **names))["sslmode"] == tls


def test_the_web_program_forks_without_a_connection_that_two_would_share(
    two: ConnectionHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = two["default"]
    with ours.cursor() as cursor:
        cursor.execute("SELECT 1")
    monkeypatch.setattr(web_server, "connections", two)
    pool = ours.pool
    web_server.leave_no_connection()
    assert ours.connection is None
    assert pool.closed, "its threads would not live on in a child"


def test_who_waits_for_a_connection_of_a_busy_pool_gets_the_next_one(
    house: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    """A server that is away is noticed much sooner; one that is only busy is waited for."""
    told = database_settings(through(house, POOL="1"), house / "unused")
    told["OPTIONS"]["pool"]["timeout"] = 0.3
    handler, found = ConnectionHandler({"default": told}), []

    def beside() -> None:
        with handler["default"].cursor() as cursor:
            cursor.execute("SELECT 'ours'")
            found.append(cursor.fetchone())
        handler["default"].close()

    with django_db_blocker.unblock():
        handler["default"].ensure_connection()
        thread = threading.Thread(target=beside)
        thread.start()
        time.sleep(1)
        assert not found
        handler["default"].close()
        thread.join(20)
        handler["default"].close_pool()
    assert found == [("ours",)]
