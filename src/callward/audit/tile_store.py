"""Tiles in the database: read with a memory, and grown by whole groups of leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from callward.audit import leaves, tree
from callward.audit.errors import TreeDamagedError
from callward.audit.models import Tile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPENING = (
    f"CASE controller WHEN '' THEN '{leaves.FORMAT}' "
    f"ELSE '{leaves.FORMAT_OWNED}' || x || controller END"
)
_ENTRY = f"{_OPENING} || x || at || x || event || x || item || x || actor || x || facts || x"
_AS_BYTES = {
    "sqlite": f"CAST({_ENTRY} AS BLOB)".replace(" x", " char(10)"),
    "postgresql": f"convert_to({_ENTRY}, 'UTF8')".replace(" x", " chr(10)"),
}
_READ = 'SELECT "index", {entry} FROM audit_leaf WHERE {which} ORDER BY "index"'

Row = tuple[int, bytes]


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
