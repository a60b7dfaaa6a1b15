"""What recordings answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.calls.selectors import calls_of_numbers
from callward.holdings import DataCategory, Holder
from callward.holdings.kinds import CALL, RECORDING, VOICE_MESSAGE
from callward.recordings.errors import RecordingMissingError
from callward.recordings.selectors import (
    calls_beside,
    playbacks_of,
    recording,
    recordings_of_calls,
)
from callward.recordings.services import delete_due_calls, delete_recordings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.holdings import Identifiers
    from callward.kernel.references import Ref


class RecordingsHolder(Holder):
    """Removes recordings, and calls: of one that is still recorded, all but its recording."""

    name = "recordings"
    kinds = (RECORDING, VOICE_MESSAGE, CALL)

    def find(self, identifiers: Identifiers) -> list[Ref]:
        """The recordings of every call that any of these numbers took part in."""
        calls = calls_of_numbers(identifiers.numbers)
        found = recordings_of_calls(calls)
        return [view.ref for call_ref in calls for view in found.get(call_ref, [])]

    def beside(self, refs: Sequence[Ref]) -> set[Ref]:
        """The calls of recordings."""
        return calls_beside(refs)

    def describe(self, ref: Ref) -> dict[str, str]:
        """What is kept about a recording, by category; empty when it is not one."""
        try:
            kept = recording(ref)
        except RecordingMissingError:
            return {}
        return {
            DataCategory.VOICE: f"{kept.mime} {kept.seconds:.0f} s, {kept.state}",
            DataCategory.STAFF_ACTIVITY: f"{len(playbacks_of(ref))} playbacks",
        }

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:
        """Remove the rows; the keys went before."""
        gone = delete_recordings(refs, at=at)
        return gone if gone == len(refs) else gone + delete_due_calls(refs, at=at)
