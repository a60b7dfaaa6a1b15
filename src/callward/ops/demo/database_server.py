"""A real PostgreSQL server for demonstrations, tests and benches: in one folder, on one socket."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from callward.ops.demo.local_server import (
    EngineMissingError,
    EngineSilentError,
    LocalServer,
    wait_until,
)
from callward.postgresql.programs import newest

if TYPE_CHECKING:
    from collections.abc import Sequence

OWNER, USER = "postgres", "callward"
PORT = 5432
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
logging_collector = off
log_min_error_statement = panic
log_error_verbosity = terse
max_connections = 100
wal_level = replica
max_wal_senders = 4
wal_keep_size = 0
min_wal_size = {least}MB
max_wal_size = 256MB
wal_recycle = off
"""
_ROLE = f"""
DO $$ BEGIN CREATE ROLE {USER} LOGIN CREATEDB REPLICATION;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT pg_checkpoint, pg_monitor TO {USER};
GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {USER};
"""
ARCHIVE = ("archive_mode = on", "archive_command = 'cp %p ../archive/%f'")


def programs() -> Path:
    """The folder of the newest PostgreSQL of this machine; raises EngineMissingError."""
    found = newest("initdb")
    if found is None:
        raise EngineMissingError(engine="PostgreSQL", package="postgresql")
    return found.parent


def _ordinary() -> dict[str, Any]:
    """Who runs the server: it refuses to run as root."""
    if os.getuid():
        return {}
    try:
        who = pwd.getpwnam(OWNER)
    except KeyError:
        raise EngineMissingError(engine="PostgreSQL", package="postgresql") from None
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


@dataclass(slots=True, kw_only=True)
class DatabaseServer(LocalServer):
    """One cluster with a database user of our own.

    `lines` are more lines of its configuration, such as `fsync = off`. The folder must be open to
    the user that runs the server, and its name short: a socket lies in it.
    """

    name: ClassVar[str] = "PostgreSQL"
    quickly: ClassVar[signal.Signals] = signal.SIGQUIT

    lines: Sequence[str] = ()
    segment_megabytes: int = 1
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="callward-pg-")))

    @property
    def cluster(self) -> Path:
        """Tables, indexes and log of the server."""
        return self.folder / "cluster"

    @property
    def socket(self) -> Path:
        """The folder of its socket, the host of its address."""
        return self.folder / "socket"

    @property
    def archive(self) -> Path:
        """Where segments of its log go, where `ARCHIVE` is among its lines."""
        return self.folder / "archive"

    def make(self) -> None:
        """Make an empty cluster, unless it is there."""
        self._make_places()
        if (self.cluster / "PG_VERSION").exists():
            return
        words = [
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            f"--wal-segsize={self.segment_megabytes}",
        ]
        self.program("initdb", "-D", str(self.cluster), *words, "--no-instructions", "--no-sync")
        self.configure(
            _SETTINGS.format(socket=self.socket, least=2 * self.segment_megabytes), *self.lines
        )

    def _make_places(self) -> None:
        for place in (self.folder, self.socket, self.archive):
            place.mkdir(parents=True, exist_ok=True)
            if who := _ordinary():
                os.chown(place, who["user"], who["group"])

    def configure(self, *lines: str) -> None:
        """Add lines to the configuration; the next start reads them."""
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.write("\n".join(["", *lines, ""]))

    def start(self) -> None:
        """Start, and return when it takes connections and knows our user."""
        self.make()
        self.run([str(programs() / "postgres"), "-D", str(self.cluster)], **_ordinary())
        if not self.is_standby():
            self.ask(_ROLE, database="template1")

    def serves(self) -> bool:
        """Whether it takes connections."""
        ready = [str(programs() / "pg_isready"), "-q", "-h", str(self.socket)]
        return not subprocess.run(ready, check=False).returncode  # noqa: S603  # our own words

    def is_standby(self) -> bool:
        """Whether it only follows another server."""
        return (self.cluster / "standby.signal").exists()

    def clear(self) -> None:
        """After a crash the processes of the server end by themselves; wait for them."""
        wait_until(lambda: not _works_in(self.cluster))

    def standby(self) -> DatabaseServer:
        """Another server that follows this one; not started yet."""
        other = DatabaseServer()
        other._make_places()
        words = ["-h", str(self.socket), "-U", OWNER, "-R", "-X", "stream", "-c", "fast"]
        self.program("pg_basebackup", *words, "-D", str(other.cluster))
        other.configure(f"unix_socket_directories = '{other.socket}'", "archive_mode = off")
        return other

    def ask(self, question: str, *, database: str = "postgres") -> str:
        """Ask as the owner of the server; the answer as unaligned text."""
        words = ["-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", str(self.socket), "-U", OWNER]
        return self.program("psql", *words, "-d", database, "-c", question)

    def new_database(self, name: str, *, template: str = "template1") -> None:
        """Make a database that our user owns."""
        self.ask(f'CREATE DATABASE "{name}" OWNER {USER} TEMPLATE "{template}"')

    def settings(self, database: str) -> str:
        """The section of `callward.toml` by which a house uses a database of this server."""
        return (
            f'[database]\nengine = "postgresql"\nhost = "{self.socket}"\n'
            f'name = "{database}"\nuser = "{USER}"\n'
        )

    def program(self, name: str, *words: str) -> str:
        """Run one of PostgreSQL's programs as the owner of the server."""
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603  # our own words
            [str(programs() / name), *words], cwd=self.folder, check=False, text=True,
            capture_output=True, umask=0o077, **_ordinary(),
        )  # fmt: skip
        if done.returncode:
            raise EngineSilentError(engine=f"PostgreSQL ({name}: {done.stderr.strip()[-200:]})")
        return done.stdout.strip()


def _works_in(cluster: Path) -> bool:
    """Whether a process still works in a cluster."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == cluster:
                return True
        except OSError:
            continue
    return False
