"""Comparing rows, sealed objects and keys side by side, in slices, however many there are."""

from __future__ import annotations

import heapq
from collections import defaultdict
from enum import IntEnum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from uuid import UUID

from callward.vault import ports
from callward.vault.epochs import is_hold
from callward.vault.errors import ObjectNotFoundError, ObjectStoreError
from callward.vault.ledger_replay import part_names
from callward.vault.models import SealedItem
from callward.vault.objects import ref_of
from callward.vault.states import Reconciliation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from callward.kernel.references import Ref

_AT_ONCE = 500


class _Side(IntEnum):
    """Where something of a recording was seen."""

    ROW = 0
    PART = 1
    OBJECT = 2
    WRAP = 3


# Of which recording, where, the name of its object or epoch, and whether that epoch has its key.
_Seen = tuple["Ref", _Side, str, bool]


def reconcile() -> Reconciliation:
    """Compare rows, objects and wraps, so that nothing is silently missing or left over."""
    compared, objects = _Compared(), _Objects()
    sides = (_rows(), objects.seen(), _wraps())
    for ref, seen in groupby(heapq.merge(*sides, key=itemgetter(0)), key=itemgetter(0)):
        compared.take(ref, list(seen))
    return compared.looked_at_again(foreign=objects.foreign)


def _rows() -> Iterator[_Seen]:
    """Every recording that a row names, and the objects that it must have."""
    rows, last = SealedItem.objects.order_by("ref"), UUID(int=0)
    while some := list(rows.filter(ref__gt=last).values_list("ref", flat=True)[:_AT_ONCE]):
        yield from heapq.merge(
            ((ref, _Side.ROW, "", True) for ref in some),
            ((_ref_in(name), _Side.PART, name, True) for name in sorted(part_names(some))),
            key=itemgetter(0),
        )
        last = some[-1]


def _wraps() -> Iterator[_Seen]:
    for ref, epoch, alive in ports.key_store.get().wraps():
        yield ref, _Side.WRAP, epoch, alive


def _ref_in(name: str) -> Ref:
    return UUID(hex=ref_of(name))


class _Objects:
    """What the store lists; objects that are none of ours are counted."""

    def __init__(self) -> None:
        self.foreign = 0

    def seen(self) -> Iterator[_Seen]:
        last = UUID(int=0)
        for name in ports.objects.get().names():
            try:
                ref = _ref_in(name)
            except ValueError:
                self.foreign += 1
                continue
            if ref < last:
                raise ObjectStoreError(why="its list is not in order")
            last = ref
            yield ref, _Side.OBJECT, name, True


class _Compared:
    """What does not fit, recording by recording."""

    def __init__(self) -> None:
        self._rows_without_objects: set[Ref] = set()
        self._objects_without_rows: set[Ref] = set()
        self._rows_without_wraps: set[Ref] = set()
        self._wraps_without_rows: set[Ref] = set()
        self._wraps_without_keys: set[Ref] = set()
        self._held: dict[str, list[Ref]] = defaultdict(list)

    def take(self, ref: Ref, seen: Sequence[_Seen]) -> None:
        """Compare the sides of one recording."""
        names: dict[_Side, set[str]] = defaultdict(set)
        for _ref, side, name, alive in seen:
            names[side].add(name)
            if not alive:
                self._wraps_without_keys.add(ref)
        for epoch in filter(is_hold, names[_Side.WRAP]):
            self._held[epoch].append(ref)
        if names[_Side.ROW]:
            self._take_row(ref, names)
        else:
            self._objects_without_rows.update([ref] if names[_Side.OBJECT] else [])
            self._wraps_without_rows.update([ref] if names[_Side.WRAP] else [])

    def _take_row(self, ref: Ref, names: dict[_Side, set[str]]) -> None:
        if names[_Side.PART] - names[_Side.OBJECT]:
            self._rows_without_objects.add(ref)
        if not names[_Side.WRAP]:
            self._rows_without_wraps.add(ref)

    def looked_at_again(self, *, foreign: int) -> Reconciliation:
        """Leave out what came or went meanwhile; a list alone proves no object missing."""
        odd = self._rows_without_objects | self._rows_without_wraps
        now = _with_rows(odd | self._objects_without_rows | self._wraps_without_rows)
        missing = {ref for ref in self._rows_without_objects & now if _lacks_object(ref)}
        return Reconciliation(
            rows_without_objects=_sorted(missing),
            objects_without_rows=_sorted(self._objects_without_rows - now),
            rows_without_wraps=_sorted(self._rows_without_wraps & now),
            wraps_without_rows=_sorted(self._wraps_without_rows - now),
            wraps_without_keys=_sorted(self._wraps_without_keys),
            foreign_objects=foreign,
            held={epoch: _sorted(refs) for epoch, refs in self._held.items()},
        )


def _with_rows(refs: Iterable[Ref]) -> set[Ref]:
    asked = _sorted(refs)
    return {
        ref
        for first in range(0, len(asked), _AT_ONCE)
        for ref in SealedItem.objects.filter(
            ref__in=asked[first : first + _AT_ONCE]
        ).values_list("ref", flat=True)
    }  # fmt: skip


def _lacks_object(ref: Ref) -> bool:
    store = ports.objects.get()
    try:
        for name in part_names([ref]):
            store.size(name)
    except ObjectNotFoundError:
        return True
    return False


def _sorted(refs: Iterable[Ref]) -> tuple[Ref, ...]:
    return tuple(sorted(refs))
