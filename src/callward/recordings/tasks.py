"""What the worker does for recordings."""

from __future__ import annotations

from callward.jobs.services import every, register
from callward.kernel import clock
from callward.kernel.references import parse_ref
from callward.recordings.errors import RecordingMissingError
from callward.recordings.selectors import waiting_for_verification
from callward.recordings.services import VERIFY_TASK, verify_recording
from callward.retention.errors import ItemUnknownError, RecordingGoneError

_GROUP = 200


@register(VERIFY_TASK)
def verify(*refs: str) -> None:
    """Decode these recordings; one that went in the meantime needs nothing."""
    for text in refs:
        try:
            verify_recording(parse_ref(text), at=clock.now())
        except (RecordingMissingError, RecordingGoneError, ItemUnknownError):
            continue


@every("*/5 * * * *", "recordings.verify-waiting")
def verify_waiting() -> None:
    """Decode what was stored and never asked for, such as after a crash."""
    verify(*(str(ref) for ref in waiting_for_verification(_GROUP)))
