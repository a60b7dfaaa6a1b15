"""The archived log of a server, each piece sealed to the backup key.

Whoever archives is the server's own user: it needs no key and no database, only the folder of the
log, which says to which key a piece is sealed and how long it lives.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from callward import deployment
from callward.kernel import clock
from callward.kernel.calendar import Period, add_civil, parse_period
from callward.kernel.disk import own_folder, settle_folder, write_whole
from callward.kernel.errors import CallwardError
from callward.sealing import wrap
from callward.sealing.stream import new_key
from callward.vault import ports
from callward.vault.backup_file import (
    END,
    GROUP_READS,
    MAGIC,
    backups_in,
    frame,
    frames_in,
    header_of,
    is_over,
    key_of,
    open_backup,
    write_sealed,
)
from callward.vault.errors import (
    BackupUnreadableError,
    LogArchiveMissingError,
    LogPieceDiffersError,
    LogPieceMissingError,
)
from callward.vault.row_copies import write_plain
from callward.vault.states import OF_LOG, ArchiverFault, BackupFacts, ServiceKeyName

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, timedelta
    from pathlib import Path

LOG_FOLDER, TERMS, SEALED = "log", "archive.json", ".sealed"
OUR_COMMAND = "backup log"
_EVERYBODY_READS = 0o644  # the public half of a key, and periods
_CHUNK, _SALT = 1 << 20, 16
_ARCHIVER = """
SELECT current_setting('archive_mode') <> 'off', current_setting('archive_command'),
    coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)
FROM pg_stat_archiver
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveTerms:
    """To which key the log is sealed, and the lives of which the shortest counts."""

    public: bytes
    lives: tuple[Period, ...]

    def dies_on(self, made_at: datetime) -> date:
        return min(add_civil(made_at.astimezone(UTC).date(), life) for life in self.lives)


def log_folder() -> Path:
    """Where the log of this house is archived."""
    return deployment.chosen().backups.folder / LOG_FOLDER


def open_archive(lives: Iterable[Period]) -> Path:
    """Make the folder of the log, or renew what it says."""
    folder = own_folder(log_folder())
    public = ports.key_store.get().service_key(ServiceKeyName.BACKUP).public
    told = {"public": public.hex(), "lives": sorted(set(map(str, lives)))}
    text = json.dumps(told, sort_keys=True).encode()
    path = folder / TERMS
    if not path.is_file() or path.read_bytes() != text:
        write_whole(path, text)
        path.chmod(_EVERYBODY_READS)
        settle_folder(folder)
    return folder


def is_archived() -> bool:
    """Whether this house keeps the log of its server."""
    return (log_folder() / TERMS).is_file()


def terms_in(folder: Path) -> ArchiveTerms:
    """What the folder of a log says; raises LogArchiveMissingError."""
    try:
        told = json.loads((folder / TERMS).read_bytes())
        lives = tuple(map(parse_period, told["lives"]))
        return ArchiveTerms(public=bytes.fromhex(told["public"]), lives=lives)
    except (OSError, ValueError, KeyError, TypeError, CallwardError):
        raise LogArchiveMissingError from None


def seal_piece(source: Path, *, folder: Path, at: datetime) -> bool:
    """Seal a piece of the log, durable when it returns; tells whether it is new.

    Its life counts from when the server last wrote it, however late it is archived.
    """
    terms, to = terms_in(folder), folder / (source.name + SEALED)
    if to.exists():
        _require_same(source, open_backup(to).facts)
        settle_folder(folder)
        return False
    made_at, key = min(at, at - _age_of(source)), new_key()
    facts = BackupFacts(
        kind=OF_LOG,
        made_at=made_at,
        dies_on=terms.dies_on(made_at).isoformat(),
        ledger_position=0,
        name=source.name,
        digest=_digest(source, salt=os.urandom(_SALT)),
    )
    header = header_of(facts, wrap.wrap(key, terms.public, MAGIC))
    # The house is another user than the server, in the same group.
    write_sealed(to, header=header, key=key, content=_frames(source), mode=GROUP_READS)
    return True


def _age_of(source: Path) -> timedelta:
    written_at = datetime.fromtimestamp(source.stat().st_mtime, tz=UTC)
    return clock.SystemClock().now() - written_at


def _frames(source: Path) -> Iterator[bytes]:
    yield from frame(source.name, source.stat().st_size, _chunks(source))
    yield END


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        yield from iter(lambda: file.read(_CHUNK), b"")


def _digest(source: Path, *, salt: bytes) -> str:
    digest = hashlib.sha256(salt)
    for chunk in _chunks(source):
        digest.update(chunk)
    return f"{salt.hex()}:{digest.hexdigest()}"


def _require_same(source: Path, there: BackupFacts) -> None:
    salt, _, _digest_there = there.digest.partition(":")
    if there.digest != _digest(source, salt=bytes.fromhex(salt)):
        raise LogPieceDiffersError(name=source.name)


def piece_keys(*, at: datetime) -> dict[str, str]:
    """The key of each piece of the log that may still be restored, in hexadecimal, by its name."""
    found = {}
    for _path, opened in backups_in(log_folder()):
        if opened.facts.kind == OF_LOG and not is_over(opened.facts, at=at):
            with suppress(BackupUnreadableError):  # of another house
                found[opened.facts.name] = key_of(opened).hex()
    return found


def unseal_piece(name: str, *, folder: Path, keys: Mapping[str, str], to: Path) -> None:
    """Put one piece where the server asks for it; raises LogPieceMissingError."""
    source = folder / (name + SEALED)
    if name not in keys or not source.is_file():
        raise LogPieceMissingError(name=name)
    opened = open_backup(source)
    with frames_in(source, opened, bytes.fromhex(keys[name])) as files:
        for named, content in files:
            if named != name:
                raise BackupUnreadableError
            write_plain(to, content)


def log_end(of: datetime) -> datetime | None:
    """When the last piece of the log dies that may hold a row which is deleted at an instant.

    Large tables are written anew in the night, and until then the log may repeat their pages.
    """
    if not is_archived():
        return None
    return datetime.combine(terms_in(log_folder()).dies_on(_a_night_after(of)), time(), tzinfo=UTC)


def _a_night_after(of: datetime) -> datetime:
    day = of.astimezone(UTC)
    return datetime.combine(day.date().fromordinal(day.toordinal() + 1), day.timetz())


def may_hold(facts: BackupFacts, *, of: datetime) -> bool:
    """Whether a copy of the server may hold a row that was deleted at an instant."""
    return facts.made_at <= _a_night_after(of)


def archiver_fault() -> ArchiverFault | None:
    """What is wrong with how the server archives its log, if anything."""
    chosen = deployment.chosen().database
    if not chosen.on_postgresql:
        return None
    from callward.postgresql import direct  # noqa: PLC0415  # the default loads no psycopg

    with direct.connect(chosen) as server:
        row = server.execute(_ARCHIVER).fetchone()
    archives, command, fails = row or (False, "", False)
    if not archives:
        return ArchiverFault.STOPPED if is_archived() else None
    if OUR_COMMAND not in command:
        return ArchiverFault.IN_CLEAR
    return ArchiverFault.FAILING if fails else None
