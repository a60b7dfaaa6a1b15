"""Writing down one call of the line: with its sealed audio, or with why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.calls.services import keep_call
from callward.calls.states import Told
from callward.consents import services as consents
from callward.consents.services import NewProof
from callward.controllers import selectors as controllers
from callward.holdings.kinds import LINE_RECORD, RECORDING, VOICE_MESSAGE
from callward.intake import services as intake
from callward.intake.states import Outcome, QuarantineReason
from callward.jobs.services import enqueue
from callward.kernel.references import new_ref
from callward.recordings import selectors as recordings
from callward.recordings.services import NewRecording, keep_recordings
from callward.retention import services as retention
from callward.telephony.collection import call_description, call_links
from callward.telephony.collection.stereo_wav import stereo_wav
from callward.telephony.ports import sealed_texts
from callward.telephony.rules import state_of
from callward.telephony.states import (
    COPY_TASK,
    LEDGER_PART,
    LINE_FELL,
    RecordingFate,
    TelephonyEvent,
)
from callward.vault import services as vault
from callward.vault.states import ToSeal

if TYPE_CHECKING:
    from datetime import datetime

    from callward.holdings import Kind
    from callward.intake.values import Receipt
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy
    from callward.retention.values import Plan
    from callward.telephony.collection.spooled_call import OpenedCall
    from callward.telephony.models import LineCall
    from callward.telephony.values import Collected


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Whose call it is, who keeps it, and when."""

    controller_ref: Ref
    actor: Actor
    at: datetime

    def policy_of(self, arrived: OpenedCall) -> CompiledPolicy:
        """The policy that the caller was told of; the one in force where no ledger says it."""
        told = arrived.judged.fact("policy")
        if told:
            return controllers.policy(told)
        return controllers.policy_in_force(self.controller_ref, at=self.at)

    def plan_of(self, kind: Kind, arrived: OpenedCall, policy: CompiledPolicy) -> Plan:
        """When something of this call ends; one that claims to come is counted from now."""
        started_at = min(arrived.envelope.started_at, self.at)
        return retention.plan(
            policy, kind, controller_ref=self.controller_ref, happened_at=started_at
        )


def keep_with_audio(arrived: OpenedCall, room: Room, report: Collected) -> None:
    """Seal a recording with its ledger through the one door, then write down what it was."""
    policy = room.policy_of(arrived)
    if arrived.judged.is_message and policy.voicemail is not None:
        with intake.sealing():  # recovery takes nothing for an orphan meanwhile
            report.taken_in += _keep_message(arrived, room, policy)
        return
    envelope = call_description.kept_envelope(arrived, room.controller_ref)
    upload = intake.Upload(
        envelope=envelope,
        audio=stereo_wav(*arrived.channels(), ref=arrived.ref),
        parts={LEDGER_PART: arrived.raw_ledger},
        incomplete="" if arrived.whole else LINE_FELL,
        fault=QuarantineReason.LEDGER_BROKEN if arrived.judged.ledger is None else None,
    )
    receipt = intake.take_in_own(
        upload, room.controller_ref, policy_id=policy.policy_id, actor=room.actor, at=room.at
    )
    vault.crash_point("telephony.taken-in")
    _note_receipt(arrived, receipt, room, policy)
    _count(receipt, report)


def _count(receipt: Receipt, report: Collected) -> None:
    match receipt.outcome:
        case Outcome.QUARANTINED:
            report.quarantined += 1
        case Outcome.DUPLICATE:
            report.repeated += 1
        case _:
            report.taken_in += 1


def _note_receipt(
    arrived: OpenedCall, receipt: Receipt, room: Room, policy: CompiledPolicy
) -> None:
    kept = receipt.outcome in {Outcome.TAKEN_IN, Outcome.DUPLICATE}
    recording_ref = receipt.ref if kept else None
    call_ref = recordings.recording(recording_ref).call_ref if recording_ref else None
    row = call_description.row_of(arrived, room.controller_ref, policy.policy_id, at=room.at)
    row.call_ref, row.recording_ref = call_ref, recording_ref
    row.quarantined_ref = receipt.ref if receipt.outcome is Outcome.QUARANTINED else None
    with transaction.atomic():
        _write_down(row, arrived, room)
        if kept:
            enqueue(COPY_TASK, str(row.ref), key=f"{COPY_TASK}:{row.ref}")


