"""What this room keeps of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.holdings import DataCategory
from callward.kernel.numbers import PhoneNumber
from callward.subjects import selectors, services

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class SubjectsHolder:
    """Answers for the numbers."""

    name = "subjects"

    def find(self, numbers: Sequence[str]) -> list[Ref]:
        """The numbers kept, for every controller."""
        asked = [PhoneNumber(e164=number) for number in numbers]
        return [view.ref for view in selectors.find_everywhere(asked)]

    def describe(self, ref: Ref) -> dict[str, str]:
        """The number itself."""
        return {
            str(DataCategory.PHONE_NUMBER): text for text in selectors.clear_texts([ref]).values()
        }

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:  # noqa: ARG002  # the port's form
        """Nothing here forbids it: a number goes with the last thing that mentions it."""
        return None

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's form
        """Forget these numbers."""
        return services.delete_unreferenced(refs)
