"""The Merkle tree of RFC 6962 over tiles of 256 hashes (C2SP tlog-tiles)."""

from __future__ import annotations

from hashlib import sha256
from struct import Struct
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HASH = 32
TILE_HEIGHT = 8
TILE = 1 << TILE_HEIGHT
EMPTY_ROOT = sha256(b"").digest()

_LEAF = b"\x00"
_NODE = b"\x01"
_PAIRS = Struct(f"{2 * HASH}s").iter_unpack


class Tiles(Protocol):
    """Gives the hashes of a tile, at least the asked count of them, joined."""

    def __call__(self, level: int, number: int, count: int, /) -> bytes: ...


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one entry."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees."""
    return sha256(_NODE + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """The root over a power of two of joined hashes."""
    digest, node, pairs = sha256, _NODE, _PAIRS
    while len(hashes) > HASH:
        hashes = b"".join([digest(node + pair).digest() for (pair,) in pairs(hashes)])
    return hashes


def _subtree(tiles: Tiles, start: int, height: int) -> bytes:
    """The root of the perfect subtree of `2**height` leaves that begins at leaf `start`."""
    level, inside = divmod(height, TILE_HEIGHT)
    first = start >> (level * TILE_HEIGHT)
    number, offset = divmod(first, TILE)
    count = 1 << inside
    hashes = tiles(level, number, offset + count)
    return perfect_root(hashes[offset * HASH : (offset + count) * HASH])


def root_of(hashes: bytes) -> bytes:
    """The root over any number of joined hashes, as RFC 6962 divides them."""
    size = len(hashes) // HASH
    if size & (size - 1) == 0:
        return perfect_root(hashes)
    middle = _split(size) * HASH
    return node_hash(root_of(hashes[:middle]), root_of(hashes[middle:]))


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def range_root(tiles: Tiles, start: int, end: int) -> bytes:
    """The root over the leaves `start` to `end`, as RFC 6962 divides them."""
    size = end - start
    if size & (size - 1) == 0:
        return _subtree(tiles, start, size.bit_length() - 1)
    middle = start + _split(size)
    return node_hash(range_root(tiles, start, middle), range_root(tiles, middle, end))


def tree_root(tiles: Tiles, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return range_root(tiles, 0, size) if size else EMPTY_ROOT


def inclusion_path(tiles: Tiles, index: int, size: int) -> list[bytes]:
    """The hashes that lead from one leaf to the root of the first `size` leaves."""
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(range_root(tiles, middle, end))
            end = middle
        else:
            path.append(range_root(tiles, start, middle))
            start = middle
    return path[::-1]


def consistency_path(tiles: Tiles, old: int, new: int) -> list[bytes]:
    """The hashes that show the tree of `new` leaves to begin with that of `old` leaves."""
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(range_root(tiles, middle, end))
            end = middle
        else:
            path.append(range_root(tiles, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(range_root(tiles, start, end))
    return path[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that a leaf hash and its path lead to, or None when the path has a wrong length."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def is_consistent(
    *, old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether a path shows that the newer tree begins with the older one."""
    if old > new or (old in {0, new} and path):
        return False
    if old in {0, new}:
        return old == 0 or old_root == new_root
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    return bool(hashes) and _roots_from_consistency(old, new, hashes) == (old_root, new_root)


def _roots_from_consistency(
    old: int, new: int, hashes: Iterable[bytes]
) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency path leads to (RFC 9162, 2.1.4.2)."""
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first, *rest = hashes
    old_root = new_root = first
    for sibling in rest:
        if last == 0:
            return None
        if place & 1 or place == last:
            old_root, new_root = node_hash(sibling, old_root), node_hash(sibling, new_root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new_root = node_hash(new_root, sibling)
        place, last = place >> 1, last >> 1
    return (old_root, new_root) if last == 0 else None
