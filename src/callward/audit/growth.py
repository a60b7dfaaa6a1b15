"""Tiles in the database: read with a memory, and grown by whole groups of leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from callward.audit import leaves, tree
from callward.audit.errors import TreeDamagedError
from callward.audit.models import Tile

if TYPE_CHECKING:
    from collections.abc import Mapping

_READ = (
    'SELECT "index", at, event, item, actor, facts FROM audit_leaf '
    'WHERE "index" >= %s AND "index" < %s ORDER BY "index"'
)


class Row(NamedTuple):
    """A leaf as its columns tell it."""

    place: int
    at: str
    event: str
    item: str
    actor: str
    facts: str

    @property
    def entry(self) -> bytes:
        """The bytes that stand in the tree."""
        return leaves.entry_bytes(
            at=self.at, event=self.event, item=self.item, actor=self.actor, facts=self.facts
        )


def leaf_rows(start: int, end: int) -> list[Row]:
    """The leaves whose index is at least `start` and below `end`."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [start, end])
        return list(map(Row._make, cursor.fetchall()))


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
    for wanted, row in enumerate(rows, start):
        if row.place != wanted:
            raise TreeDamagedError(level=0, number=wanted // tree.TILE)
    hashes = b"".join(tree.leaf_hash(row.entry) for row in rows)
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
