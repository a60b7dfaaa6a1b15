"""Signatures that a stranger can verify (Ed25519, RFC 8032)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from callward.sealing.errors import SignatureBrokenError
from callward.sealing.header import KEY_SIZE, require_key


def generate_signing_key() -> bytes:
    """Make the seed of a signing key."""
    return os.urandom(KEY_SIZE)


def public_of(private: bytes) -> bytes:
    """Find the public half of a signing key."""
    require_key(private)
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(payload: bytes, private: bytes) -> bytes:
    """Sign a payload."""
    require_key(private)
    return Ed25519PrivateKey.from_private_bytes(private).sign(payload)


def verify(payload: bytes, signature: bytes, public: bytes) -> None:
    """Refuse a signature that does not fit."""
    require_key(public)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, payload)
    except InvalidSignature:
        raise SignatureBrokenError from None
