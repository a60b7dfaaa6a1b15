"""The small header before each sealed stream: what it is, and for which key and place."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from callward.sealing.errors import (
    KeyMalformedError,
    NotSealedError,
    UnknownSuiteError,
    WrongContextError,
    WrongKeyError,
)

MAGIC = b"CWRD"
FORMAT = 1
SUITE_AES_256_GCM_HKDF = 1
KEY_SIZE = 32
CHECK_SIZE = 12
FIXED_SIZE = len(MAGIC) + 4
HEADER_SIZE = FIXED_SIZE + 2 * CHECK_SIZE
SMALLEST_SEGMENT_LOG2 = 8
LARGEST_SEGMENT_LOG2 = 24
DEFAULT_SEGMENT = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header that was read, and found to fit key and context."""

    segment: int
    whole: bytes


def _check(key: bytes, purpose: bytes, text: bytes) -> bytes:
    # A keyed digest commits the object to one key, which AES-GCM alone does not.
    return hmac.digest(key, b"callward/" + purpose + b"\0" + text, "sha256")[:CHECK_SIZE]


def require_key(key: bytes) -> None:
    """Refuse bytes that cannot be a key."""
    if len(key) != KEY_SIZE:
        raise KeyMalformedError(wanted=KEY_SIZE, found=len(key))


def make_header(*, key: bytes, context: bytes, segment: int) -> bytes:
    """Make the header of one object."""
    require_key(key)
    log2 = segment.bit_length() - 1
    if segment != 1 << log2 or not SMALLEST_SEGMENT_LOG2 <= log2 <= LARGEST_SEGMENT_LOG2:
        raise UnknownSuiteError(format=FORMAT, suite=f"segment {segment}")
    fixed = MAGIC + bytes([FORMAT, SUITE_AES_256_GCM_HKDF, log2, 0])
    return fixed + _check(key, b"key", fixed) + _check(key, b"context", context)


def read_header(whole: bytes, *, key: bytes, context: bytes) -> Header:
    """Read a header; refuses by name what does not fit."""
    require_key(key)
    if len(whole) != HEADER_SIZE or not whole.startswith(MAGIC):
        raise NotSealedError
    form, suite, log2, _reserved = whole[len(MAGIC) : FIXED_SIZE]
    if (form, suite) != (FORMAT, SUITE_AES_256_GCM_HKDF):
        raise UnknownSuiteError(format=form, suite=suite)
    fixed, checks = whole[:FIXED_SIZE], whole[FIXED_SIZE:]
    if not hmac.compare_digest(_check(key, b"key", fixed), checks[:CHECK_SIZE]):
        raise WrongKeyError
    if not hmac.compare_digest(_check(key, b"context", context), checks[CHECK_SIZE:]):
        raise WrongContextError
    return Header(segment=1 << log2, whole=whole)
