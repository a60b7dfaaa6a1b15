"""The states of a recording and the ways between them (DESIGN section 5)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.accounts.states import Capability
from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.kernel.labels import Labelled
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Mapping


class RecordingState(Labelled, family="recording"):
    """Where a recording stands; nothing asked for is silently missing."""

    INTENDED = "intended", _("Planned")
    ANNOUNCED = "announced", _("Announced")
    RECORDING = "recording", _("Being recorded")
    STORED = "stored", _("Stored, check pending")
    VERIFIED = "verified", _("Stored and checked")
    ABSENT = "absent", _("No recording arrived")
    REFUSED = "refused", _("Recording refused")
    PAUSED = "paused", _("Paused")
    DEGRADED = "degraded", _("Stored, incomplete")
    FAILED = "failed", _("Stored, cannot be decoded")
    BLOCKED = "blocked", _("Not recorded for lack of space")


_S = RecordingState

ALLOWED: Mapping[RecordingState, frozenset[RecordingState]] = MappingProxyType(
    {
        _S.INTENDED: frozenset(
            {_S.ANNOUNCED, _S.STORED, _S.ABSENT, _S.REFUSED, _S.FAILED, _S.BLOCKED}
        ),
        _S.ANNOUNCED: frozenset({_S.RECORDING, _S.ABSENT, _S.REFUSED, _S.FAILED, _S.BLOCKED}),
        _S.RECORDING: frozenset({_S.PAUSED, _S.STORED, _S.REFUSED, _S.DEGRADED, _S.FAILED}),
        _S.PAUSED: frozenset({_S.RECORDING, _S.STORED, _S.REFUSED, _S.DEGRADED, _S.FAILED}),
        _S.STORED: frozenset({_S.VERIFIED, _S.DEGRADED, _S.FAILED}),
        _S.VERIFIED: frozenset({_S.DEGRADED, _S.FAILED}),
        _S.DEGRADED: frozenset({_S.VERIFIED, _S.FAILED}),
        _S.ABSENT: frozenset({_S.STORED}),
        _S.REFUSED: frozenset(),
        _S.FAILED: frozenset({_S.VERIFIED, _S.DEGRADED}),
        _S.BLOCKED: frozenset(),
    }
)
PLAYABLE = frozenset({_S.STORED, _S.VERIFIED, _S.DEGRADED})
SEALED = PLAYABLE | {_S.FAILED}
INCOMPLETE = frozenset({"line-fell"})  # why the end of a recording is missing


def may_become(before: RecordingState, after: RecordingState) -> bool:
    """Whether a recording may go from one state to the other."""
    return after in ALLOWED[before]


class RecordingsCapability(Capability):
    """What a role lets a user do in this package."""

    PLAY = "play", Role.SUPERVISOR, Role.CALL_REVIEWER, Role.DPO


class RecordingsEvent(Event):
    """What this package writes into the audit."""

    COPY_EXPORTED = "recordings.copy.exported", _("A copy of the recording was handed out.")
    PLAYBACK_BEGUN = "recordings.playback.begun", _("The recording was opened for listening.")
    PLAYBACK_REFUSED = "recordings.playback.refused", _("Listening to the recording was refused.")
    RECORDING_DEGRADED = (
        "recordings.recording.degraded",
        _("The recording was checked and found incomplete."),
    )
    RECORDING_FAILED = (
        "recordings.recording.failed",
        _("The recording was checked and cannot be decoded."),
    )
    RECORDING_KEPT = "recordings.recording.kept", _("The recording was sealed and kept.")
    RECORDING_VERIFIED = (
        "recordings.recording.verified",
        _("The recording was checked and found whole."),
    )
