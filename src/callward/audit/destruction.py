"""The end of an entry: its content goes on its day, its hash stays in a signed sub-tree.

What a disposal takes from one controller is one sub-tree of RFC 6962 over the hashes of these
entries in their order. Its root and the places it covers are signed; the hashes themselves stay in
the tiles, so every root, proof and checkpoint of before and after leads where it led.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from callward.audit import leaves, notes, ports, rollbacks, selectors, tree
from callward.audit.errors import TreeDamagedError
from callward.audit.models import DestroyedRange, Destruction, Leaf
from callward.audit.notes import SubTree
from callward.kernel.references import new_ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import datetime

    from callward.audit.leaves import Row
    from callward.audit.selectors import Span
    from callward.kernel.references import Ref

_AT_ONCE = 20_000

Range = tuple[int, int]


def fits(sub_tree: SubTree, tiles: leaves.StoredTiles) -> bool:
    """Whether the hashes in the tree are those that were signed."""
    try:
        return tree.root_of(_hashes_at(tiles, sub_tree.ranges)) == sub_tree.root
    except TreeDamagedError:
        return False


def _hashes_at(tiles: leaves.StoredTiles, ranges: Iterable[Range]) -> bytes:
    parts = []
    for first, last in ranges:
        place = first
        while place <= last:
            number, inside = divmod(place, tree.TILE)
            upto = min(tree.TILE, last + 1 - number * tree.TILE)
            hashes = tiles(0, number, upto)
            parts.append(hashes[inside * tree.HASH : upto * tree.HASH])
            place = number * tree.TILE + upto
    return b"".join(parts)


def ranges_of(indexes: Iterable[int]) -> tuple[Range, ...]:
    """Neighbouring places joined."""
    found: list[list[int]] = []
    for index in indexes:
        if found and found[-1][1] + 1 == index:
            found[-1][1] = index
        else:
            found.append([index, index])
    return tuple((first, last) for first, last in found)


def choose(
    controller: Ref, spans: Sequence[Span], *, held: Collection[Ref], at: datetime
) -> SubTree | None:
    """Gather entries of these spans, a controller's and nobody's, but none about what is held.

    Only a sealed entry may go, and only one that still is what was sealed: a forged one stays for
    the check to name.
    """
    tiles, sealed = leaves.StoredTiles(), leaves.grown_size()
    hashes: dict[int, bytes] = {}
    for since, until in spans:
        rows = _due(controller, since, until, held=held, sealed=sealed)
        hashes.update(_unforged(rows, tiles))
    if not hashes:
        return None
    indexes = sorted(hashes)
    return SubTree(
        ref=new_ref(at),
        at=leaves.instant_text(at),
        ranges=ranges_of(indexes),
        root=tree.root_of(b"".join(hashes[index] for index in indexes)),
    )


def _due(
    controller: Ref, since: datetime, until: datetime, *, held: Collection[Ref], sealed: int
) -> list[Row]:
    found = selectors.happened((controller, None), [(since, until)]).filter(index__lt=sealed)
    due = list(islice(selectors.unheld(found, held), _AT_ONCE))
    return [row for first, last in ranges_of(due) for row in leaves.leaf_rows(first, last + 1)]


def _unforged(rows: Iterable[Row], tiles: leaves.StoredTiles) -> Iterator[tuple[int, bytes]]:
    for index, entry in rows:
        found = tree.leaf_hash(entry)
        if found == _hashes_at(tiles, [(index, index)]):
            yield index, found


def let_go(sub_tree: SubTree, *, at: datetime) -> None:
    """Sign the sub-tree, keep the note where no restore reaches, and delete the rows."""
    signer = ports.signer.get()
    note = notes.sign_text(sub_tree.text(signer.origin), name=signer.origin, signer=signer)
    rollbacks.keep_note(note)
    row = Destruction.objects.create(ref=sub_tree.ref, note=note, at=at)
    DestroyedRange.objects.bulk_create(
        [DestroyedRange(first=first, last=last, destruction=row) for first, last in sub_tree.ranges]
    )
    for first, last in sub_tree.ranges:
        Leaf.objects.filter(index__gte=first, index__lte=last).delete()


def _any_gone(ranges: Iterable[Range]) -> bool:
    return any(
        DestroyedRange.objects.filter(first__lte=last, last__gte=first).exists()
        for first, last in ranges
    )


def brought_back() -> Iterator[SubTree]:
    """What a restore brought back, by the kept notes, as far as it is the same tree."""
    tiles = leaves.StoredTiles()
    public_key = ports.signer.get().public_key
    for note in reversed([note for _number, note in rollbacks.kept_notes()]):
        sub_tree = notes.parse_sub_tree(note)
        if sub_tree is None or not notes.is_signed(note, public_key=public_key):
            continue
        # A crash may have left a note whose entries went by a later one.
        if not _any_gone(sub_tree.ranges) and fits(sub_tree, tiles):
            yield sub_tree


def hash_of(index: int) -> bytes:
    """The hash that stands for an entry whose content went; empty when none did."""
    before = DestroyedRange.objects.filter(first__lte=index).order_by("-first").first()
    if before is None or before.last < index:
        return b""
    return _hashes_at(leaves.StoredTiles(), [(index, index)])


@dataclass(slots=True)
class Destroyed:
    """The places whose content is gone by a signed note that fits the tree."""

    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)  # the first place of each note that does not

    @property
    def count(self) -> int:
        """How many entries are hashes only."""
        return sum(self.lasts) - sum(self.firsts) + len(self.firsts)

    def touches(self, start: int, end: int) -> bool:
        """Whether anything from `start` to below `end` is gone."""
        found = bisect_left(self.lasts, start)
        return found < len(self.firsts) and self.firsts[found] < end

    def covers(self, index: int) -> bool:
        """Whether an entry's content went lawfully."""
        found = bisect_right(self.firsts, index) - 1
        return found >= 0 and index <= self.lasts[found]


def destroyed(tiles: leaves.StoredTiles, *, public_key: bytes) -> Destroyed:
    """Read every destruction and compare it with its signature, its rows and the tree."""
    known, ranges = Destroyed(), []
    for row in Destruction.objects.prefetch_related("ranges"):
        stored = sorted((one.first, one.last) for one in row.ranges.all())
        sub_tree = notes.parse_sub_tree(row.note)
        if (
            sub_tree is not None
            and list(sub_tree.ranges) == stored
            and notes.is_signed(row.note, public_key=public_key)
            and fits(sub_tree, tiles)
        ):
            ranges += stored
        else:
            known.broken.append(stored[0][0] if stored else 0)
    for first, last in sorted(ranges):
        known.firsts.append(first)
        known.lasts.append(last)
    return known
