"""What the phone line answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.calls.selectors import calls_of_numbers
from callward.holdings import DataCategory
from callward.telephony.models import DeskCall, DialPermit, LineCall, RingBack, WrapUp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from callward.kernel.references import Ref


class TelephonyHolder:
    """Removes what the line keeps beside a recording: ledger, wrap-up, permit, ring-back."""

    name = "telephony"

    def find(self, numbers: Sequence[str]) -> list[Ref]:
        """The recordings or calls that any of these numbers took part in over our own line."""
        calls = calls_of_numbers(numbers)
        rows = LineCall.objects.filter(call_ref__in=calls)
        return [row.recording_ref or row.ref for row in rows.order_by("started_at")]

    def describe(self, ref: Ref) -> dict[str, str]:
        """What is kept beside a recording, by category; empty when nothing is."""
        row = self._rows([ref]).first()
        if row is None:
            return {}
        described = {DataCategory.CONSENT: f"ledger, {row.evidence or row.fate}"}
        wrap_up = WrapUp.objects.filter(line_call_ref=row.ref).first()
        if wrap_up is not None:
            described[DataCategory.NOTE] = f"{wrap_up.outcome}, {wrap_up.purpose}"
        return {str(category): text for category, text in described.items()}

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:  # noqa: ARG002  # the port's shape
        """Nothing of its own forbids: the recording's hold decides."""
        return None

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Remove the rows beside these recordings; the keys went before."""
        rows = list(self._rows(refs).values_list("ref", "line_call_ref"))
        gone, calls = [row[0] for row in rows], [row[1] for row in rows]
        WrapUp.objects.filter(line_call_ref__in=calls).delete()
        RingBack.objects.filter(line_call_ref__in=calls).delete()
        DeskCall.objects.filter(ref__in=calls).delete()
        DialPermit.objects.filter(call_ref__in=gone).delete()
        removed, _ = LineCall.objects.filter(ref__in=gone).delete()
        return removed

    @staticmethod
    def _rows(refs: Sequence[Ref]) -> QuerySet[LineCall]:
        return LineCall.objects.filter(recording_ref__in=refs) | LineCall.objects.filter(
            ref__in=refs
        )
