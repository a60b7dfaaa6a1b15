"""Sealed backups of the data and of the keys, and their restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from callward.vault.states import BackupFacts, Replay


def back_up(to: Path, *, at: datetime, dies_on: date) -> BackupFacts:
    """Write database and objects into one sealed file."""
    raise NotImplementedError


def back_up_keys(to: Path, *, root_key: bytes, at: datetime, dies_on: date) -> BackupFacts:
    """Write the key store into one file sealed under the root key."""
    raise NotImplementedError


def restore(source: Path, *, database: Path, at: datetime) -> BackupFacts:
    """Put database and objects back; nothing opens before the replay."""
    raise NotImplementedError


def restore_keys(source: Path, *, root_key: bytes, folder: Path, at: datetime) -> BackupFacts:
    """Put the key store back; a ledger that is there stays."""
    raise NotImplementedError


def replay(*, at: datetime) -> Replay:
    """Destroy again what the ledger names."""
    raise NotImplementedError


def awaiting_replay() -> bool:
    """Say whether database or key store are older than the destroyed-ledger."""
    raise NotImplementedError
