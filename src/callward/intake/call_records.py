"""Call records that wait, sealed, for their recordings, and recordings that wait for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from callward.audit import services as audit
from callward.calls.services import keep_calls
from callward.calls.states import Told
from callward.intake import keyed_digests, rules, sealed_intake
from callward.intake.cdr import CdrFault, read_cdr
from callward.intake.envelope import Envelope, parse_envelope
from callward.intake.models import Delivery, WaitingCdr, WaitingFile
from callward.intake.rules import ConsentClaim
from callward.intake.states import DeliveryState, IntakeEvent
from callward.intake.triage import plan_for
from callward.kernel.references import new_ref
from callward.recordings import services as recordings
from callward.recordings.services import NewRecording
from callward.recordings.states import RecordingState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from callward.intake.context import IntakeContext
    from callward.kernel.references import Ref

_GROUP = 500


@dataclass(slots=True)
class Learned:
    """What the call records of one look told."""

    kept: int = 0
    unanswered: int = 0
    faults: int = 0
    # Past due on arrival: known for this one look only, and never stored (D-17).
    past_due: set[bytes] = field(default_factory=set)


def learn_file(raw: bytes, context: IntakeContext) -> Learned:
    """Keep the answered calls of a CDR file, sealed, until their recordings come."""
    learned = Learned()
    best: dict[str, tuple[Envelope, str]] = {}
    for row in read_cdr(raw, context.cdr_rules):
        if isinstance(row, CdrFault):
            learned.faults += 1
        elif not row.answered:
            learned.unanswered += 1
        else:
            call_id = row.envelope.source_call_id
            before = best.get(call_id)
            # A call with several rows (queue, transfer) is told by the one that talked longest.
            if before is None or before[0].talk_seconds < row.envelope.talk_seconds:
                best[call_id] = (row.envelope, row.recording_file)
    learn(best.values(), learned, context)
    return learned


def learn(told: Iterable[tuple[Envelope, str]], learned: Learned, context: IntakeContext) -> None:
    """Keep what was told about calls whose recordings have not come in yet."""
    fresh = []
    for envelope, file_name in told:
        if plan_for(envelope, context).is_past_due(context.at):
            learned.past_due.add(keyed_digests.call_key(envelope.source_call_id))
            if file_name:
                learned.past_due.add(keyed_digests.file_key(file_name))
        else:
            fresh.append((envelope, file_name))
    for start in range(0, len(fresh), _GROUP):
        learned.kept += _keep_waiting(fresh[start : start + _GROUP], context)


def _keep_waiting(told: Sequence[tuple[Envelope, str]], context: IntakeContext) -> int:
    by_key = {
        keyed_digests.call_key(envelope.source_call_id): (envelope, name) for envelope, name in told
    }
    with transaction.atomic():
        for key in _call_keys_known(by_key, context):
            del by_key[key]
        WaitingCdr.objects.bulk_create(
            [_waiting(key, envelope, name, context) for key, (envelope, name) in by_key.items()],
            ignore_conflicts=True,
        )
        if by_key:
            audit.record(
                IntakeEvent.CALL_RECORDS_READ,
                item=context.controller_ref,
                actor=context.actor,
                at=context.at,
                calls=len(by_key),
            )
    return len(by_key)


def _call_keys_known(call_keys: Collection[bytes], context: IntakeContext) -> set[bytes]:
    """Exports repeat earlier calls; what came in or waits already is not kept again."""
    here = {"controller_ref": context.controller_ref, "call_key__in": list(call_keys)}
    found = list(Delivery.objects.filter(**here).values_list("call_key", flat=True))
    found += WaitingCdr.objects.filter(**here).values_list("call_key", flat=True)
    return {bytes(key) for key in found}


def _waiting(key: bytes, envelope: Envelope, file_name: str, context: IntakeContext) -> WaitingCdr:
    return WaitingCdr(
        ref=new_ref(context.at),
        controller_ref=context.controller_ref,
        call_key=key,
        file_key=keyed_digests.file_key(file_name) if file_name else None,
        sealed=keyed_digests.texts.seal(envelope.as_json().decode(), context.controller_ref),
        first_seen_at=context.at,
        wait_ends_at=context.wait_ends_at(context.at),
        started_at=min(envelope.started_at, context.at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A call record that fits a file."""

    ref: Ref
    envelope: Envelope


def match_files(wanted: dict[str, tuple[bytes, ...]], context: IntakeContext) -> dict[str, Match]:
    """Find the waiting call records by any of the keys that each file may stand for."""
    asked = sorted({key for keys_of_file in wanted.values() for key in keys_of_file})
    found: dict[bytes, WaitingCdr] = {}
    for start in range(0, len(asked), _GROUP):
        some = asked[start : start + _GROUP]
        rows = WaitingCdr.objects.filter(
            Q(call_key__in=some) | Q(file_key__in=some), controller_ref=context.controller_ref
        )
        for row in rows:
            found[bytes(row.call_key)] = row
            if row.file_key:
                found[bytes(row.file_key)] = row
    matches: dict[str, Match] = {}
    for path, keys_of_file in wanted.items():
        match = next((found[key] for key in keys_of_file if key in found), None)
        if match is not None:
            matches[path] = Match(ref=match.ref, envelope=_opened(match))
    return matches


