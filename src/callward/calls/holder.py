"""What calls answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.calls.errors import CallMissingError
from callward.calls.selectors import call, calls_of_numbers
from callward.holdings import DataCategory

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class CallsHolder:
    """Finds and describes calls; a call itself leaves with the last of its recordings."""

    name = "calls"

    def find(self, numbers: Sequence[str]) -> list[Ref]:
        """The calls that any of these numbers took part in, for every controller."""
        return calls_of_numbers(numbers)

    def describe(self, ref: Ref) -> dict[str, str]:
        """What is kept about a call, by category; empty when it is not a call."""
        try:
            kept = call(ref)
        except CallMissingError:
            return {}
        row = kept.row
        return {
            DataCategory.CALL_RECORD: (
                f"{row.started_at.isoformat()} {row.direction} {row.disposition} {row.seconds} s"
            ),
            DataCategory.PHONE_NUMBER: ", ".join(p.number for p in kept.parties if p.number),
            DataCategory.NAME: ", ".join(p.name for p in kept.parties if p.name),
            DataCategory.CONSENT: str(kept.told),
        }

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:  # noqa: ARG002  # the port's shape
        """A call has no rule of its own: it goes when its recordings go."""
        return None

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Nothing: the holder of recordings removes calls that have no recording left."""
        return 0
