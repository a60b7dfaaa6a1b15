"""What goes over the wire."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # pydantic reads the fields
from uuid import UUID  # noqa: TC003  # pydantic reads the fields

from ninja import Schema

from callward.intake.states import (  # noqa: TC001  # pydantic reads the fields
    DeliveryState,
    Outcome,
    QuarantineReason,
)


class ProblemOut(Schema):
    """Why something was refused: a stable code, the fact, and what mends it."""

    code: str
    fact: str
    mend: str


class ReceiptOut(Schema):
    """What became of an upload."""

    outcome: Outcome
    ref: UUID | None
    reason: QuarantineReason | None
    certificate_ref: UUID | None


class DeliveryOut(Schema):
    """One of the caller's own deliveries."""

    ref: UUID
    recording_ref: UUID
    recording_id: str
    state: DeliveryState
    received_at: datetime
    size: int
    sha256: str


class DeliveriesOut(Schema):
    """A page of them, newest first; `after` asks for the next one."""

    deliveries: list[DeliveryOut]
    after: UUID | None
