"""May this person hear this recording, for this purpose, now: one ladder for every way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import UUIDField

from callward.accounts.selectors import grant_for, standing
from callward.compiled_query import Question, columns_of, row_of
from callward.controllers.selectors import policy as policy_of, policy_in_force
from callward.policy.vocabulary import PlayRefusal
from callward.recordings.errors import (
    ConfidentialityUnsignedError,
    OwnLoginMissingError,
    PlaybackRefusedError,
    PlayNotAllowedError,
    PurposeMissingError,
    PurposeOutsidePolicyError,
    RecordingMissingError,
    RecordingNotPlayableError,
    SecondFactorMissingError,
    TrainingOverdueError,
)
from callward.recordings.models import Recording
from callward.recordings.rules import why_not_play
from callward.recordings.states import PLAYABLE, RecordingsCapability, RecordingState
from callward.retention.services import require_usable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from callward.kernel.calendar import Period
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy

_ERRORS: Mapping[PlayRefusal, type[PlaybackRefusedError]] = {
    PlayRefusal.RECORDS_NO_CALLS: PlayNotAllowedError,
    PlayRefusal.ROLE_NOT_ALLOWED: PlayNotAllowedError,
    PlayRefusal.NO_PURPOSE: PurposeMissingError,
    PlayRefusal.PURPOSE_NOT_DECLARED: PurposeOutsidePolicyError,
    PlayRefusal.OWN_LOGIN_MISSING: OwnLoginMissingError,
    PlayRefusal.CONFIDENTIALITY_MISSING: ConfidentialityUnsignedError,
    PlayRefusal.TRAINING_MISSING: TrainingOverdueError,
    PlayRefusal.SECOND_FACTOR_MISSING: SecondFactorMissingError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackPermission:
    """What was found when every rung of the ladder held."""

    recording: Recording
    purpose: str
    grant_ref: Ref
    playback: Period
    zone: ZoneInfo


_COLUMNS = columns_of(Recording)
_RECORDING = Question(
    lambda ref: Recording.objects.filter(ref=ref).values_list(*_COLUMNS), ref=UUIDField()
)


def require_playable(
    recording_ref: Ref, *, purpose: str | None, user_ref: Ref, second_factor: bool, at: datetime
) -> PlaybackPermission:
    """Refuse by the first rung that does not hold: role, purpose, needs, grant, state, due day."""
    row = _RECORDING.first(ref=recording_ref)
    if row is None:
        raise RecordingMissingError(ref=recording_ref)
    recording = row_of(Recording, _COLUMNS, row)
    policy = policy_in_force(recording.controller_ref, at=at)
    asked = (purpose or "").strip()
    _require_role_purpose_needs(
        recording, policy, purpose=asked, user_ref=user_ref, second_factor=second_factor, at=at
    )
    grant = grant_for(user_ref, recording.controller_ref, asked, recording_ref, at=at)
    if RecordingState(recording.state) not in PLAYABLE:
        raise RecordingNotPlayableError(ref=recording_ref, state=recording.state)
    require_usable(recording_ref, at)
    assert policy.recording is not None  # the ladder refused a policy that records no calls
    return PlaybackPermission(
        recording=recording,
        purpose=asked,
        grant_ref=grant.ref,
        playback=policy.recording.access.playback,
        zone=policy.zone,
    )


def _require_role_purpose_needs(
    recording: Recording,
    policy: CompiledPolicy,
    *,
    purpose: str,
    user_ref: Ref,
    second_factor: bool,
    at: datetime,
) -> None:
    is_now = standing(user_ref, recording.controller_ref, at=at, second_factor=second_factor)
    if RecordingsCapability.PLAY not in is_now.capabilities:
        raise PlayNotAllowedError(ref=recording.ref)
    refusal = why_not_play(policy, roles=is_now.roles, purpose=purpose, met=is_now.needs_met)
    # A role or purpose that a later revision added never reaches what was collected before it.
    if refusal is None and recording.policy_id != policy.policy_id:
        promised = policy_of(recording.policy_id)
        refusal = why_not_play(promised, roles=is_now.roles, purpose=purpose, met=is_now.needs_met)
    if refusal is not None:
        raise _ERRORS[refusal](ref=recording.ref)
