"""Comparing rows, objects and wraps, so that nothing is silently missing or left over."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from uuid import UUID

from callward.vault import ports
from callward.vault.epochs import is_hold
from callward.vault.ledger_replay import part_names
from callward.vault.models import SealedItem
from callward.vault.objects import ref_of
from callward.vault.states import Reconciliation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callward.kernel.references import Ref

GROUP = 500


def _sorted(refs: Iterable[Ref]) -> tuple[Ref, ...]:
    return tuple(sorted(refs))


def _without_objects(rows: set[Ref], names: set[str]) -> set[Ref]:
    ordered = sorted(rows)
    missing: set[Ref] = set()
    for first in range(0, len(ordered), GROUP):
        wanted = set(part_names(ordered[first : first + GROUP]))
        missing |= {UUID(hex=ref_of(name)) for name in wanted - names}
    return missing


def reconcile() -> Reconciliation:
    """Compare rows, objects and wraps."""
    rows = set(SealedItem.objects.values_list("ref", flat=True).iterator())
    names = set(ports.objects.get().names())
    stored = {UUID(hex=ref_of(name)) for name in names}
    wraps = list(ports.key_store.get().wraps())
    wrapped = {ref for ref, _epoch, _alive in wraps}
    held: dict[str, list[Ref]] = defaultdict(list)
    for ref, epoch, _alive in wraps:
        if is_hold(epoch):
            held[epoch].append(ref)
    return Reconciliation(
        rows_without_objects=_sorted(_without_objects(rows, names)),
        objects_without_rows=_sorted(stored - rows),
        rows_without_wraps=_sorted(rows - wrapped),
        wraps_without_rows=_sorted(wrapped - rows),
        wraps_without_keys=_sorted(ref for ref, _epoch, alive in wraps if not alive),
        held={epoch: _sorted(refs) for epoch, refs in held.items()},
    )
