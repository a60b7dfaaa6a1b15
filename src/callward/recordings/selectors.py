"""What may be asked about recordings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.calls.selectors import CallFilters, CallRow
    from callward.kernel.references import Ref
    from callward.recordings.states import RecordingState


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingView:
    """One recording as the screens show it."""

    ref: Ref
    call_ref: Ref
    controller_ref: Ref
    policy_id: str
    state: RecordingState
    segment: int
    mime: str
    seconds: float
    measured_seconds: float | None
    channels: int
    bytes: int
    captured_sha256: str
    fault: str
    kept_at: datetime
    checked_at: datetime | None

    @property
    def playable(self) -> bool:
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCall:
    """One line of the call list with what is known of its recordings."""

    call: CallRow
    recordings: tuple[RecordingView, ...]
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPage:
    """One page of the list, and where the next one begins (None: this was the last)."""

    rows: tuple[ListedCall, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeaksView:
    """The waveform: for every channel, points between -1 and 1."""

    seconds: float
    channels: tuple[tuple[float, ...], ...]


def recording(ref: Ref) -> RecordingView:
    """One recording; raises RecordingMissingError."""
    raise NotImplementedError


def recordings_of_call(call_ref: Ref) -> list[RecordingView]:
    """The recordings of a call in the order they were made."""
    raise NotImplementedError


def recordings_of_calls(call_refs: Sequence[Ref]) -> dict[Ref, list[RecordingView]]:
    """The recordings of many calls with one query."""
    raise NotImplementedError


def list_calls(
    controller_ref: Ref,
    filters: CallFilters,
    *,
    held: bool | None = None,
    after: str | None = None,
    limit: int = 50,
) -> ListedPage:
    """The call list with recordings and hold marks: a few queries whatever the page."""
    raise NotImplementedError


def peaks(ref: Ref, *, user_ref: Ref, at: datetime) -> PeaksView:
    """The waveform of a recording, for somebody who may see its call; no audio comes along."""
    raise NotImplementedError
