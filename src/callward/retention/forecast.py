"""What a revision of the policy would do to what is kept, before anybody approves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.retention.due_dates import remeasure
from callward.retention.models import Item
from callward.retention.states import ItemState

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """How many recordings would get a nearer date, go at once, or stay longer by law."""

    kept: int
    nearer: int
    due_at_once: int
    longer_by_law: int

    @property
    def unchanged(self) -> int:
        """How many keep the date that they have."""
        return self.kept - self.nearer - self.longer_by_law


def foresee(controller_ref: Ref, policy: CompiledPolicy, *, at: datetime) -> Foreseen:
    """Measure everything kept against a policy that is not in force; changes nothing."""
    kept = nearer = at_once = longer = 0
    rows = Item.objects.filter(controller_ref=controller_ref, state=ItemState.KEPT)
    for item in rows.iterator(chunk_size=_AT_ONCE):
        before = item.due_at
        remeasure(item, policy)  # the row in memory only: nothing here saves it
        kept += 1
        if _is_nearer(item.due_at, before):
            nearer += 1
            at_once += item.due_at is not None and item.due_at <= at
        elif item.due_at != before:
            longer += 1
    return Foreseen(kept=kept, nearer=nearer, due_at_once=at_once, longer_by_law=longer)


def _is_nearer(now: datetime | None, before: datetime | None) -> bool:
    return now is not None and (before is None or now < before)
