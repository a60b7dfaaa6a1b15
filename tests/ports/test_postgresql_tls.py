"""A server afar is spoken to only when the chosen authority vouches for it under its own name."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db.utils import ConnectionHandler
from sqlalchemy import NullPool, create_engine, exc, text

from callward.config.database_settings import database_settings
from callward.deployment import FILE, read
from callward.ops.demo.database_server import USER, DatabaseServer
from callward.postgresql import direct, faults
from callward.postgresql.errors import ServerUntrustedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from callward.deployment.values import Database

# Addresses of this machine that no other server takes, and that are not “localhost”.
_OURS = f"{os.getpid() // 250 % 250}.{2 + os.getpid() % 250}"
_NET = 1 + os.getpid() // 62_500 % 120
NAMED, UNNAMED = f"127.{_NET}.{_OURS}", f"127.{_NET + 120}.{_OURS}"
NEW = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
CIPHERED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
UNTRUSTED = "certificate verify failed|does not match host name"


def make_authority(folder: Path, name: str) -> None:
    files = ["-keyout", f"{name}.key", "-out", f"{name}.crt"]
    subprocess.run(
        [*NEW, "-subj", f"/CN={name}", *files], cwd=folder, check=True, stderr=subprocess.DEVNULL
    )


def certify_server(folder: Path) -> None:
    words = ["-subj", "/CN=server", "-addext", f"subjectAltName=IP:{NAMED}"]
    words += ["-addext", "basicConstraints=critical,CA:FALSE", "-CA", "ours.crt"]
    files = ["-CAkey", "ours.key", "-keyout", "server.key", "-out", "server.crt"]
    subprocess.run([*NEW, *words, *files], cwd=folder, check=True, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_authority(folder, "ours")
    make_authority(folder, "another")
    certify_server(folder)
    return folder


@pytest.fixture(scope="module", autouse=True)
def server(certificates: Path) -> Iterator[DatabaseServer]:
    running = DatabaseServer(lines=["fsync = off", f"listen_addresses = '{NAMED},{UNNAMED}'"])
    running.make()
    for name in ("server.key", "server.crt"):
        place = running.cluster / name
        shutil.copy(certificates / name, place)
        place.chmod(0o600)
        shutil.chown(place, running.cluster.owner())
    running.configure("ssl = on")
    with (running.cluster / "pg_hba.conf").open("a") as rules:
        rules.write(f"hostssl all {USER} 127.0.0.0/8 trust\n")
    with running:
        running.new_database("house")
        yield running


def chosen(house: Path, ca: Path, *, host: str = NAMED) -> Database:
    told = f'[database]\nengine = "postgresql"\nhost = "{host}"\nname = "house"\nca = "{ca}"\n'
    (house / FILE).write_text(told)
    return read(house, {}).database


def ask_as_jobs(database: Database) -> object:
    with create_engine(direct.url(database), poolclass=NullPool).connect() as server:
        return server.execute(text(CIPHERED)).scalar()


def ask_directly(database: Database) -> object:
    with direct.connect(database) as server:
        return server.execute(CIPHERED).fetchone()[0]


def ask_as_pages(database: Database) -> object:
    told = database_settings(database, database.ca)
    told["OPTIONS"]["pool"]["timeout"] = 2.0
    # Pools are shared by name, and the tests of a run on PostgreSQL have one of their own.
    connection = ConnectionHandler({"default": {}, "over-tls": told})["over-tls"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(CIPHERED)
            return cursor.fetchone()[0]
    finally:
        connection.close()
        connection.close_pool()


def plainly(database: Database) -> None:
    """The pool keeps to itself why it has no connection; a plain one tells."""
    told = database_settings(database, database.ca)
    options = {key: told["OPTIONS"][key] for key in ("sslmode", "sslrootcert")}
    asked = {"host": told["HOST"], "dbname": told["NAME"], "user": told["USER"], **options}
    with closing(psycopg.connect(**asked)):
        pytest.fail("an unknown server was trusted")


def test_the_server_that_the_authority_vouches_for_is_asked(
    certificates: Path, tmp_path: Path, django_db_blocker
) -> None:
    database = chosen(tmp_path, certificates / "ours.crt")
    assert ask_directly(database) is True
    assert ask_as_jobs(database) is True
    with django_db_blocker.unblock():
        assert ask_as_pages(database) is True


@pytest.mark.parametrize(
    ("ca", "host"), [("another.crt", NAMED), ("ours.crt", UNNAMED)], ids=["ca", "name"]
)
def test_a_server_that_nobody_vouches_for_hears_nothing(
    certificates: Path, tmp_path: Path, ca: str, host: str
) -> None:
    database = chosen(tmp_path, certificates / ca, host=host)
    with pytest.raises(psycopg.OperationalError, match=UNTRUSTED):
        ask_directly(database)
    with pytest.raises(exc.OperationalError, match=UNTRUSTED):
        ask_as_jobs(database)
    with pytest.raises(ServerUntrustedError):
        faults.refuse_unreachable(database)
    with pytest.raises(psycopg.OperationalError, match=UNTRUSTED):
        plainly(database)
