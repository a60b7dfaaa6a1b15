"""The check of the whole tree: every leaf, every tile, every checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from callward.audit import destruction, leaves, notes, ports, rollbacks, selectors, tree
from callward.audit.errors import MalformedNoteError, TreeDamagedError
from callward.audit.models import Checkpoint, Tile
from callward.audit.states import FaultKind

if TYPE_CHECKING:
    from callward.audit.leaves import Row


_AHEAD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it was signed: a leaf's index, a tile's number, a size."""

    kind: FaultKind
    place: int
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a check of the tree found."""

    size: int
    sealed: int
    checked: int
    checkpoints: int
    destroyed: int
    faults: tuple[Fault, ...]
    rollbacks: tuple[rollbacks.Rollback, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.faults


def hash_rows(rows: list[Row]) -> list[bytes]:
    """The leaf hashes of rows: `tree.leaf_hash`, written out because it is the path."""
    digest = sha256
    return [digest(b"\x00" + entry).digest() for _, entry in rows]


@dataclass(slots=True)
class _Check:
    sealed: int
    head: notes.Head | None
    stored: leaves.StoredTiles
    gone: destruction.Destroyed
    faults: list[Fault] = field(default_factory=list)
    ahead: dict[int, bytes] = field(default_factory=dict)
    shift: int = 0

    def find(self, kind: FaultKind, place: int, *, level: int = 0) -> None:
        self.faults.append(Fault(kind=kind, place=place, level=level))

    def tile(self, number: int) -> int:
        """Compare one tile of leaves, and tell how many leaves were read."""
        start = number * tree.TILE + self.shift
        end = min((number + 1) * tree.TILE, self.sealed) + self.shift
        rows = leaves.leaf_rows(start, end)
        stored = self._stored_leaves(number)
        hashes = hash_rows(rows)
        read = len(rows)
        if self.gone.touches(start, end):
            rows, hashes = self._with_destroyed(rows, hashes, stored, (start, end))
        joined = b"".join(hashes)
        if len(rows) != end - start:
            self.name_gaps(rows, start, end)
        if joined != stored:
            self._name_difference(number, rows, hashes, stored)
        self._compare_above(number, stored)
        return read

    def _with_destroyed(
        self, rows: list[Row], hashes: list[bytes], stored: bytes, span: tuple[int, int]
    ) -> tuple[list[Row], list[bytes]]:
        """Put the hash that the tree kept where the content went on its day."""
        found = {row[0]: (row, digest) for row, digest in zip(rows, hashes, strict=True)}
        for index in filter(self.gone.covers, range(*span)):
            if index in found:
                self.find(FaultKind.LEAF_RETURNED, index)
            place = (index - span[0]) * tree.HASH
            found[index] = ((index, b""), stored[place : place + tree.HASH])
        ordered = [found[index] for index in sorted(found)]
        return [row for row, _ in ordered], [digest for _, digest in ordered]

    def _stored_leaves(self, number: int) -> bytes:
        """The level of leaves is read ahead, many tiles at once."""
        if number not in self.ahead:
            rows = Tile.objects.filter(level=0, number__gte=number, number__lt=number + _AHEAD)
            self.ahead = {at: bytes(hashes) for at, hashes in rows.values_list("number", "hashes")}
        return self.ahead.get(number, b"")

    def name_gaps(self, rows: list[Row], start: int, end: int) -> None:
        present = {index for index, _ in rows}
        for index in range(start, end):
            if index not in present:
                self.find(FaultKind.LEAF_REMOVED, index)

    def _name_difference(
        self, number: int, rows: list[Row], hashes: list[bytes], stored: bytes
    ) -> None:
        whole = min(tree.TILE, self.sealed - number * tree.TILE) * tree.HASH == len(stored)
        same_size = len(hashes) * tree.HASH == len(stored)
        if not whole or (same_size and self._was_sealed(number, b"".join(hashes))):
            self.find(FaultKind.TILE_ALTERED, number)
            return
        step = tree.HASH
        expected = [stored[at : at + step] for at in range(0, len(stored), step)]
        start = number * tree.TILE + self.shift
        if len(rows) < len(expected) or not self._name_shift(rows, hashes, expected):
            self._name_altered(rows, hashes, expected, start)

    def _name_shift(self, rows: list[Row], hashes: list[bytes], expected: list[bytes]) -> bool:
        """Name a leaf by which all later ones moved, or leaves that changed places."""
        pairs = zip(hashes, expected, strict=True)
        first = next(at for at, (found, signed) in enumerate(pairs) if found != signed)
        place, is_last = rows[first][0], first + 1 == len(hashes)
        if sorted(hashes) == sorted(expected):
            self.find(FaultKind.LEAVES_REORDERED, place)
        elif not is_last and hashes[first + 1 :] == expected[first:-1]:
            self.find(FaultKind.LEAF_INSERTED, place)
            self.shift += 1
        elif not is_last and hashes[first:-1] == expected[first + 1 :]:
            self.find(FaultKind.LEAF_REMOVED, place)
            self.shift -= 1
        else:
            return False
        return True

    def _name_altered(
        self, rows: list[Row], hashes: list[bytes], expected: list[bytes], start: int
    ) -> None:
        for (index, _), found in zip(rows, hashes, strict=True):
            offset = index - start
            if offset >= len(expected) or expected[offset] != found:
                self.find(FaultKind.LEAF_ALTERED, index)

    def _was_sealed(self, number: int, joined: bytes) -> bool:
        """Whether these leaves are what the rest of the tree was built on."""
        if len(joined) == tree.TILE * tree.HASH:
            return self._entry_above(number) == tree.perfect_root(joined)
        if self.head is None:
            return False
        try:
            return self.head.root == tree.tree_root(
                leaves.StoredTiles({(0, number): joined}), self.head.size
            )
        except TreeDamagedError:
            return False

    def _entry_above(self, number: int, *, level: int = 0) -> bytes:
        above, place = divmod(number, tree.TILE)
        return self.stored.whole(level + 1, above)[place * tree.HASH : (place + 1) * tree.HASH]

    def _compare_above(self, number: int, stored: bytes, *, level: int = 0) -> None:
        if len(stored) != tree.TILE * tree.HASH:
            return
        if self._entry_above(number, level=level) != tree.perfect_root(stored):
            known = Fault(kind=FaultKind.TILE_ALTERED, place=number, level=level)
            if known not in self.faults:
                self.faults.append(known)

    def higher_tiles(self) -> None:
        """Compare every tile above the leaves with the one above it."""
        for level, number, hashes in (
            Tile.objects.filter(level__gt=0)
            .order_by("level", "number")
            .values_list("level", "number", "hashes")
            .iterator()
        ):
            self._compare_above(number, bytes(hashes), level=level)

    def checkpoint(self, row: Checkpoint, public_key: bytes) -> None:
        """Compare one checkpoint with the tree."""
        try:
            head = notes.parse_head(row.note)
        except MalformedNoteError:
            self.find(FaultKind.CHECKPOINT_ALTERED, row.size)
            return
        if head.size != row.size or not notes.is_signed(row.note, public_key=public_key):
            self.find(FaultKind.CHECKPOINT_ALTERED, row.size)
        elif not self.stands(head):
            self.find(FaultKind.CHECKPOINT_OF_ANOTHER_TREE, row.size)

    def stands(self, head: notes.Head) -> bool:
        """Whether the tiles lead to this head."""
        try:
            return tree.tree_root(self.stored, head.size) == head.root
        except TreeDamagedError:
            return False


def verify(*, since: int = 0, witness: str | None = None) -> Verification:
    """Check leaves, tiles and checkpoints from an index on, also against one kept elsewhere."""
    public_key = ports.signer.get().public_key
    last = selectors.latest_checkpoint()
    check = _begun(last, public_key)
    checked = _check_tiles(check, since=since)
    checkpoints = _check_checkpoints(check, last, since=since, public_key=public_key)
    kept = rollbacks.compare_kept(check.stands, sealed=check.sealed, public_key=public_key)
    found = [Fault(kind=kind, place=place) for kind, place in kept.faults]
    check.faults += [fault for fault in found if fault not in check.faults]
    if witness is not None:
        _compare_witness(check, witness, kept, public_key)
    size = selectors.size()
    checked += _check_unsealed(check, size)
    return Verification(
        size=size,
        sealed=check.sealed,
        checked=checked,
        checkpoints=checkpoints,
        destroyed=check.gone.count,
        faults=tuple(check.faults),
        rollbacks=kept.rollbacks,
    )


def _begun(last: selectors.CheckpointView | None, public_key: bytes) -> _Check:
    stored = leaves.StoredTiles()
    check = _Check(
        sealed=leaves.grown_size(),
        head=_believed(last, public_key),
        stored=stored,
        gone=destruction.destroyed(stored, public_key=public_key),
    )
    for first in check.gone.broken:
        check.find(FaultKind.DESTRUCTION_ALTERED, first)
    return check


def _check_tiles(check: _Check, *, since: int) -> int:
    first = since // tree.TILE
    checked = sum(check.tile(number) for number in range(first, -(-check.sealed // tree.TILE)))
    check.higher_tiles()
    return checked


def _check_checkpoints(
    check: _Check, last: selectors.CheckpointView | None, *, since: int, public_key: bytes
) -> int:
    rows = Checkpoint.objects.filter(size__gte=since).order_by("size")
    for row in rows.iterator():
        check.checkpoint(row, public_key)
    if check.sealed > (last.size if last else 0):
        check.find(FaultKind.CHECKPOINT_REMOVED, check.sealed)
    return rows.count()


def _believed(last: selectors.CheckpointView | None, public_key: bytes) -> notes.Head | None:
    if last is None or not notes.is_signed(last.note, public_key=public_key):
        return None
    return notes.parse_head(last.note)


def _compare_witness(
    check: _Check, witness: str, kept: rollbacks.Compared, public_key: bytes
) -> None:
    """A witness may have seen what a known restore took back; anything else must still stand."""
    head = notes.parse_head(witness)
    if not notes.is_signed(witness, public_key=public_key):
        check.find(FaultKind.CHECKPOINT_ALTERED, head.size)
    elif kept.explains(head) and not check.stands(head):
        return
    elif head.size > check.sealed:
        check.find(FaultKind.CHECKPOINT_REMOVED, head.size)
    elif not check.stands(head):
        check.find(FaultKind.CHECKPOINT_OF_ANOTHER_TREE, head.size)


def _check_unsealed(check: _Check, size: int) -> int:
    """Name the gaps above the last checkpoint, where no signature stands yet."""
    start, read = check.sealed + check.shift, 0
    while start < size:
        end = min(start + tree.TILE, size)
        rows = leaves.leaf_rows(start, end)
        if len(rows) < end - start:
            check.name_gaps(rows, start, end)
        start, read = end, read + len(rows)
    return read
