"""The upload door: recordings that are handed over with their envelopes, one or many at once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from callward.audit import services as audit
from callward.intake import keyed_digests, quarantine_store, sealed_intake, triage
from callward.intake.arrivals import Accepted, Candidate, Erased, Known, PastDue, Suspect
from callward.intake.context import open_context
from callward.intake.envelope import parse_envelope
from callward.intake.errors import TooLargeError
from callward.intake.models import WaitingFile
from callward.intake.states import IntakeEvent, Outcome, QuarantineReason
from callward.intake.values import Receipt
from callward.kernel.disk import Lock, locked, own_folder
from callward.retention import services as retention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from callward.intake.arrivals import Arrival, Verdict
    from callward.intake.context import IntakeContext
    from callward.intake.envelope import Envelope
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


def refuse_backlog(candidates: Sequence[Candidate], context: IntakeContext) -> Ref:
    """Certify that these were never stored, and remember it until their files are deleted."""
    marks = sorted(each.name_key or keyed_digests.fresh_key() for each in candidates)
    with transaction.atomic():
        certificate = retention.certify_refused_backlog(
            context.controller_ref,
            count=len(candidates),
            items_digest="sha256:" + hashlib.sha256(b"".join(marks)).hexdigest(),
            policy=context.policy,
            actor=context.actor,
            at=context.at,
        )
        audit.record(
            IntakeEvent.BACKLOG_REFUSED,
            item=certificate.ref,
            actor=context.actor,
            at=context.at,
            count=len(candidates),
        )
        _remember([each.name_key for each in candidates if each.name_key], context)
    return certificate.ref


def _remember(name_keys: Sequence[bytes], context: IntakeContext) -> None:
    WaitingFile.objects.bulk_create(
        [
            WaitingFile(
                controller_ref=context.controller_ref,
                name_key=name_key,
                first_seen_at=context.at,
                refused=True,
            )
            for name_key in name_keys
        ],
        update_conflicts=True,
        unique_fields=["controller_ref", "name_key"],
        update_fields=["refused"],
    )


_KINDS = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/ogg": "ogg",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One recording in memory, with its envelope; it never touches a disk in clear."""

    envelope: Envelope
    audio: bytes
    parts: Mapping[str, bytes] = field(default_factory=dict)
    incomplete: str = ""
    own: bool = False  # of our own phone line, which alone may say so
    fault: QuarantineReason | None = None  # what its source found wrong with it


def lock_file() -> Path:
    """What keeps recovery away from recordings that somebody is sealing right now."""
    return own_folder(Path(settings.CALLWARD_DATA)) / "intake.lock"


def sealing() -> AbstractContextManager[int]:
    """Seal beside others; a crash lets go by itself."""
    return locked(lock_file(), Lock.BESIDE_OTHERS)


def take_in_upload(
    envelope_json: bytes,
    uploaded: UploadedFile[bytes],
    controller_ref: Ref,
    *,
    actor: Actor,
    at: datetime,
) -> Receipt:
    """Take in one uploaded file; raises for an envelope or a size that the policy refuses."""
    context = open_context(controller_ref, actor=actor, at=at)
    refuse_too_large(uploaded.size or 0, context)
    upload = Upload(envelope=parse_envelope(envelope_json), audio=uploaded.read())
    return _take_in([upload], context)[0]


def take_in_own(
    upload: Upload, controller_ref: Ref, *, policy_id: str, actor: Actor, at: datetime
) -> Receipt:
    """Take in a recording of our own phone line, under the policy that its caller was told of."""
    context = open_context(controller_ref, actor=actor, at=at, policy_id=policy_id)
    return _take_in([replace(upload, own=True)], context)[0]


def take_in_group(
    uploads: Sequence[Upload], controller_ref: Ref, *, actor: Actor, at: datetime
) -> list[Receipt]:
    """Take in what several senders hand over at the same moment, durable as one group."""
    context = open_context(controller_ref, actor=actor, at=at)
    for upload in uploads:
        refuse_too_large(len(upload.audio), context)
    return _take_in(uploads, context)


def refuse_too_large(size: int, context: IntakeContext) -> None:
    """Raise TooLargeError for more bytes than the policy allows."""
    if size > context.rules.max_bytes:
        raise TooLargeError(limit=context.rules.max_bytes)


def _take_in(uploads: Sequence[Upload], context: IntakeContext) -> list[Receipt]:
    candidates = [_candidate(upload, context) for upload in uploads]
    audio = dict(zip(map(id, candidates), (upload.audio for upload in uploads), strict=True))
    with sealing():
        arrivals = triage.examine(candidates, lambda candidate: audio[id(candidate)])
        try:
            return _follow(arrivals, context)
        except sealed_intake.TakenMeanwhileError:
            return _follow(arrivals, context)


def _candidate(upload: Upload, context: IntakeContext) -> Candidate:
    kind = _KINDS.get(upload.envelope.media.mime, "")
    # Our own line hands over its own form; the policy names what may come from elsewhere.
    allowed = kind in context.rules.imports or upload.own
    return Candidate(
        kind=kind,
        size=len(upload.audio),
        call_keys=(keyed_digests.call_key(upload.envelope.source_call_id),),
        envelope=upload.envelope,
        fault=upload.fault or (None if allowed else QuarantineReason.KIND_NOT_ALLOWED),
        parts=upload.parts,
        incomplete=upload.incomplete,
    )


def _follow(arrivals: Sequence[Arrival], context: IntakeContext) -> list[Receipt]:
    verdicts = triage.Triage(arrivals, context).verdicts()
    accepted = [each for each in verdicts if isinstance(each, Accepted)]
    suspects = [each for each in verdicts if isinstance(each, Suspect)]
    refs: dict[int, Ref] = {}
    if accepted:
        kept = sealed_intake.keep_group(accepted, context)
        refs.update(zip(map(id, accepted), kept, strict=True))
    if suspects:
        noted = quarantine_store.quarantine_group(suspects, context)
        refs.update(zip(map(id, suspects), noted, strict=True))
    return [_receipt(verdict, refs.get(id(verdict)), context) for verdict in verdicts]


def _receipt(verdict: Verdict, ref: Ref | None, context: IntakeContext) -> Receipt:
    match verdict:
        case Accepted():
            return Receipt(outcome=Outcome.TAKEN_IN, ref=ref)
        case Suspect():
            return Receipt(outcome=Outcome.QUARANTINED, ref=ref, reason=verdict.reason)
        case Known():
            return _repeated(verdict, context)
        case Erased():
            return _refused(context)
        case PastDue():
            certificate_ref = refuse_backlog([verdict.candidate], context)
            return Receipt(outcome=Outcome.PAST_DUE, certificate_ref=certificate_ref)


def _repeated(known: Known, context: IntakeContext) -> Receipt:
    ref = known.delivery.recording_ref
    audit.record(IntakeEvent.DELIVERY_REPEATED, item=ref, actor=context.actor, at=context.at)
    return Receipt(outcome=Outcome.DUPLICATE, ref=ref)


def _refused(context: IntakeContext) -> Receipt:
    audit.record(
        IntakeEvent.DELIVERY_REFUSED,
        item=context.controller_ref,
        actor=context.actor,
        at=context.at,
        reason=str(Outcome.ERASED_BEFORE),
        count=1,
    )
    return Receipt(outcome=Outcome.ERASED_BEFORE)