def _keep_message(arrived: OpenedCall, room: Room, policy: CompiledPolicy) -> int:
    """A message left by voice is kept by its own rule, and counted by it."""
    plan = room.plan_of(VOICE_MESSAGE, arrived, policy)
    if plan.is_past_due(room.at):
        return 0
    audio = stereo_wav(*arrived.channels(), ref=arrived.ref)
    [sealed] = vault.seal_group(
        [ToSeal(audio=audio, epoch=plan.epoch, parts={LEDGER_PART: arrived.raw_ledger})],
        at=room.at,
    )
    new = call_description.call_of(arrived, room.controller_ref, policy)
    row = call_description.row_of(arrived, room.controller_ref, policy.policy_id, at=room.at)
    with transaction.atomic():
        vault.register([sealed], controller_ref=room.controller_ref, at=room.at)
        row.call_ref = keep_call(new, actor=room.actor, at=room.at)
        row.recording_ref = sealed.ref
        kept = call_description.recording_of(arrived, sealed, row.call_ref, plan)
        keep_recordings([kept], actor=room.actor, at=room.at)
        _write_down(row, arrived, room)
    return 1


def keep_without_audio(arrived: OpenedCall, room: Room) -> None:
    """Write down a call that was not recorded, and why; one past its day is not kept at all."""
    policy = room.policy_of(arrived)
    if room.plan_of(LINE_RECORD, arrived, policy).is_past_due(room.at):
        return
    new = call_description.call_of(arrived, room.controller_ref, policy)
    with transaction.atomic():
        row = call_description.row_of(arrived, room.controller_ref, policy.policy_id, at=room.at)
        row.call_ref = keep_call(new, actor=room.actor, at=room.at)
        row.sealed_ledger = sealed_texts.seal(
            arrived.raw_ledger.decode("latin-1"), room.controller_ref
        )
        if call_description.wanted(arrived, policy):
            row.recording_ref = _keep_state(arrived, row.call_ref, room, policy)
        if arrived.judged.told in {Told.ASKED, Told.ANNOUNCED}:
            consents.keep_proofs([_proof_of(arrived, row)], policy=policy, at=room.at)
        _write_down(row, arrived, room)


def _proof_of(arrived: OpenedCall, row: LineCall) -> NewProof:
    """What a person was told and answered on a call of which nothing was recorded."""
    envelope, refused = arrived.envelope, arrived.fate is RecordingFate.REFUSED
    assert row.call_ref is not None, "the call is written down before its proof"
    return NewProof(
        controller_ref=row.controller_ref,
        call_ref=row.call_ref,
        decision=str(arrived.fate if refused else arrived.judged.told),
        means=arrived.judged.evidence,
        decided_at=envelope.started_at,
        number=envelope.outside_number,
        evidence=arrived.raw_ledger,
    )


def _keep_state(
    arrived: OpenedCall, call_ref: Ref, room: Room, policy: CompiledPolicy
) -> Ref | None:
    """Where a recording was wanted, the call says why it has none."""
    plan = room.plan_of(RECORDING, arrived, policy)
    if plan.is_past_due(room.at):
        return None
    ref = new_ref(room.at)
    new = NewRecording(
        ref=ref,
        call_ref=call_ref,
        controller_ref=room.controller_ref,
        plan=plan,
        started_at=min(arrived.envelope.started_at, room.at),
        state=state_of(_fate_without_audio(arrived)),
        fault=arrived.fault,
    )
    keep_recordings([new], actor=room.actor, at=room.at)
    return ref


def _fate_without_audio(arrived: OpenedCall) -> RecordingFate:
    """What has no audio cannot be stored; a ledger that broke proves nothing."""
    kept = {RecordingFate.STORED, RecordingFate.DEGRADED, RecordingFate.FAILED}
    return RecordingFate.ABSENT if arrived.fate in kept else arrived.fate


def _write_down(row: LineCall, arrived: OpenedCall, room: Room) -> None:
    row.save(force_insert=True)
    audit.record(
        TelephonyEvent.CALL_COLLECTED,
        item=row.recording_ref or row.quarantined_ref or row.call_ref,
        actor=room.actor,
        at=room.at,
        fate=row.fate or "none",
        evidence=row.evidence or "none",
        ledger=f"sha256:{row.ledger_head}" if row.ledger_head else "none",
    )
    call_links.join_permit(row, arrived)
    call_links.note_ring_back(row, arrived, at=room.at)
    call_links.hold_complaint(row, at=room.at)
