"""Retention's own rows of a recording: when it ends, and that it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.holdings import Holder
from callward.retention.services import forget

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class RetentionHolder(Holder):
    """Drops the count of what is destroyed, also when a restore brought it back (D-03)."""

    name = "retention"

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Delete the items and what began or held them."""
        return forget(refs)
