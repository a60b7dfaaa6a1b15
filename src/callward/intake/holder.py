"""What intake keeps of a person, for the registry of holders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from callward.intake.models import Delivery, Quarantined

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class IntakeHolder:
    """Deliveries and quarantined arrivals, found by the reference of their recording."""

    name = "intake"

    def find(self, numbers: Sequence[str]) -> list[Ref]:  # noqa: ARG002  # the port wants it
        """Intake keeps no number that could be looked up; calls answer for it."""
        return []

    def describe(self, ref: Ref) -> dict[str, str]:
        """The receipt of one delivery."""
        delivery = Delivery.objects.filter(recording_ref=ref).first()
        if delivery is None:
            return {}
        return {"source": delivery.source_system, "received": delivery.received_at.isoformat()}

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:  # noqa: ARG002  # the port wants it
        """Intake never objects to a destruction."""
        return None

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port wants it
        """Remove the receipts of these recordings; removing them again removes nothing."""
        rows, _ = Delivery.objects.filter(recording_ref__in=refs).delete()
        more, _ = Quarantined.objects.filter(Q(item_ref__in=refs)).delete()
        return rows + more
