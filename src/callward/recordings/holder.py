"""What recordings answers when somebody's rights or a due date ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.calls.selectors import calls_of_numbers
from callward.holdings import DataCategory
from callward.recordings.errors import RecordingMissingError
from callward.recordings.selectors import playbacks_of, recording, recordings_of_calls
from callward.recordings.services import delete_recordings
from callward.retention.services import why_still_here
from callward.retention.states import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


class RecordingsHolder:
    """Removes recordings, then the calls left without any, then the numbers nobody mentions."""

    name = "recordings"

    def find(self, numbers: Sequence[str]) -> list[Ref]:
        """The recordings of every call that any of these numbers took part in."""
        calls = calls_of_numbers(numbers)
        found = recordings_of_calls(calls)
        return [view.ref for call_ref in calls for view in found.get(call_ref, [])]

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

    def why_refuse(self, ref: Ref, *, at: datetime) -> str | None:
        """The hold or the law that forbids to destroy it now."""
        if not self.describe(ref):
            return None
        reason = why_still_here(ref, at)
        if reason.holds:
            return str(Rule.HOLD)
        return str(Rule.LAW_FLOOR) if reason.rule is Rule.LAW_FLOOR else None

    def destroy(self, refs: Sequence[Ref], *, at: datetime) -> int:  # noqa: ARG002  # the port's shape
        """Remove the rows; the keys went before."""
        return delete_recordings(refs)
