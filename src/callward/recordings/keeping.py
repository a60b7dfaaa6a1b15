"""Recordings enter: rows, and their due day, in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.recordings.states import RecordingState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecording:
    """One piece of a call, already sealed in the vault under `ref` (or absent)."""

    ref: Ref
    call_ref: Ref
    controller_ref: Ref
    policy_id: str
    started_at: datetime  # of the call: retention counts from here
    state: RecordingState = RecordingState.STORED
    segment: int | None = None  # None: the next free place in the call
    mime: str = ""
    seconds: float = 0.0
    channels: int = 1
    bytes: int = 0
    captured_sha256: str = ""
    epoch: str = ""  # the one that retention planned; empty when there is no audio
    due_at: datetime | None = None
    fault: str = ""


def keep_recordings(recordings: Sequence[NewRecording], *, actor: Actor, at: datetime) -> None:
    """Keep a group of recordings and register their due days; call inside the transaction."""
    raise NotImplementedError
