"""What consents answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.consents.services import delete_proofs, proof, proofs_of_numbers
from callward.holdings import DataCategory, Holder
from callward.holdings.kinds import CONSENT_PROOF

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.holdings import Identifiers
    from callward.kernel.references import Ref


class ConsentsHolder(Holder):
    """Proofs outlive the recordings that they allowed, and go on a day of their own."""

    name = "consents"
    kinds = (CONSENT_PROOF,)

    def find(self, identifiers: Identifiers) -> list[Ref]:
        """The proofs of whoever has these numbers."""
        return proofs_of_numbers(identifiers.numbers)

    def describe(self, ref: Ref) -> dict[str, str]:
        """What was decided, by what means and when; empty when it is no proof."""
        kept = proof(ref)
        if kept is None:
            return {}
        return {DataCategory.CONSENT: f"{kept.decision} {kept.means} {kept.decided_at.isoformat()}"}

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Remove proofs."""
        return delete_proofs(refs)
