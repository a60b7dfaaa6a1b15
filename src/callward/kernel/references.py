"""Opaque public ids that sort by the time they were made (UUIDv7, RFC 9562)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from uuid import UUID

from callward.kernel import clock
from callward.kernel.errors import BadInputError, gettext_noop

Ref = UUID

_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


class MalformedReferenceError(BadInputError):
    """A text is not a reference."""

    code = "bad-reference"
    fact = gettext_noop("“%(text)s” is not a reference.")
    mend = gettext_noop("Copy it whole from the list, for example 0193d3a8-….")


def new_ref(at: datetime | None = None) -> Ref:
    """Make a reference that says nothing but when it was made (milliseconds)."""
    moment = at or clock.now()
    milliseconds = int(moment.timestamp() * 1000) & 0xFFFFFFFFFFFF
    random_a, random_b = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=(milliseconds << 80) | _VERSION_7 | (random_a << 64) | _VARIANT | random_b)


def parse_ref(text: str) -> Ref:
    """Read a reference; raises MalformedReferenceError for anything else."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError) as error:
        raise MalformedReferenceError(text=str(text)[:40]) from error


def made_at(ref: Ref) -> datetime:
    """The instant, to the millisecond, at which a reference was made."""
    return datetime.fromtimestamp((ref.int >> 80) / 1000, tz=UTC)
