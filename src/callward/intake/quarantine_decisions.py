"""A person's decision about a quarantined arrival: take it in, or turn it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.calls.states import Told
from callward.intake import keyed_digests, sealed_intake
from callward.intake.arrivals import Accepted, Candidate, Suspect
from callward.intake.context import open_context
from callward.intake.envelope import parse_envelope
from callward.intake.errors import (
    NothingInQuarantineError,
    NothingSealedError,
    StillQuarantinedError,
)
from callward.intake.models import Quarantined
from callward.intake.states import IntakeEvent, QuarantineState
from callward.intake.triage import Triage, arrival_of
from callward.retention import services as retention
from callward.vault import services as vault
from callward.vault.errors import PartMissingError
from callward.vault.states import AUDIO, CDR

if TYPE_CHECKING:
    from datetime import datetime

    from callward.intake.context import IntakeContext
    from callward.intake.envelope import Envelope
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


def release_from_quarantine(
    ref: Ref, *, actor: Actor, at: datetime, envelope: Envelope | None = None
) -> Ref:
    """Take in a quarantined recording, with the facts that were missing where they are given."""
    row = _waiting(ref)
    if row.item_ref is None:
        raise NothingSealedError
    retention.require_usable(row.item_ref, at)
    context = open_context(row.controller_ref, actor=actor, at=at)
    accepted = _judged_again(row, _with_its_consent(envelope, _told_before(row)), context)
    (recording_ref,) = sealed_intake.keep_group([accepted], context)
    with transaction.atomic():
        _decide(row, QuarantineState.TAKEN_IN, actor=actor, at=at)
        audit.record(
            IntakeEvent.DELIVERY_RELEASED,
            item=recording_ref,
            actor=actor,
            at=at,
            quarantined=row.item_ref,
            reason=str(row.reason),
        )
    retention.reject([row.item_ref], actor=actor, at=at)
    return recording_ref


def _told_before(row: Quarantined) -> Envelope | None:
    """What the source itself told, sealed beside the audio."""
    try:
        reader = vault.open_part(_sealed_ref(row), CDR)
    except PartMissingError:
        return None
    return parse_envelope(reader.read(0, reader.plain_size))


def _with_its_consent(typed: Envelope | None, told: Envelope | None) -> Envelope | None:
    """Facts may be typed anew; that the caller was not told stays as the source said it."""
    if typed is None or told is None or told.consent.basis is not Told.NONE:
        return typed or told
    return typed.model_copy(update={"consent": told.consent})


def _sealed_ref(row: Quarantined) -> Ref:
    assert row.item_ref is not None
    return row.item_ref


def _judged_again(row: Quarantined, envelope: Envelope | None, context: IntakeContext) -> Accepted:
    reader = vault.open_part(_sealed_ref(row), AUDIO)
    if envelope is None or reader.plain_size > context.rules.max_bytes:
        raise StillQuarantinedError(reason=str(row.reason))
    candidate = Candidate(
        kind=row.kind,
        size=row.size,
        call_keys=(keyed_digests.call_key(envelope.source_call_id),),
        envelope=envelope,
    )
    arrival = arrival_of(candidate, reader.read(0, reader.plain_size))
    (verdict,) = Triage([arrival], context).verdicts()
    if isinstance(verdict, Accepted):
        return verdict
    reason = str(verdict.reason) if isinstance(verdict, Suspect) else type(verdict).__name__.lower()
    raise StillQuarantinedError(reason=reason)


def reject_quarantined(ref: Ref, *, actor: Actor, at: datetime) -> Ref | None:
    """Destroy a quarantined arrival; answers its certificate, None if nothing was sealed."""
    row = _waiting(ref)
    with transaction.atomic():
        _decide(row, QuarantineState.REJECTED, actor=actor, at=at)
        audit.record(
            IntakeEvent.DELIVERY_REJECTED,
            item=row.item_ref or row.ref,
            actor=actor,
            at=at,
            reason=str(row.reason),
        )
    if row.item_ref is None:
        return None
    return retention.reject([row.item_ref], actor=actor, at=at).ref


def _waiting(ref: Ref) -> Quarantined:
    row = Quarantined.objects.filter(ref=ref, state=QuarantineState.WAITING).first()
    if row is None:
        raise NothingInQuarantineError(ref=ref)
    return row


def _decide(row: Quarantined, state: QuarantineState, *, actor: Actor, at: datetime) -> None:
    decided = Quarantined.objects.filter(ref=row.ref, state=QuarantineState.WAITING).update(
        state=state, decided_at=at, decided_by=str(actor)[:80]
    )
    if not decided:
        raise NothingInQuarantineError(ref=row.ref)
