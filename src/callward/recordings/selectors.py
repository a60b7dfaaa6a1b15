"""What may be asked about recordings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callward.accounts.services import require
from callward.calls.selectors import CallFilters, CallRow, call_page, calls_of_number
from callward.calls.states import CallsCapability
from callward.recordings.errors import RecordingMissingError
from callward.recordings.models import Playback, Recording
from callward.recordings.rules import PART, PeaksView, read_wave
from callward.recordings.states import PLAYABLE, RecordingState
from callward.retention.selectors import held_among, held_refs
from callward.retention.services import require_usable
from callward.vault.errors import PartMissingError
from callward.vault.services import open_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref


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
        """Whether there is audio to play, due day and access aside."""
        return self.state in PLAYABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedView:
    """Who listened, what for, and when."""

    ref: Ref
    user_ref: Ref
    purpose: str
    begun_at: datetime
    ends_at: datetime


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


def recording(ref: Ref) -> RecordingView:
    """One recording; raises RecordingMissingError."""
    row = Recording.objects.filter(ref=ref).first()
    if row is None:
        raise RecordingMissingError(ref=ref)
    return _view(row)


def recordings_of_call(call_ref: Ref) -> list[RecordingView]:
    """The recordings of a call in the order they were made."""
    return recordings_of_calls([call_ref]).get(call_ref, [])


def recordings_of_calls(call_refs: Sequence[Ref]) -> dict[Ref, list[RecordingView]]:
    """The recordings of many calls with one query."""
    found: dict[Ref, list[RecordingView]] = {}
    for row in Recording.objects.filter(call_ref__in=call_refs).order_by("call_ref", "segment"):
        found.setdefault(row.call_ref, []).append(_view(row))
    return found


def calls_beside(refs: Sequence[Ref]) -> set[Ref]:
    """The calls of these recordings."""
    rows = Recording.objects.filter(ref__in=refs)
    return set(rows.values_list("call_ref", flat=True))


def playbacks_of(ref: Ref) -> list[PlayedView]:
    """Every playback of a recording, newest first (K-10)."""
    return [
        PlayedView(
            ref=row.ref,
            user_ref=row.user_ref,
            purpose=row.purpose,
            begun_at=row.begun_at,
            ends_at=row.ends_at,
        )
        for row in Playback.objects.filter(recording_id=ref).order_by("-begun_at", "-ref")
    ]


def list_calls(
    controller_ref: Ref,
    filters: CallFilters,
    *,
    held: bool | None = None,
    after: str | None = None,
    limit: int = 50,
) -> ListedPage:
    """The call list with recordings and hold marks; `held` narrows it to what is held."""
    if held:
        calls = Recording.objects.filter(ref__in=held_refs(controller_ref))
        filters = replace(filters, among=set(calls.values_list("call_ref", flat=True)))
    page = call_page(controller_ref, filters, after=after, limit=limit)
    found = recordings_of_calls([row.ref for row in page.rows])
    marked = held_among([view.ref for views in found.values() for view in views])
    return ListedPage(
        rows=tuple(
            ListedCall(
                call=row,
                recordings=tuple(found.get(row.ref, ())),
                held=any(view.ref in marked for view in found.get(row.ref, ())),
            )
            for row in page.rows
        ),
        after=page.after,
    )


def peaks(ref: Ref, *, user_ref: Ref, at: datetime) -> PeaksView | None:
    """The waveform, for somebody who may see the call; None until the recording was decoded."""
    kept = recording(ref)
    require(CallsCapability.SEE_CALLS, user_ref=user_ref, controller_ref=kept.controller_ref, at=at)
    require_usable(ref, at)
    try:
        part = open_part(ref, PART)
    except PartMissingError:
        return None
    return read_wave(part.read(0, part.plain_size))


def waiting_for_verification(limit: int) -> list[Ref]:
    """Recordings that nobody has decoded yet, the oldest first."""
    rows = Recording.objects.filter(state=RecordingState.STORED, checked_at=None)
    return list(rows.order_by("ref").values_list("ref", flat=True)[:limit])


def _view(row: Recording) -> RecordingView:
    return RecordingView(
        ref=row.ref,
        call_ref=row.call_ref,
        controller_ref=row.controller_ref,
        policy_id=row.policy_id,
        state=RecordingState(row.state),
        segment=row.segment,
        mime=row.mime,
        seconds=row.seconds,
        measured_seconds=row.measured_seconds,
        channels=row.channels,
        bytes=row.bytes,
        captured_sha256=row.captured_sha256,
        fault=row.fault,
        kept_at=row.kept_at,
        checked_at=row.checked_at,
    )
