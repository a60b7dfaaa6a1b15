"""Playing: every check first, then the audited playback, then the bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
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
    raise NotImplementedError


def open_playback(playback_ref: Ref, *, user_ref: Ref, session: str, at: datetime) -> OpenPlayback:
    """Open the audio of one's own running playback; everything that may have changed is asked again."""
    raise NotImplementedError


def read_playback(
    playback_ref: Ref, *, user_ref: Ref, session: str, at: datetime, start: int, length: int
) -> bytes:
    """Read a part of the audio of one's own running playback."""
    raise NotImplementedError
