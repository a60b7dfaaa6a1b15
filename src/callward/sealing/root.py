"""The root key: everything in the key store is sealed under it."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from callward.kernel.disk import own_folder, write_new
from callward.sealing.errors import RootKeyExistsError, RootKeyExposedError, RootKeyMissingError
from callward.sealing.header import KEY_SIZE, require_key

if TYPE_CHECKING:
    from pathlib import Path

SALT_SIZE = 16
# RFC 9106, second recommended option, for memory-constrained machines.
_PASSES, _LANES, _MEMORY_KIB = 3, 4, 64 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_root_key_file(path: Path) -> bytes:
    """Make a root key in a file that its owner alone may read; never writes over one."""
    own_folder(path.parent)
    key = os.urandom(KEY_SIZE)
    try:
        write_new(path, key.hex().encode() + b"\n")
    except FileExistsError:
        raise RootKeyExistsError from None
    return key


def read_root_key_file(path: Path) -> bytes:
    """Read the root key; refuses a file that others may read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        raise RootKeyMissingError from None
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(file.fileno())
        if facts.st_mode & _OTHERS or facts.st_uid not in (os.geteuid(), 0):
            raise RootKeyExposedError
        text = file.read(4096).strip()
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    require_key(key)
    return key


def new_salt() -> bytes:
    """Make the salt of a passphrase; it is kept beside the key store and is no secret."""
    return os.urandom(SALT_SIZE)


def root_key_from_passphrase(passphrase: str, *, salt: bytes) -> bytes:
    """Derive the root key from a passphrase (argon2id)."""
    derive = Argon2id(
        salt=salt, length=KEY_SIZE, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB
    )
    return derive.derive(passphrase.encode())


def subkey(root: bytes, purpose: str) -> bytes:
    """Derive the key of one purpose from the root key."""
    require_key(root)
    return HKDFExpand(SHA256(), KEY_SIZE, b"callward/" + purpose.encode()).derive(root)
