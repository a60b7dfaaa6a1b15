"""Digests, plain and keyed."""

from __future__ import annotations

import hashlib
import hmac


def sha256(content: bytes | bytearray | memoryview) -> bytes:
    """Digest a content."""
    return hashlib.sha256(content).digest()


def keyed_digest(key: bytes, text: str | bytes) -> bytes:
    """Digest a text under a key (HMAC-SHA256), so that nobody without the key can try numbers."""
    return hmac.digest(key, text.encode() if isinstance(text, str) else text, "sha256")


def same(one: bytes, other: bytes) -> bool:
    """Compare two digests without telling by time where they differ."""
    return hmac.compare_digest(one, other)
