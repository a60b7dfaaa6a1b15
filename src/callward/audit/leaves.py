"""What an entry of the audit says and how its bytes are made; no personal text gets in (D-04).

And the tiles in the database: read with a memory, and grown by whole groups of leaves.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, date, datetime
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

from callward.audit import tree
from callward.audit.errors import AuditFactError, TreeDamagedError
from callward.audit.models import Tile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
_OPENING = f"CASE controller WHEN '' THEN '{FORMAT}' ELSE '{FORMAT_OWNED}' || x || controller END"
_ENTRY = f"{_OPENING} || x || at || x || event || x || item || x || actor || x || facts || x"
_AS_BYTES = {
    "sqlite": f"CAST({_ENTRY} AS BLOB)".replace(" x", " char(10)"),
    "postgresql": f"convert_to({_ENTRY}, 'UTF8')".replace(" x", " chr(10)"),
}
_READ = 'SELECT "index", {entry} FROM audit_leaf WHERE {which} ORDER BY "index"'

Row = tuple[int, bytes]


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


def leaf_rows(start: int, end: int) -> list[Row]:
    """Index and entry of the leaves from `start` to below `end`; the database joins the columns.

    Joining their bytes here would halve the check's pace.
    """
    return rows_where('"index" >= %s AND "index" < %s', [start, end])


def rows_where(which: str, values: Sequence[str | int]) -> list[Row]:
    """Index and entry of the leaves that a condition holds for."""
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(entry=_AS_BYTES[connection.vendor], which=which), values)
        return list(cursor.fetchall())


class StoredTiles:
    """Reads tiles once each; some may be replaced to ask “what if”."""

    def __init__(self, replaced: Mapping[tuple[int, int], bytes] | None = None) -> None:
        self._known: dict[tuple[int, int], bytes] = dict(replaced or {})

    def whole(self, level: int, number: int) -> bytes:
        """All hashes of a tile; empty when there is none."""
        place = (level, number)
        if place not in self._known:
            found = Tile.objects.filter(level=level, number=number).values_list("hashes").first()
            self._known[place] = bytes(found[0]) if found else b""
        return self._known[place]

    def __call__(self, level: int, number: int, count: int, /) -> bytes:
        hashes = self.whole(level, number)
        if len(hashes) < count * tree.HASH:
            raise TreeDamagedError(level=level, number=number)
        return hashes


def grown_size() -> int:
    """How many leaves stand in tiles."""
    last = Tile.objects.filter(level=0).order_by("-number").values_list("number", "hashes").first()
    return last[0] * tree.TILE + len(last[1]) // tree.HASH if last else 0


def grow(start: int, *, by: int) -> int:
    """Put up to `by` further leaves into tiles, and tell the new size."""
    rows = leaf_rows(start, start + by)
    for wanted, (index, _) in enumerate(rows, start):
        if index != wanted:
            raise TreeDamagedError(level=0, number=wanted // tree.TILE)
    hashes = b"".join([tree.leaf_hash(entry) for _, entry in rows])
    level = 0
    place = start
    while hashes:
        place, hashes = _append(level, place, hashes)
        level += 1
    return start + len(rows)


def _append(level: int, place: int, hashes: bytes) -> tuple[int, bytes]:
    """Write hashes from a place of a level on; the place and the hashes for the level above."""
    number, inside = divmod(place, tree.TILE)
    joined = StoredTiles()(level, number, inside)[: inside * tree.HASH] + hashes
    width = tree.TILE * tree.HASH
    parts = [joined[at : at + width] for at in range(0, len(joined), width)]
    Tile.objects.bulk_create(
        [Tile(level=level, number=number + step, hashes=part) for step, part in enumerate(parts)],
        update_conflicts=True,
        unique_fields=["level", "number"],
        update_fields=["hashes"],
        batch_size=128,
    )
    return number, b"".join(tree.perfect_root(part) for part in parts if len(part) == width)
