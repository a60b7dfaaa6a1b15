"""Locking data keys to an epoch's public key (HPKE, RFC 9180), so that who locks cannot open."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from callward.sealing.digests import sha256
from callward.sealing.errors import UnknownSuiteError, WrapBrokenError
from callward.sealing.header import require_key

if TYPE_CHECKING:
    from typing import Self

SUITE_X25519_HKDF_SHA256_AES_256_GCM = 1
KEY_ID_SIZE = 8
_BINDING = b"callward/wrap/1\0"
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochKey:
    """The key pair of an epoch."""

    private: bytes = field(repr=False)
    public: bytes

    @classmethod
    def generate(cls) -> Self:
        """Make a key pair."""
        return cls.from_private(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_private(cls, private: bytes) -> Self:
        """Find the public half of a private key."""
        require_key(private)
        public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        return cls(private=private, public=public)


def key_id(public: bytes) -> bytes:
    """Name a public key shortly; two epochs of the same name have different ids."""
    return sha256(public)[:KEY_ID_SIZE]


@lru_cache(maxsize=1024)
def _public_key(public: bytes) -> X25519PublicKey:
    require_key(public)
    return X25519PublicKey.from_public_bytes(public)


def wrap(data_key: bytes, public: bytes, context: bytes) -> bytes:
    """Lock a data key so that only the private half opens it."""
    locked = _SUITE.encrypt(data_key, _public_key(public), info=_BINDING + context)
    return bytes([SUITE_X25519_HKDF_SHA256_AES_256_GCM]) + locked


def unwrap(wrapped: bytes, private: bytes, context: bytes) -> bytes:
    """Open a locked data key; refuses another epoch's key and another context."""
    if wrapped[:1] != bytes([SUITE_X25519_HKDF_SHA256_AES_256_GCM]):
        raise UnknownSuiteError(format="wrap", suite=wrapped[:1].hex())
    require_key(private)
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        return _SUITE.decrypt(wrapped[1:], key, info=_BINDING + context)
    except (InvalidTag, ValueError):
        raise WrapBrokenError from None
