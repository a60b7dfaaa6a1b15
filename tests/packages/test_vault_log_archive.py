"""A piece of a server's log: sealed without any secret, durable, the same again, never another."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from build.programs import run_program
from build.vault import plug_vault
from callward.kernel.calendar import parse_period
from callward.vault import log_archive
from callward.vault.backup_file import open_backup
from callward.vault.errors import (
    BackupUnreadableError,
    LogArchiveMissingError,
    LogPieceDiffersError,
    LogPieceMissingError,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.req("K-07", "N-8")

NAME = "000000010000000000000007"
AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of the log of a house."""
    monkeypatch.setenv("CALLWARD_DATA", str(tmp_path / "house"))
    monkeypatch.setenv("CALLWARD_BACKUPS", str(tmp_path / "backups"))
    (tmp_path / "house").mkdir()
    plug_vault(tmp_path / "house")
    return log_archive.open_archive([parse_period("P30D"), parse_period("P14D")])


@pytest.fixture
def piece(tmp_path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(b"a row of Petras" * 200_000)
    return path


def archive(piece: Path, folder: Path, *, crash_at: str = "") -> int:
    """Archive as the server does, by a program that is told nothing but the folder."""
    nobody = folder.parent / "nobody"
    nobody.mkdir(exist_ok=True)
    (nobody / ".may-crash").touch()
    done = run_program(
        *("-m", "callward.ops", "backup", "log", "--to", str(folder), "--wal", str(piece)),
        environment={
            **{name: value for name, value in os.environ.items() if "CALLWARD" not in name},
            "CALLWARD_DATA": str(nobody),
            "CALLWARD_CRASH_AT": crash_at,
        },
    )
    return done.returncode


def unsealed(folder: Path, to: Path) -> bytes:
    log_archive.unseal_piece(NAME, folder=folder, keys=log_archive.piece_keys(at=AT), to=to)
    return to.read_bytes()


def test_the_server_seals_what_only_the_house_opens(folder, piece, tmp_path):
    assert archive(piece, folder) == 0
    (sealed,) = folder.glob("*.sealed")
    assert b"Petras" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o777 == 0o640
    assert unsealed(folder, tmp_path / "back") == piece.read_bytes()
    assert {path.name for path in folder.iterdir()} == {"archive.json", sealed.name}
    assert json.loads((folder / "archive.json").read_text()).keys() == {"lives", "public"}


def test_the_same_piece_again_is_a_success_and_another_under_its_name_is_refused(folder, piece):
    assert archive(piece, folder) == 0
    (sealed,) = folder.glob("*.sealed")
    before = sealed.read_bytes()
    assert archive(piece, folder) == 0
    piece.write_bytes(b"a row of Mara" * 200_000)
    assert archive(piece, folder) == 1
    with pytest.raises(LogPieceDiffersError):
        log_archive.seal_piece(piece, folder=folder, at=AT)
    assert sealed.read_bytes() == before


def test_a_kill_while_it_is_sealed_leaves_nothing_that_counts_as_archived(folder, piece, tmp_path):
    assert archive(piece, folder, crash_at="vault.backup-written") == -9
    assert not list(folder.glob("*.sealed"))
    assert archive(piece, folder) == 0
    assert unsealed(folder, tmp_path / "back") == piece.read_bytes()
    assert not list(folder.glob("*.part"))


def test_a_piece_that_is_archived_late_lives_no_longer_for_it(folder, piece):
    written = datetime.now(tz=UTC) - timedelta(days=3)
    os.utime(piece, (written.timestamp(), written.timestamp()))
    log_archive.seal_piece(piece, folder=folder, at=AT)
    facts = open_backup(folder / f"{NAME}.sealed").facts
    assert abs(facts.made_at - (AT - timedelta(days=3))) < timedelta(minutes=5)
    assert date.fromisoformat(facts.dies_on) - facts.made_at.date() == timedelta(days=14)


def test_a_folder_that_says_nothing_takes_nothing(folder, piece, tmp_path):
    with pytest.raises(LogArchiveMissingError):
        log_archive.seal_piece(piece, folder=tmp_path, at=AT)
    assert archive(piece, tmp_path) == 1


def test_what_is_not_there_expired_or_damaged_is_never_handed_to_a_server(folder, piece, tmp_path):
    log_archive.seal_piece(piece, folder=folder, at=AT)
    to, keys = tmp_path / "back", log_archive.piece_keys(at=AT)
    with pytest.raises(LogPieceMissingError):
        log_archive.unseal_piece("000000010000000000000008", folder=folder, keys=keys, to=to)
    assert log_archive.piece_keys(at=AT + timedelta(days=15)) == {}
    sealed = folder / f"{NAME}.sealed"
    content = bytearray(sealed.read_bytes())
    content[-40] ^= 1
    sealed.write_bytes(bytes(content))
    with pytest.raises(BackupUnreadableError):
        log_archive.unseal_piece(NAME, folder=folder, keys=keys, to=to)


def test_a_new_policy_changes_the_life_of_what_is_archived_from_then_on(folder, piece):
    log_archive.open_archive([parse_period("P7D")])
    log_archive.seal_piece(piece, folder=folder, at=AT)
    facts = open_backup(folder / f"{NAME}.sealed").facts
    assert date.fromisoformat(facts.dies_on) - facts.made_at.date() == timedelta(days=7)