def _opened(row: WaitingCdr) -> Envelope:
    return parse_envelope(keyed_digests.texts.open(row.sealed, row.controller_ref).encode())


def still_waiting(name_keys: Sequence[bytes], context: IntakeContext) -> set[bytes]:
    """Which of these files may go on waiting; each is counted from when it was first seen."""
    seen = {
        bytes(row.name_key): row.first_seen_at
        for row in WaitingFile.objects.filter(
            controller_ref=context.controller_ref, name_key__in=name_keys
        )
    }
    new = [key for key in name_keys if key not in seen]
    WaitingFile.objects.bulk_create(
        [
            WaitingFile(
                controller_ref=context.controller_ref, name_key=key, first_seen_at=context.at
            )
            for key in new
        ],
        ignore_conflicts=True,
    )
    over = {key for key, since in seen.items() if context.wait_ends_at(since) <= context.at}
    return set(name_keys) - over


def stop_waiting(name_keys: Sequence[bytes], context: IntakeContext) -> None:
    """Forget files that are no longer in the inbox."""
    WaitingFile.objects.filter(
        controller_ref=context.controller_ref, name_key__in=name_keys
    ).delete()


def forget_vanished(names: set[bytes], context: IntakeContext) -> None:
    """Forget files that somebody took out of the inbox by hand."""
    waiting = WaitingFile.objects.filter(controller_ref=context.controller_ref, refused=False)
    gone = [key for key in waiting.values_list("name_key", flat=True) if bytes(key) not in names]
    for start in range(0, len(gone), _GROUP):
        waiting.filter(name_key__in=gone[start : start + _GROUP]).delete()


def write_down_absent(context: IntakeContext) -> int:
    """Write down every answered call whose recording never came, so that none is missing."""
    rows = list(
        WaitingCdr.objects.filter(
            controller_ref=context.controller_ref, wait_ends_at__lte=context.at
        ).order_by("wait_ends_at")[:_GROUP]
    )
    owed = []
    for row in rows:
        envelope = _opened(row)
        evidence = rules.evidence_for(envelope, context.declared)
        if not isinstance(evidence, ConsentClaim):
            evidence = ConsentClaim(told=Told.UNKNOWN)
        recorded = rules.why_not_recorded(envelope, context.rules, evidence) is None
        if recorded and not plan_for(envelope, context).is_past_due(context.at):
            owed.append((envelope, evidence))
    with transaction.atomic():
        _keep_absent(owed, context)
        WaitingCdr.objects.filter(ref__in=[row.ref for row in rows]).delete()
    return len(owed)


def _keep_absent(owed: Sequence[tuple[Envelope, ConsentClaim]], context: IntakeContext) -> None:
    if not owed:
        return
    calls = [sealed_intake.call_of(envelope, evidence, context) for envelope, evidence in owed]
    call_refs = keep_calls(calls, actor=context.actor, at=context.at)
    refs = [new_ref(context.at) for _ in owed]
    told = [envelope for envelope, _ in owed]
    recordings.keep_recordings(
        [
            _absent_recording(ref, call_ref, envelope, context)
            for ref, call_ref, envelope in zip(refs, call_refs, told, strict=True)
        ],
        actor=context.actor,
        at=context.at,
    )
    Delivery.objects.bulk_create(
        [_absent(ref, envelope, context) for ref, envelope in zip(refs, told, strict=True)]
    )
    audit.record_each(IntakeEvent.RECORDING_ABSENT, items=refs, actor=context.actor, at=context.at)


def _absent_recording(
    ref: Ref, call_ref: Ref, envelope: Envelope, context: IntakeContext
) -> NewRecording:
    return NewRecording(
        ref=ref,
        call_ref=call_ref,
        controller_ref=context.controller_ref,
        plan=plan_for(envelope, context),
        started_at=min(envelope.started_at, context.at),  # as its plan was counted
        state=RecordingState.ABSENT,
    )


def _absent(ref: Ref, envelope: Envelope, context: IntakeContext) -> Delivery:
    return Delivery(
        controller_ref=context.controller_ref,
        source_system=envelope.source.system,
        source_account=envelope.source.account,
        recording_key=keyed_digests.recording_key(envelope),
        call_key=keyed_digests.call_key(envelope.source_call_id),
        sealed_id=keyed_digests.texts.seal(envelope.recording_id, context.controller_ref),
        size=0,
        recording_ref=ref,
        state=DeliveryState.ABSENT,
        delivered_by=str(context.actor)[:80],
        received_at=context.at,
    )
