"""What calls answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.calls import selectors, services
from callward.calls.errors import CallMissingError
from callward.holdings import DataCategory, Holder
from callward.holdings.kinds import RAW_ROW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.holdings import Identifiers
    from callward.kernel.references import Ref


class CallsHolder(Holder):
    """Finds and describes calls; a call itself leaves with what recordings says of it."""

    name = "calls"
    kinds = (RAW_ROW,)

    def find(self, identifiers: Identifiers) -> list[Ref]:
        """The calls that any of these numbers took part in, for every controller."""
        return selectors.calls_of_numbers(identifiers.numbers)

    def mentions(self, numbers: Sequence[Ref]) -> set[Ref]:
        """The numbers that some call mentions."""
        return selectors.still_mentioned(numbers)

    def beside(self, refs: Sequence[Ref]) -> set[Ref]:
        """The raw rows of calls."""
        return selectors.raw_rows_beside(refs)

    def describe(self, ref: Ref) -> dict[str, str]:
        """What is kept about a call, by category; empty when it is not a call."""
        try:
            kept = selectors.call(ref)
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

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Remove raw rows; the holder of recordings removes calls."""
        return services.delete_raw_rows(refs)
