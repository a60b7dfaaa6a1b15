"""What may happen to recordings: kept, played for a purpose, verified, copied out."""

from __future__ import annotations

from callward.recordings.copying import export_copy
from callward.recordings.keeping import NewRecording, keep_recordings
from callward.recordings.playing import (
    OpenPlayback,
    PlaybackView,
    begin_playback,
    open_playback,
    read_playback,
)
from callward.recordings.verifying import verify_recording

__all__ = [
    "NewRecording",
    "OpenPlayback",
    "PlaybackView",
    "begin_playback",
    "export_copy",
    "keep_recordings",
    "open_playback",
    "read_playback",
    "verify_recording",
]
