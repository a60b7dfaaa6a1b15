"""A stored recording is decoded whole once, so that nobody finds out too late."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit.services import record
from callward.controllers.selectors import policy
from callward.kernel.actors import system_actor
from callward.recordings.decoder import Decoded, decode
from callward.recordings.errors import RecordingMissingError, RecordingStateError
from callward.recordings.models import Recording
from callward.recordings.rules import PART, pack_wave, verdict, wave_of
from callward.recordings.states import (
    INCOMPLETE,
    SEALED,
    RecordingsEvent,
    RecordingState,
    may_become,
)
from callward.retention.services import require_usable
from callward.sealing.errors import SealBrokenError
from callward.vault.errors import (
    ObjectNotFoundError,
    SealedObjectDamagedError,
    SealedObjectMissingError,
)
from callward.vault.services import add_part, open_part

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref

_EVENTS = {
    RecordingState.VERIFIED: RecordingsEvent.RECORDING_VERIFIED,
    RecordingState.DEGRADED: RecordingsEvent.RECORDING_DEGRADED,
    RecordingState.FAILED: RecordingsEvent.RECORDING_FAILED,
}


def verify_recording(ref: Ref, *, at: datetime) -> RecordingState:
    """Decode a recording whole, keep its peaks sealed, and say whether it can be relied on."""
    recording = Recording.objects.filter(ref=ref).first()
    if recording is None:
        raise RecordingMissingError(ref=ref)
    before = RecordingState(recording.state)
    if before not in SEALED:
        raise RecordingStateError(ref=ref, before=before, after=RecordingState.VERIFIED)
    require_usable(ref, at)
    found, fault = _decode(ref)
    state, reason = (RecordingState.FAILED, fault) if fault else _judge(recording, found)
    if found.seconds > 0:
        waves = [wave_of(loudness) for loudness in found.loudness]
        add_part(ref, PART, pack_wave(found.seconds, waves))
    _conclude(ref, state, reason, seconds=found.seconds, at=at)
    return state


def _decode(ref: Ref) -> tuple[Decoded, str]:
    try:
        return decode(open_part(ref, "audio")), ""
    except (SealedObjectMissingError, ObjectNotFoundError):
        return Decoded(), "object-missing"
    except (SealedObjectDamagedError, SealBrokenError):
        return Decoded(), "object-damaged"


def _judge(recording: Recording, found: Decoded) -> tuple[RecordingState, str]:
    if recording.fault in INCOMPLETE and found.seconds > 0:
        return RecordingState.DEGRADED, recording.fault  # that it decodes does not make it whole
    rules = policy(recording.policy_id).recording
    # A message left by voice may come under a policy that records no calls.
    tolerance = rules.length_tolerance.as_timedelta().total_seconds() if rules else math.inf
    return verdict(
        told=recording.seconds,
        measured=found.seconds,
        tolerance=tolerance,
        faults=found.faults,
    )


def _conclude(
    ref: Ref, state: RecordingState, reason: str, *, seconds: float, at: datetime
) -> None:
    with transaction.atomic():
        row = Recording.objects.select_for_update().get(ref=ref)
        before = RecordingState(row.state)
        if before is not state and not may_become(before, state):
            raise RecordingStateError(ref=ref, before=before, after=state)
        Recording.objects.filter(ref=ref).update(
            state=state, fault=reason, measured_seconds=seconds or None, checked_at=at
        )
        record(
            _EVENTS[state],
            item=ref,
            actor=system_actor("verify-recording"),
            at=at,
            before=str(before),
            fault=reason or "none",
        )
