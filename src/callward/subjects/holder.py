"""What this room keeps of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.holdings import DataCategory, Holder
from callward.kernel.numbers import PhoneNumber
from callward.subjects import selectors, services

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.holdings import Identifiers
    from callward.kernel.references import Ref


class SubjectsHolder(Holder):
    """Answers for the numbers."""

    name = "subjects"

    def find(self, identifiers: Identifiers) -> list[Ref]:
        """The numbers kept, for every controller."""
        asked = [PhoneNumber(e164=number) for number in identifiers.numbers]
        return [view.ref for view in selectors.find_everywhere(asked)]

    def describe(self, ref: Ref) -> dict[str, str]:
        """The number itself."""
        return {
            str(DataCategory.PHONE_NUMBER): text for text in selectors.clear_texts([ref]).values()
        }

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's form
        """Forget these numbers where nothing mentions them any more."""
        return services.delete_unreferenced(refs)
