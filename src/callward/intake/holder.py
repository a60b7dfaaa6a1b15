"""What intake keeps of a person, for the registry of holders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.holdings import Holder
from callward.holdings.kinds import QUARANTINED, WAITING_CDR
from callward.intake.models import Delivery, Quarantined, WaitingCdr
from callward.recordings.selectors import recordings_of_calls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class IntakeHolder(Holder):
    """Deliveries, quarantined arrivals and waiting call records; no number stands in clear here."""

    name = "intake"
    kinds = (QUARANTINED, WAITING_CDR)

    def describe(self, ref: Ref) -> dict[str, str]:
        """The receipt of one delivery."""
        delivery = Delivery.objects.filter(recording_ref=ref).first()
        if delivery is None:
            return {}
        return {"source": delivery.source_system, "received": delivery.received_at.isoformat()}

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Remove the receipts of these recordings; of due calls, what their source called them."""
        told = [each for some in recordings_of_calls(refs).values() for each in some]
        heard = [each.ref for each in told if each.captured_sha256]
        gone = [*refs, *(each.ref for each in told if not each.captured_sha256)]
        if heard:
            Delivery.objects.filter(recording_ref__in=heard).update(sealed_id=b"")
        removed = WaitingCdr.objects.filter(ref__in=refs).delete()[0]
        removed += Quarantined.objects.filter(item_ref__in=refs).delete()[0]
        return removed + Delivery.objects.filter(recording_ref__in=gone).delete()[0]
