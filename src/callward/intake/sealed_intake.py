"""The order that loses nothing: seal, write down, then delete at the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from callward.audit import services as audit
from callward.bulk_insert import keep_rows
from callward.calls.services import NewCall, NewParty, keep_calls
from callward.consents import services as consents
from callward.consents.services import NewProof
from callward.intake.models import Delivery, WaitingCdr
from callward.intake.states import DeliveryState, IntakeEvent
from callward.kernel.numbers import PhoneNumber
from callward.recordings import services as recordings
from callward.recordings.services import NewRecording
from callward.recordings.states import RecordingState
from callward.vault import services as vault
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.intake.arrivals import Accepted
    from callward.intake.context import IntakeContext
    from callward.intake.envelope import Envelope, Party
    from callward.intake.rules import ConsentClaim
    from callward.kernel.references import Ref
    from callward.vault.states import Sealed


class TakenMeanwhileError(Exception):
    """Somebody else took the same recording in at the same moment; judge again."""


def keep_group(group: Sequence[Accepted], context: IntakeContext) -> list[Ref]:
    """Seal a group durably, then write it into the books in one transaction."""
    return keep_sealed(group, seal(group, context), context)


def seal(group: Sequence[Accepted], context: IntakeContext) -> list[Sealed]:
    """Seal a group durably; no books are opened, so that this may be done ahead."""
    return vault.seal_group(
        [
            ToSeal(
                audio=each.arrival.audio,
                epoch=each.plan.epoch,
                sha256=each.arrival.sha256,
                parts=each.arrival.candidate.parts,
            )
            for each in group
        ],
        at=context.at,
    )


def keep_sealed(
    group: Sequence[Accepted], sealed: Sequence[Sealed], context: IntakeContext
) -> list[Ref]:
    """Write a sealed group into the books in one transaction, or take its seals back."""
    vault.crash_point("intake.sealed")
    refs = [each.ref for each in sealed]
    try:
        with transaction.atomic():
            _write_down(group, sealed, context)
            vault.crash_point("intake.writing")
    except BaseException as error:
        vault.take_back(refs)
        if isinstance(error, IntegrityError):
            raise TakenMeanwhileError from error
        raise
    vault.crash_point("intake.written")
    recordings.ask_verification(refs)
    return refs


def _write_down(
    group: Sequence[Accepted], sealed: Sequence[Sealed], context: IntakeContext
) -> None:
    vault.register(sealed, controller_ref=context.controller_ref, at=context.at)
    call_refs = keep_calls(
        [call_of(each.envelope, each.evidence, context) for each in group],
        actor=context.actor,
        at=context.at,
    )
    recordings.keep_recordings(
        [
            _recording_of(each, item, call_ref, context)
            for each, item, call_ref in zip(group, sealed, call_refs, strict=True)
        ],
        actor=context.actor,
        at=context.at,
    )
    for each, item in zip(group, sealed, strict=True):
        each.delivery.recording_ref = item.ref
    keep_rows([each.delivery for each in group])
    proofs = [_proof_of(each, ref, context) for each, ref in zip(group, call_refs, strict=True)]
    consents.keep_proofs(proofs, policy=context.policy, at=context.at)
    consumed = [each.arrival.candidate.cdr_ref for each in group]
    WaitingCdr.objects.filter(ref__in=[ref for ref in consumed if ref]).delete()
    _audit(group, sealed, context)


def _audit(group: Sequence[Accepted], sealed: Sequence[Sealed], context: IntakeContext) -> None:
    by_evidence: dict[ConsentClaim, list[Ref]] = {}
    for each, item in zip(group, sealed, strict=True):
        by_evidence.setdefault(each.evidence, []).append(item.ref)
    for evidence, items in by_evidence.items():
        declared = {"declaration": evidence.declaration.ref} if evidence.declaration else {}
        audit.record_each(
            IntakeEvent.DELIVERY_TAKEN_IN,
            items=items,
            actor=context.actor,
            at=context.at,
            told=str(evidence.told),
            policy=context.policy.policy_id,
            **declared,
        )


def _proof_of(each: Accepted, call_ref: Ref, context: IntakeContext) -> NewProof:
    """What shows that the person was told: the line's own ledger, or the word of the source."""
    envelope, declaration = each.envelope, each.evidence.declaration
    said = envelope.consent.evidence or (f"declaration {declaration.ref}" if declaration else "")
    ledger = next(iter(each.arrival.candidate.parts.values()), b"")
    return NewProof(
        controller_ref=context.controller_ref,
        call_ref=call_ref,
        decision=str(each.evidence.told),
        means=envelope.source.system,
        decided_at=envelope.started_at,
        number=envelope.outside_number,
        evidence=ledger or said.encode(),
    )


def call_of(envelope: Envelope, evidence: ConsentClaim, context: IntakeContext) -> NewCall:
    """The call that an envelope tells of."""
    line = evidence.declaration.line if evidence.declaration else ""
    did = envelope.did or line or None
    return NewCall(
        controller_ref=context.controller_ref,
        policy_id=context.policy.policy_id,
        source_system=envelope.source.system,
        source_account=envelope.source.account,
        source_call_id=envelope.source_call_id,
        direction=envelope.direction,
        started_at=envelope.started_at,
        answered_at=envelope.answered_at,
        ended_at=envelope.ended_at,
        disposition=envelope.disposition,
        told=evidence.told,
        talk_seconds=envelope.talk_seconds,
        parties=tuple(_party(party) for party in envelope.parties),
        did=PhoneNumber(e164=did) if did else None,
        queue=envelope.queue or "",
        agent_code=envelope.agent or "",
        evidence_ref=evidence.declaration.ref if evidence.declaration else None,
        raw=envelope.raw.encode() or envelope.as_json(),
    )


def _party(party: Party) -> NewParty:
    return NewParty(
        role=party.role,
        number=PhoneNumber(e164=party.number) if party.number else None,
        name=party.name,
        channel=None if party.channel == "mix" else party.channel,
    )


def _recording_of(
    each: Accepted, item: Sealed, call_ref: Ref, context: IntakeContext
) -> NewRecording:
    incomplete = each.arrival.candidate.incomplete
    return NewRecording(
        ref=item.ref,
        call_ref=call_ref,
        controller_ref=context.controller_ref,
        plan=each.plan,
        started_at=min(each.envelope.started_at, context.at),  # as its plan was counted
        state=RecordingState.DEGRADED if incomplete else RecordingState.STORED,
        fault=incomplete,
        mime=each.probed.mime,
        seconds=each.probed.seconds,
        channels=each.probed.channels,
        bytes=item.size,
        captured_sha256=item.sha256.hex(),
    )


def settle(deliveries: Sequence[Ref], context: IntakeContext) -> None:
    """Note that the sources of these recordings are gone."""
    if not deliveries:
        return
    with transaction.atomic():
        Delivery.objects.filter(recording_ref__in=deliveries, state=DeliveryState.KEPT).update(
            state=DeliveryState.SETTLED, settled_at=context.at
        )
        audit.record_each(
            IntakeEvent.SOURCE_FILE_DELETED,
            items=list(deliveries),
            actor=context.actor,
            at=context.at,
        )


def settle_vanished(name_keys: set[bytes], context: IntakeContext) -> int:
    """Note the sources that a crash deleted without a note; they are not in the inbox any more."""
    kept = Delivery.objects.filter(
        controller_ref=context.controller_ref, state=DeliveryState.KEPT, name_key__isnull=False
    )
    gone = [each.recording_ref for each in kept if bytes(each.name_key or b"") not in name_keys]
    settle(gone, context)
    return len(gone)
