"""Quarantine: sealed under an epoch of its own, until a person decides or its day comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.holdings.kinds import QUARANTINED
from callward.intake import keyed_digests
from callward.intake.arrivals import Arrival, Suspect
from callward.intake.models import Quarantined
from callward.intake.states import IntakeEvent, QuarantineState
from callward.intake.triage import plan_for
from callward.kernel.references import new_ref
from callward.retention import services as retention
from callward.retention.values import NewItem
from callward.vault import services as vault
from callward.vault.states import CDR, ToSeal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from callward.intake.arrivals import Candidate
    from callward.intake.context import IntakeContext
    from callward.intake.envelope import Envelope
    from callward.intake.inbox import Entry
    from callward.intake.states import QuarantineReason
    from callward.kernel.references import Ref
    from callward.retention.values import Plan
    from callward.vault.states import Sealed


def quarantine_group(group: Sequence[Suspect], context: IntakeContext) -> list[Ref]:
    """Seal suspects durably and write them down; answers their references in the same order."""
    known = {key: ref for key in map(_key, group) if (ref := _waiting_twin(key, context))}
    fresh = {_key(suspect): suspect for suspect in group if _key(suspect) not in known}
    suspects = list(fresh.values())
    sealed = vault.seal_group([_to_seal(suspect, context) for suspect in suspects], at=context.at)
    vault.crash_point("intake.quarantine-sealed")
    try:
        with transaction.atomic():
            known |= dict(zip(fresh, _write_down(suspects, sealed, context), strict=True))
    except BaseException:
        vault.take_back([item.ref for item in sealed])
        raise
    vault.crash_point("intake.quarantine-written")
    return [known[_key(suspect)] for suspect in group]


def _key(suspect: Suspect) -> tuple[bytes, QuarantineReason]:
    """The same bytes for the same reason wait once."""
    return (suspect.arrival.sha256, suspect.reason)


def _waiting_twin(key: tuple[bytes, QuarantineReason], context: IntakeContext) -> Ref | None:
    sha256, reason = key
    return (
        Quarantined.objects.filter(
            controller_ref=context.controller_ref,
            sha256=sha256,
            reason=reason,
            state=QuarantineState.WAITING,
        )
        .values_list("ref", flat=True)
        .first()
    )


def _plan(envelope: Envelope | None, context: IntakeContext) -> Plan:
    """When a quarantined arrival ends: its own short life, never beyond the recording's own day."""
    own = retention.plan(
        context.policy, QUARANTINED, controller_ref=context.controller_ref, happened_at=context.at
    )
    due = None if envelope is None else plan_for(envelope, context).due_at
    return retention.ended_by(own, due, controller_ref=context.controller_ref)


def _to_seal(suspect: Suspect, context: IntakeContext) -> ToSeal:
    envelope = suspect.arrival.candidate.envelope
    parts = dict(suspect.arrival.candidate.parts)
    if envelope:
        parts[CDR] = envelope.as_json()
    return ToSeal(audio=suspect.arrival.audio, epoch=_plan(envelope, context).epoch, parts=parts)


def _write_down(
    group: Sequence[Suspect], sealed: Sequence[Sealed], context: IntakeContext
) -> list[Ref]:
    rows = [_row(suspect, item, context) for suspect, item in zip(group, sealed, strict=True)]
    vault.register(sealed, controller_ref=context.controller_ref, at=context.at)
    Quarantined.objects.bulk_create(rows)
    retention.register(
        [
            NewItem(
                ref=item.ref,
                controller_ref=context.controller_ref,
                plan=_plan(suspect.arrival.candidate.envelope, context),
                started_at=context.at,
            )
            for suspect, item in zip(group, sealed, strict=True)
        ],
        at=context.at,
    )
    for row in rows:
        _audit_quarantined(row, context)
    return [row.ref for row in rows]


def _row(suspect: Suspect, item: Sealed | None, context: IntakeContext) -> Quarantined:
    candidate = suspect.arrival.candidate
    plan = _plan(candidate.envelope, context)
    return Quarantined(
        ref=new_ref(context.at),
        controller_ref=context.controller_ref,
        reason=suspect.reason,
        state=QuarantineState.WAITING,
        item_ref=item.ref if item else None,
        epoch=plan.epoch if item else "",
        kind=candidate.kind[:8],
        name_key=candidate.name_key or b"",
        sha256=suspect.arrival.sha256 if item else None,
        size=candidate.size,
        conflicts_with=suspect.conflicts_with,
        delivered_by=str(context.actor)[:80],
        arrived_at=context.at,
        due_at=plan.due_at if item else None,
    )


def _audit_quarantined(row: Quarantined, context: IntakeContext) -> None:
    audit.record(
        IntakeEvent.DELIVERY_QUARANTINED,
        item=row.item_ref or row.ref,
        actor=context.actor,
        at=context.at,
        owner=context.controller_ref,
        reason=str(row.reason),
        size=row.size,
    )


def note_unread(entry: Entry, reason: QuarantineReason, context: IntakeContext) -> bool:
    """Show something that is never read, once; it stays where it is for a person to look at."""
    key = keyed_digests.name_key(entry.path)
    waiting = Quarantined.objects.filter(
        controller_ref=context.controller_ref, name_key=key, state=QuarantineState.WAITING
    )
    if waiting.filter(item_ref=None, reason=reason, size=entry.size).exists():
        return False
    with transaction.atomic():
        row = Quarantined.objects.create(
            controller_ref=context.controller_ref,
            reason=reason,
            state=QuarantineState.WAITING,
            kind="",
            name_key=key,
            size=entry.size,
            delivered_by=str(context.actor)[:80],
            arrived_at=context.at,
        )
        _audit_quarantined(row, context)
    return True


def quarantine_stream(
    chunks: Iterable[bytes], candidate: Candidate, reason: QuarantineReason, context: IntakeContext
) -> Ref:
    """Seal something as it streams, because it is too large for memory."""
    plan = _plan(candidate.envelope, context)
    sealed = vault.seal(chunks, epoch=plan.epoch, at=context.at)
    arrival = Arrival(candidate=candidate, audio=b"", sha256=sealed.sha256, probed=None)
    suspect = Suspect(arrival=arrival, reason=reason)
    try:
        with transaction.atomic():
            return _write_down([suspect], [sealed], context)[0]
    except BaseException:
        vault.take_back([sealed.ref])
        raise


def source_deleted(refs: Sequence[Ref], context: IntakeContext) -> None:
    """Note that the plaintext of quarantined arrivals is gone from the inbox."""
    with transaction.atomic():
        Quarantined.objects.filter(ref__in=refs).update(source_deleted=True)
        audit.record_each(
            IntakeEvent.SOURCE_FILE_DELETED, items=list(refs), actor=context.actor, at=context.at
        )
