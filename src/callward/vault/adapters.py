"""Plugging the embedded vault: two folders on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.vault import ports
from callward.vault.destroyed_ledger import FileLedger
from callward.vault.keystore import FileKeyStore
from callward.vault.objects import LocalObjects

if TYPE_CHECKING:
    from pathlib import Path


def plug_file_vault(*, objects: Path, keys: Path, root_key: bytes) -> None:
    """Plug the vault that lives in files: objects in one folder, keys and ledger in another."""
    ports.key_store.bind(FileKeyStore(keys, root_key=root_key))
    ports.ledger.bind(FileLedger(keys))
    ports.objects.bind(LocalObjects(objects))
