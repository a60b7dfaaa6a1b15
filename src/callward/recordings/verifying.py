"""A stored recording is decoded whole once, so that nobody finds out too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.recordings.states import RecordingState


def verify_recording(ref: Ref, *, at: datetime) -> RecordingState:
    """Decode a recording whole, keep its peaks sealed, and say whether it can be relied on."""
    raise NotImplementedError
