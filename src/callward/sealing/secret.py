"""Small boxes for secrets at rest."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from callward.sealing.errors import SecretBrokenError, UnknownSuiteError
from callward.sealing.header import require_key

SUITE_AES_256_GCM = 1
NONCE_SIZE = 12


def seal_secret(plain: bytes, key: bytes, context: bytes) -> bytes:
    """Seal a small secret for one place."""
    require_key(key)
    nonce = os.urandom(NONCE_SIZE)
    return bytes([SUITE_AES_256_GCM]) + nonce + AESGCM(key).encrypt(nonce, plain, context)


def open_secret(sealed: bytes, key: bytes, context: bytes) -> bytes:
    """Open a small secret; refuses another key or place."""
    require_key(key)
    if sealed[:1] != bytes([SUITE_AES_256_GCM]):
        raise UnknownSuiteError(format="secret", suite=sealed[:1].hex())
    nonce, box = sealed[1 : 1 + NONCE_SIZE], sealed[1 + NONCE_SIZE :]
    try:
        return AESGCM(key).decrypt(nonce, box, context)
    except (InvalidTag, ValueError):
        raise SecretBrokenError from None
