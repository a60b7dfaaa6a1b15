"""A server's own base backup, streamed into one sealed file and out of it; none lies in clear."""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import tarfile
import time
from typing import TYPE_CHECKING, Any

from callward import deployment
from callward.kernel import clock
from callward.kernel.disk import own_folder, write_new
from callward.postgresql.programs import newest
from callward.vault import ports
from callward.vault.backup_book import BackupBook
from callward.vault.backup_file import (
    END,
    frame,
    frames_in,
    key_of,
    open_backup,
    require_alive,
    seal_to_backup_key,
)
from callward.vault.errors import (
    BackupUnreadableError,
    BaseBackupError,
    FolderNotEmptyError,
    NoArchiveError,
    ReplicationRightError,
    ServerProgramMissingError,
)
from callward.vault.log_archive import archiver_fault, is_archived, log_folder, piece_keys
from callward.vault.states import OF_BASE, ArchiverFault, BackupFacts, RestoredBase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from callward.deployment.values import Database

BASE, KEYS = "base.tar", "callward-log.keys"
_CHUNK = 1 << 20
_SAID = 200
_RIGHT = "SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user"
_ARCHIVED = "SELECT coalesce(last_archived_wal >= %s, false) FROM pg_stat_archiver"
_PATIENCE, _BETWEEN_LOOKS = 60.0, 0.2  # seconds
# The log is archived from elsewhere: the pieces wait for the archiver, none is in the base itself.
_WORDS = ("-D", "-", "-F", "t", "-X", "none", "-c", "fast", "-w", "--no-manifest")


def back_up_base(to: Path, *, at: datetime, dies_on: date) -> BackupFacts:
    """Seal all of the server as it streams; with its archived log it can be restored to a time."""
    chosen = deployment.chosen().database
    _require_archive(chosen)
    position = ports.ledger.get().position()
    facts = BackupFacts(
        kind=OF_BASE, made_at=at, dies_on=dies_on.isoformat(), ledger_position=position
    )
    return seal_to_backup_key(to, _base_frames(chosen), facts)


def _require_archive(chosen: Database) -> None:
    if not chosen.on_postgresql or not is_archived():
        raise NoArchiveError
    if fault := archiver_fault():
        raise NoArchiveError(why=fault.words)
    from callward.postgresql import direct  # noqa: PLC0415  # the default loads no psycopg

    with direct.connect(chosen) as server:
        row = server.execute(_RIGHT).fetchone()
        if not row or not row[0]:
            raise ReplicationRightError(user=chosen.user)
        _wait_for_archiver(server)


def _wait_for_archiver(server: Any) -> None:
    """Refuse where the log is not archived soon: a base backup would wait for it without end."""
    server.execute("CHECKPOINT")
    (piece,) = server.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()
    until = clock.stopwatch() + _PATIENCE
    while not server.execute(_ARCHIVED, [piece]).fetchone()[0]:
        if clock.stopwatch() > until or archiver_fault():
            raise NoArchiveError(why=ArchiverFault.FAILING.words)
        time.sleep(_BETWEEN_LOOKS)


def _base_frames(chosen: Database) -> Iterator[bytes]:
    host, port = chosen.direct
    words = ["-h", host, "-p", str(port), "-U", chosen.user]
    running = subprocess.Popen(  # noqa: S603  # a program of PostgreSQL, our own words
        [_program("pg_basebackup"), *_WORDS, *words], env=_environment(chosen),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert running.stdout
        assert running.stderr
        while chunk := running.stdout.read(_CHUNK):
            yield from frame(BASE, len(chunk), [chunk])
        said = running.stderr.read().decode(errors="replace").strip()
        if running.wait():
            raise BaseBackupError(why=said[-_SAID:].replace("\n", " "))
    finally:
        running.kill()
        running.wait()
    yield END


def _program(name: str) -> str:
    """A program of PostgreSQL: the newest that is installed, or the one on the path."""
    named = newest(name) or shutil.which(name)
    if not named:
        raise ServerProgramMissingError(program=name)
    return str(named)


def _environment(chosen: Database) -> dict[str, str]:
    """The secret and the protection of the connection, which no list of programs shows."""
    from callward.postgresql import direct  # noqa: PLC0415  # the default loads no psycopg

    told = direct.address(chosen)
    asked = {
        "PGPASSWORD": told["password"],
        "PGSSLMODE": told.get("sslmode"),
        "PGSSLROOTCERT": told.get("sslrootcert"),
    }
    return dict(os.environ) | {name: str(value) for name, value in asked.items() if value}


def restore_base(
    source: Path, *, into: Path, until: datetime | None, command: Sequence[str], at: datetime
) -> RestoredBase:
    """Unseal a server into an empty folder; started there, it plays its archived log.

    `command` unseals one piece of the log for it: with keys of those pieces alone, which the
    server itself throws away at the end. It archives nothing until the ledger was replayed.
    """
    opened = open_backup(source)
    require_alive(opened, OF_BASE, at=at)
    key = key_of(opened)
    if any(own_folder(into).iterdir()):
        raise FolderNotEmptyError
    with frames_in(source, opened, key) as files:
        _unpack(_TarStream(files), into)
    keys = piece_keys(at=at)
    write_new(into / KEYS, json.dumps({"folder": str(log_folder()), "keys": keys}).encode())
    _tell_server(into, until=until, command=command)
    _give_to_owner(into)
    BackupBook.of_house().restored_base(opened.facts)
    return RestoredBase(backup=opened.facts, pieces=len(keys))


class _TarStream(io.RawIOBase):
    """The frames of a base backup as one file that is read once."""

    def __init__(self, files: Any) -> None:
        self._chunks = (chunk for _name, content in files for chunk in content)
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        if not self._waiting:
            self._waiting = next(self._chunks, b"")
        taken, self._waiting = self._waiting[: len(room)], self._waiting[len(room) :]
        room[: len(taken)] = taken
        return len(taken)

    def drain(self) -> None:
        """Read to the end, so that a backup that was cut off is noticed."""
        for _rest in self._chunks:
            pass


def _unpack(stream: _TarStream, into: Path) -> None:
    try:
        with tarfile.open(fileobj=io.BufferedReader(stream, _CHUNK), mode="r|") as tar:
            tar.extractall(into, filter="data")
    except (tarfile.TarError, EOFError):
        raise BackupUnreadableError from None
    stream.drain()


def _tell_server(into: Path, *, until: datetime | None, command: Sequence[str]) -> None:
    unseal = shlex.join([*command, "--keys", KEYS, "--name"]) + " %f --to %p"
    lines = {
        "restore_command": unseal,
        "recovery_end_command": f"rm -f {KEYS}",
        "recovery_target_action": "promote",
        "archive_mode": "off",
    }
    if until is not None:
        lines["recovery_target_time"] = until.isoformat(sep=" ")
    with (into / "postgresql.auto.conf").open("a") as file:
        for name, value in lines.items():
            quoted = value.replace("'", "''")
            file.write(f"{name} = '{quoted}'\n")
    write_new(into / "recovery.signal", b"")


def _give_to_owner(into: Path) -> None:
    """Let the user for whom an administrator made the folder own what lies in it."""
    facts = into.stat()
    if os.geteuid() or not facts.st_uid:
        return
    for path in into.rglob("*"):
        os.chown(path, facts.st_uid, facts.st_gid, follow_symlinks=False)
