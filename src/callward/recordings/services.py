"""What may happen to recordings: kept, played for a purpose, verified, copied out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.jobs.services import enqueue
from callward.recordings.copy_export import CopyView, export_copy
from callward.recordings.new_recordings import NewRecording, keep_recordings
from callward.recordings.playback import (
    OpenPlayback,
    PlaybackView,
    begin_playback,
    open_playback,
    read_playback,
)
from callward.recordings.recording_verification import verify_recording
from callward.recordings.row_deletion import delete_due_calls, delete_recordings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from callward.kernel.references import Ref

VERIFY_TASK = "recordings.verify"


def ask_verification(refs: Sequence[Ref]) -> None:
    """Have a group of stored recordings decoded by the worker."""
    if refs:
        enqueue(VERIFY_TASK, *map(str, refs), key=f"{VERIFY_TASK}:{refs[0]}")
