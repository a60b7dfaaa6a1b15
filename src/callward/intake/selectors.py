"""What may be asked about intake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.intake import keyed_digests
from callward.intake.errors import NothingInQuarantineError
from callward.intake.models import Delivery, Quarantined
from callward.intake.source_declarations import declarations
from callward.intake.states import SENTENCES, DeliveryState, QuarantineReason, QuarantineState
from callward.intake.values import DeliveryView, Page, QuarantinedView

if TYPE_CHECKING:
    from callward.kernel.references import Ref


def deliveries_of(
    delivered_by: str, controller_ref: Ref, *, after: Ref | None = None, limit: int = 50
) -> Page:
    """What one source has handed over, newest first; nobody else's."""
    rows = Delivery.objects.filter(
        delivered_by=delivered_by, controller_ref=controller_ref
    ).order_by("-ref")
    if after is not None:
        rows = rows.filter(ref__lt=after)
    found = list(rows[: limit + 1])
    last = found[limit - 1].ref if len(found) > limit else None
    return Page(rows=tuple(_delivery(row) for row in found[:limit]), after=last)


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        ref=row.ref,
        recording_ref=row.recording_ref,
        recording_id=_source_id(row),
        state=DeliveryState(row.state),
        received_at=row.received_at,
        size=row.size,
        sha256=bytes(row.sha256).hex() if row.sha256 else "",
    )


def _source_id(row: Delivery) -> str:
    """What the source called it; empty once the record of its call is gone."""
    return keyed_digests.texts.open(row.sealed_id, row.controller_ref) if row.sealed_id else ""


def quarantine(
    controller_ref: Ref, *, state: QuarantineState | None = None, limit: int = 200
) -> list[QuarantinedView]:
    """What is or was in quarantine, newest first."""
    rows = Quarantined.objects.filter(controller_ref=controller_ref)
    if state is not None:
        rows = rows.filter(state=state)
    return [_quarantined(row) for row in rows.order_by("-arrived_at", "-ref")[:limit]]


def quarantined(ref: Ref) -> QuarantinedView:
    """One quarantined arrival; raises NothingInQuarantineError."""
    row = Quarantined.objects.filter(ref=ref).first()
    if row is None:
        raise NothingInQuarantineError(ref=ref)
    return _quarantined(row)


def _quarantined(row: Quarantined) -> QuarantinedView:
    reason = QuarantineReason(row.reason)
    return QuarantinedView(
        ref=row.ref,
        controller_ref=row.controller_ref,
        reason=reason,
        sentence=SENTENCES[reason],
        state=QuarantineState(row.state),
        kind=row.kind,
        size=row.size,
        sealed=row.item_ref is not None,
        arrived_at=row.arrived_at,
        due_at=row.due_at,
        conflicts_with=row.conflicts_with,
    )
