"""A copy in clear leaves: the same checks as a play, and its own audit event."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO

from django.db import transaction

from callward.audit.services import record
from callward.recordings.playback_permission import require_playable
from callward.recordings.states import RecordingsEvent
from callward.retention.services import require_usable
from callward.vault.services import open_part

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.recordings.playback_permission import PlaybackPermission
    from callward.sealing.stream import SealedReader


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """What was written out, and whether it is byte for byte what was captured."""

    recording_ref: Ref
    mime: str
    bytes: int
    sha256: str
    as_captured: bool


def export_copy(
    recording_ref: Ref,
    *,
    purpose: str | None,
    user_ref: Ref,
    second_factor: bool,
    actor: Actor,
    to: BinaryIO,
    at: datetime,
) -> CopyView:
    """Write a recording in clear into an open stream, refused and audited as a play is."""
    allowed = require_playable(
        recording_ref, purpose=purpose, user_ref=user_ref, second_factor=second_factor, at=at
    )
    reader = open_part(recording_ref, "audio")
    with transaction.atomic():  # the trace stands before the first byte leaves
        require_usable(recording_ref, at)
        _write_down(allowed, behalf=user_ref, actor=actor, at=at)
    digest = _write_out(reader, to)
    return CopyView(
        recording_ref=recording_ref,
        mime=allowed.recording.mime,
        bytes=reader.plain_size,
        sha256=digest,
        as_captured=digest == allowed.recording.captured_sha256,
    )


def _write_down(allowed: PlaybackPermission, *, behalf: Ref, actor: Actor, at: datetime) -> None:
    record(
        RecordingsEvent.COPY_EXPORTED,
        item=allowed.recording.ref,
        actor=actor,
        at=at,
        purpose=allowed.purpose,
        grant=allowed.grant_ref,
        behalf=behalf,
    )


def _write_out(reader: SealedReader, to: BinaryIO) -> str:
    digest = sha256()
    for chunk in reader.chunks():
        digest.update(chunk)
        to.write(chunk)
    return digest.hexdigest()
