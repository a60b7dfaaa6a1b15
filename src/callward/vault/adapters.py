"""Plugging the embedded vault: two folders on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.disk import own_folder
from callward.sealing import root
from callward.vault import ports
from callward.vault.destroyed_ledger import FileLedger
from callward.vault.keystore import FileKeyStore
from callward.vault.objects import LocalObjects

if TYPE_CHECKING:
    from pathlib import Path

SALT_FILE = "passphrase.salt"


def plug_file_vault(*, objects: Path, keys: Path, root_key: bytes) -> None:
    """Plug the vault that lives in files: objects in one folder, keys and ledger in another."""
    ports.key_store.bind(FileKeyStore(keys, root_key=root_key))
    ports.ledger.bind(FileLedger(keys))
    ports.objects.bind(LocalObjects(objects))


def root_key_of_passphrase(keys: Path, passphrase: str) -> bytes:
    """Derive the root key of a key folder; its salt is made with the folder."""
    own_folder(keys)
    path = keys / SALT_FILE
    if not path.exists():
        path.write_bytes(root.new_salt())
        path.chmod(0o600)
    return root.root_key_from_passphrase(passphrase, salt=path.read_bytes())
