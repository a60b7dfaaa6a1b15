"""What an entry of the audit says and how its bytes are made; no personal text gets in (D-04)."""

from __future__ import annotations

import hmac
import re
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from callward.audit.errors import AuditFactError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref

FORMAT = "callward.leaf/1"
FORMAT_OWNED = "callward.leaf/2"  # names the controller whose rule ends it
NO_ITEM = "-"

Fact = str | int | UUID | date | Enum

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DAY = r"\d{4}-\d\d-\d\d"
_CODE = r"[a-z][a-z0-9]*(?:[._:-][a-z0-9]+)*"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_CODE_ONLY = re.compile(_CODE, re.ASCII)
_ALLOWED = re.compile(
    rf"{_UUID}|sha256:[0-9a-f]{{64}}|{_DAY}(?:T\d\d:\d\d:\d\d(?:\.\d{{1,6}})?(?:Z|\+00:00))?"
    rf"|P(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?|c/{_UUID}(?:/{_CODE})?/(?:{_DAY}|{_CODE}|{_UUID})"
    # a region; a rule; an article as policies write it; a version (an address has four parts)
    rf"|[A-Z]{{2}}|[A-Z]\d{{1,3}}|A\d{{1,2}}(?:-\d{{1,2}})*(?:-[a-z])?|\d{{1,4}}(?:\.\d{{1,3}}){{0,2}}",
    re.ASCII,
)
_LONGEST_CODE = 64
# a local telephone number has six digits or more
_DIGIT_RUN = re.compile(r"\d(?:[._:-]?\d){5}", re.ASCII)
_LARGEST_COUNT = 9_999_999
_MEASURES = ("bytes", "size", "_ms", "leaves")


@lru_cache(maxsize=4096)
def _is_allowed(text: str) -> bool:
    if _ALLOWED.fullmatch(text):
        return True
    code = len(text) <= _LONGEST_CODE and _CODE_ONLY.fullmatch(text)
    return bool(code) and not _DIGIT_RUN.search(text)


def _plain(value: Fact) -> str | int:
    """The value as text or number; a reference and a day cannot say anything else."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return _unwrapped(value)
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _unwrapped(member: Enum) -> str | int:
    """The value of an enum, as checked as any other."""
    value: object = member.value
    if isinstance(value, int) or (isinstance(value, str) and _is_allowed(value)):
        return value
    raise AuditFactError(name=type(member).__name__)


def _written(name: str, value: Fact) -> str:
    """One fact as JSON; what is allowed needs no escapes."""
    plain = _plain(value)
    if isinstance(plain, str) and (plain is not value or _is_allowed(plain)):
        return f'"{name}":"{plain}"'
    if isinstance(plain, int) and (abs(plain) <= _LARGEST_COUNT or name.endswith(_MEASURES)):
        return f'"{name}":{int(plain)}'
    raise AuditFactError(name=name)


@lru_cache(maxsize=256)
def instant_text(at: datetime) -> str:
    """An instant in the one form of the audit: UTC, microseconds, 27 characters."""
    if at.tzinfo is None:
        raise AuditFactError(name="at")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@lru_cache(maxsize=1024)
def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise AuditFactError(name="-")


def facts_text(facts: Mapping[str, Fact]) -> str:
    """The facts as canonical JSON; anything but refs, codes and counts is refused."""
    for name in facts:
        _require_name(name)
    return "{" + ",".join([_written(name, facts[name]) for name in sorted(facts)]) + "}"


def actor_text(actor: Actor) -> str:
    """The actor as `kind:reference`."""
    if not _is_allowed(actor.ref):
        raise AuditFactError(name="actor")
    return f"{actor.kind.value}:{actor.ref}"


def item_text(item: Ref | None) -> str:
    """The item's reference."""
    if item is None:
        return NO_ITEM
    if not isinstance(item, UUID):
        raise AuditFactError(name="item")
    return str(item)


def commitment(value: str, *, name: str, salt: bytes) -> str:
    """A text that proves the value to whoever knows it and its salt, and tells nobody else."""
    digest = hmac.new(salt, f"{name}\0{value}".encode(), "sha256").hexdigest()
    return f"sha256:{digest}"
