"""Retention's own rows of a recording: when it ends, and that it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.retention.models import DestroyedItem, HeldItem, Item

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class RetentionHolder:
    """Drops the count of what is destroyed, also when a restore brought it back (D-03)."""

    name = "retention"

    def find(self, numbers: Sequence[str]) -> list[Ref]:  # noqa: ARG002  # the port's shape
        """Nothing: retention knows references, no people."""
        return []

    def describe(self, ref: Ref) -> dict[str, str]:  # noqa: ARG002  # the port's shape
        """Nothing about people."""
        return {}

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:  # noqa: ARG002  # the port's shape
        """Nothing here: the services of retention refuse by themselves."""
        return None

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Delete the items and remember only that their references name nothing any more."""
        items = Item.objects.filter(ref__in=refs)
        DestroyedItem.objects.bulk_create(
            [
                DestroyedItem(ref=ref, disposal_id=disposal)
                for ref, disposal in items.values_list("ref", "disposal_id")
            ],
            ignore_conflicts=True,
        )
        HeldItem.objects.filter(item_ref__in=refs).delete()
        return items.delete()[0]
