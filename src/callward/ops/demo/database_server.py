"""A real PostgreSQL server for demonstrations, tests and benches: in one folder, on one socket."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callward.kernel.errors import gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

OWNER, USER = "postgres", "callward"
PORT = 5432
_HOMES = "/usr/lib/postgresql"
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
_READY_SECONDS = 60.0
_LOOK_EVERY = 0.05


class EngineMissingError(OpsError):
    """A server that a demonstration or a test needs is not on this machine."""

    code = "engine-missing"
    fact = gettext_noop("There is no %(engine)s on this machine.")
    mend = gettext_noop("Install Debian's package %(package)s.")


class EngineSilentError(OpsError):
    """A server was started and does not answer."""

    code = "engine-silent"
    fact = gettext_noop("%(engine)s does not answer.")
    mend = gettext_noop("Read the file server.log in its folder.")


def programs() -> Path:
    """The folder of the newest PostgreSQL of this machine; raises EngineMissingError."""
    found = sorted(Path(_HOMES).glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found:
        raise EngineMissingError(engine="PostgreSQL", package="postgresql")
    return found[-1].parent


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
class DatabaseServer:
    """One cluster with a database user of our own; `with` ends it and removes its folder.

    `lines` are more lines of its configuration, such as `fsync = off`. The folder must be open to
    the user that runs the server, and its name short: a socket lies in it.
    """

    lines: Sequence[str] = ()
    segment_megabytes: int = 1
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="callward-pg-")))
    running: subprocess.Popen[bytes] | None = None

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

    def __enter__(self) -> Self:
        self.make()
        self.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.end()

    def make(self) -> None:
        """Make an empty cluster, unless it is there."""
        self.socket.mkdir(parents=True, exist_ok=True)
        self.archive.mkdir(exist_ok=True)
        for place in (self.folder, self.socket, self.archive):
            self._give_away(place)
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

    def configure(self, *lines: str) -> None:
        """Add lines to the configuration; the next start reads them."""
        with (self.cluster / "postgresql.conf").open("a") as file:
            file.write("\n".join(["", *lines, ""]))

    def start(self) -> None:
        """Start, and return when it takes connections and knows our user."""
        words = [str(programs() / "postgres"), "-D", str(self.cluster)]
        with (self.folder / "server.log").open("ab") as log:
            self.running = subprocess.Popen(  # noqa: S603  # our own words
                words, cwd=self.folder, stdout=log, stderr=log, umask=0o077, **_ordinary()
            )
        self.wait()
        if not self.is_standby():
            self.ask(_ROLE, database="template1")

    def wait(self) -> None:
        """Wait until it takes connections; raises EngineSilentError."""
        until = time.monotonic() + _READY_SECONDS
        ready = [str(programs() / "pg_isready"), "-q", "-h", str(self.socket)]
        while subprocess.run(ready, check=False).returncode:  # noqa: S603  # our own words
            assert self.running is not None
            if self.running.poll() is not None or time.monotonic() > until:
                raise EngineSilentError(engine="PostgreSQL")
            time.sleep(_LOOK_EVERY)

    def is_standby(self) -> bool:
        """Whether it only follows another server."""
        return (self.cluster / "standby.signal").exists()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop at once and in order; SIGKILL is a crash."""
        if self.running is None:
            return
        self.running.send_signal(how)
        self.running.wait()
        self.running = None
        if how == signal.SIGKILL:
            self._outlive_backends()

    def _outlive_backends(self) -> None:
        """After a crash the processes of the server end by themselves; wait for them."""
        until = time.monotonic() + _READY_SECONDS
        words = f"{self.cluster}"
        while time.monotonic() < until and _holds_memory(words):
            time.sleep(_LOOK_EVERY)

    def end(self) -> None:
        """Stop without care and remove everything."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)  # noqa: TID251  # a server of invented rows, made here

    def standby(self) -> DatabaseServer:
        """Another server that follows this one; not started yet."""
        other = DatabaseServer()
        other.socket.mkdir()
        for place in (other.folder, other.socket):
            self._give_away(place)
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

    def _give_away(self, place: Path) -> None:
        who = _ordinary()
        if who:
            os.chown(place, who["user"], who["group"])


def _holds_memory(cluster: str) -> bool:
    """Whether a process still works in a cluster."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "cwd").readlink() == Path(cluster):
                return True
        except OSError:
            continue
    return False
