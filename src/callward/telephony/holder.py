"""What the phone line answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from callward.calls.selectors import calls_of_numbers
from callward.holdings import DataCategory, Holder
from callward.holdings.kinds import (
    COUNTED_DAY,
    DESK_CALL,
    DIAL_PERMIT,
    LINE_RECORD,
    RING_BACK,
    WRAP_UP,
)
from callward.retention.services import must_stay
from callward.telephony.models import CountedDay, DeskCall, DialPermit, LineCall, RingBack, WrapUp

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from callward.holdings import Identifiers
    from callward.kernel.references import Ref


class TelephonyHolder(Holder):
    """Keeps what the line says beside a call: its record, wrap-up, permit, ring-back, counts."""

    name = "telephony"
    kinds = (DESK_CALL, WRAP_UP, RING_BACK, DIAL_PERMIT, LINE_RECORD, COUNTED_DAY)

    def find(self, identifiers: Identifiers) -> list[Ref]:
        """The recordings or calls that any of these numbers took part in over our own line."""
        calls = calls_of_numbers(identifiers.numbers)
        rows = LineCall.objects.filter(call_ref__in=calls)
        return [row.recording_ref or row.ref for row in rows.order_by("started_at")]

    def beside(self, refs: Sequence[Ref]) -> set[Ref]:
        """The line's record of these recordings and calls, and the notes about them."""
        rows = self._rows(refs) | LineCall.objects.filter(call_ref__in=refs)
        told = list(rows.values_list("ref", "line_call_ref"))
        records, names = {row[0] for row in told}, {row[1] for row in told}
        return records.union(
            *(each.values_list("ref", flat=True) for each in _notes(records, names))
        )

    def describe(self, ref: Ref) -> dict[str, str]:
        """What is kept beside a recording, by category; empty when nothing is."""
        row = self._rows([ref]).first()
        if row is None:
            return {}
        described = {DataCategory.CONSENT: f"ledger, {row.evidence or row.fate}"}
        wrap_up = WrapUp.objects.filter(line_call_ref=row.line_call_ref).first()
        if wrap_up is not None:
            described[DataCategory.NOTE] = f"{wrap_up.outcome}, {wrap_up.purpose}"
        return {str(category): text for category, text in described.items()}

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:
        """Remove these rows, and those beside recordings that are destroyed."""
        beside = self._rows(refs).exclude(ref__in=refs).values_list("ref", flat=True)
        going = {*refs, *beside} - must_stay(LINE_RECORD, list(beside), at=at)
        rows = LineCall.objects.filter(ref__in=going)
        records = list(rows.values_list("ref", "line_call_ref"))
        told = _notes([row[0] for row in records], [row[1] for row in records])
        for kind, notes in zip((WRAP_UP, RING_BACK, DESK_CALL, DIAL_PERMIT), told, strict=True):
            found = list(notes.values_list("ref", flat=True))
            notes.exclude(ref__in=must_stay(kind, found, at=at)).delete()
        own = (WrapUp, RingBack, DeskCall, DialPermit, CountedDay)
        removed = sum(model.objects.filter(ref__in=refs).delete()[0] for model in own)
        return removed + rows.delete()[0]

    @staticmethod
    def _rows(refs: Sequence[Ref]) -> QuerySet[LineCall]:
        return LineCall.objects.filter(Q(recording_ref__in=refs) | Q(ref__in=refs))


def _notes(
    records: Collection[Ref], names: Collection[Ref]
) -> tuple[QuerySet[WrapUp], QuerySet[RingBack], QuerySet[DeskCall], QuerySet[DialPermit]]:
    """What is noted of the calls with these records and these names on the line."""
    return (
        WrapUp.objects.filter(line_call_ref__in=names),
        RingBack.objects.filter(line_call_ref__in=names),
        DeskCall.objects.filter(ref__in=names),
        DialPermit.objects.filter(call_ref__in=records),
    )
