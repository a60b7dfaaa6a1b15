"""Playing: every check first, then the audited playback, then the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import UUIDField

from callward.accounts.selectors import grant_for
from callward.audit.services import record
from callward.compiled_query import Question
from callward.kernel.actors import user_actor
from callward.kernel.calendar import cap_due
from callward.kernel.references import new_ref
from callward.recordings.errors import (
    PlaybackEndedError,
    PlaybackMissingError,
    PlaybackNotYoursError,
    RangeOutsideError,
)
from callward.recordings.models import Playback
from callward.recordings.playback_permission import require_playable
from callward.recordings.states import RecordingsEvent
from callward.retention.services import require_usable
from callward.sealing.digests import sha256
from callward.vault.services import open_part

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.recordings.playback_permission import PlaybackPermission
    from callward.sealing.stream import SealedReader


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackView:
    """A playback that has begun."""

    ref: Ref
    recording_ref: Ref
    purpose: str
    begun_at: datetime
    ends_at: datetime
    mime: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlayback:
    """A playback whose audio may be read now."""

    ref: Ref
    mime: str
    size: int
    reader: SealedReader


def begin_playback(
    recording_ref: Ref,
    *,
    purpose: str | None,
    user_ref: Ref,
    session: str,
    second_factor: bool,
    at: datetime,
) -> PlaybackView:
    """Allow one user to listen for one purpose for a while; audited before the first byte."""
    allowed = require_playable(
        recording_ref, purpose=purpose, user_ref=user_ref, second_factor=second_factor, at=at
    )
    playback = _playback(allowed, user_ref=user_ref, session=session, at=at)
    with transaction.atomic():
        playback.save(force_insert=True)
        record(
            RecordingsEvent.PLAYBACK_BEGUN,
            item=recording_ref,
            actor=user_actor(user_ref),
            at=at,
            playback=playback.ref,
            purpose=allowed.purpose,
            grant=allowed.grant_ref,
        )
    return PlaybackView(
        ref=playback.ref,
        recording_ref=recording_ref,
        purpose=allowed.purpose,
        begun_at=at,
        ends_at=playback.ends_at,
        mime=allowed.recording.mime,
        bytes=allowed.recording.bytes,
    )


def _playback(
    allowed: PlaybackPermission, *, user_ref: Ref, session: str, at: datetime
) -> Playback:
    return Playback(
        ref=new_ref(at),
        recording_id=allowed.recording.ref,
        user_ref=user_ref,
        session_digest=_digest(session),
        purpose=allowed.purpose,
        grant_ref=allowed.grant_ref,
        begun_at=at,
        ends_at=cap_due(at, allowed.playback, zone=allowed.zone),
    )


def _digest(session: str) -> bytes:
    return sha256(session.encode())


_PLAYBACK = Question(
    lambda ref: Playback.objects.filter(ref=ref).values_list(
        "user_ref",
        "session_digest",
        "purpose",
        "begun_at",
        "ends_at",
        "recording_id",
        "recording__controller_ref",
        "recording__mime",
    ),
    ref=UUIDField(),
)


def open_playback(playback_ref: Ref, *, user_ref: Ref, session: str, at: datetime) -> OpenPlayback:
    """Open the audio of one's own running playback; what may have changed is asked again."""
    row = _PLAYBACK.first(ref=playback_ref)
    if row is None:
        raise PlaybackMissingError(ref=playback_ref)
    owner, digest, purpose, begun_at, ends_at, recording_ref, controller_ref, mime = row
    if owner != user_ref or bytes(digest) != _digest(session):
        raise PlaybackNotYoursError(ref=playback_ref)
    if not begun_at <= at < ends_at:
        raise PlaybackEndedError(ref=playback_ref)
    require_usable(recording_ref, at)
    grant_for(user_ref, controller_ref, purpose, recording_ref, at=at)
    reader = open_part(recording_ref, "audio")
    return OpenPlayback(ref=playback_ref, mime=mime, size=reader.plain_size, reader=reader)


def read_playback(
    playback_ref: Ref, *, user_ref: Ref, session: str, at: datetime, start: int, length: int
) -> bytes:
    """Read a part of the audio of one's own running playback."""
    audio = open_playback(playback_ref, user_ref=user_ref, session=session, at=at)
    if start >= audio.size:
        raise RangeOutsideError(ref=playback_ref, size=audio.size)
    return audio.reader.read(start, length)
