"""What may happen to recordings: kept, played for a purpose, verified, copied out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from callward.calls import services as calls
from callward.holdings.kinds import CALL, RECORDING
from callward.jobs.services import enqueue
from callward.recordings.copy_export import CopyView, export_copy
from callward.recordings.models import Playback, Recording
from callward.recordings.new_recordings import NewRecording, keep_recordings
from callward.recordings.playback import (
    OpenPlayback,
    PlaybackView,
    begin_playback,
    open_playback,
    read_playback,
)
from callward.recordings.recording_verification import verify_recording
from callward.recordings.states import SEALED
from callward.retention import services as retention

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref

VERIFY_TASK = "recordings.verify"
_REFS_IN_ONE_QUERY = 10_000


def ask_verification(refs: Sequence[Ref]) -> None:
    """Have a group of stored recordings decoded by the worker."""
    if refs:
        enqueue(VERIFY_TASK, *map(str, refs), key=f"{VERIFY_TASK}:{refs[0]}")


def delete_recordings(refs: Sequence[Ref], *, at: datetime) -> int:
    """Remove recordings and playbacks, then calls without any, then numbers without calls."""
    removed = 0
    for start in range(0, len(refs), _REFS_IN_ONE_QUERY):
        removed += _delete_group(refs[start : start + _REFS_IN_ONE_QUERY], at=at)
    return removed


def _delete_group(refs: Sequence[Ref], *, at: datetime) -> int:
    with transaction.atomic():
        doomed = Recording.objects.filter(ref__in=refs)
        told = set(doomed.values_list("call_ref", flat=True))
        Playback.objects.filter(recording_id__in=refs).delete()
        removed, _ = doomed.delete()
        kept = Recording.objects.filter(call_ref__in=told).values_list("call_ref", flat=True)
        alone = sorted(told - set(kept))
        staying = retention.must_stay(CALL, alone, at=at) - calls.reduced_calls(alone)
        calls.mark_unrecorded(sorted(staying))
        calls.delete_calls(sorted(set(alone) - staying))
    return removed


def delete_due_calls(refs: Sequence[Ref], *, at: datetime) -> int:
    """Remove calls; of one with audio, or a held word of none, only what that itself is stays."""
    with transaction.atomic():
        rows = Recording.objects.filter(call_ref__in=refs)
        without = list(rows.exclude(state__in=SEALED).values_list("ref", flat=True))
        held = retention.must_stay(RECORDING, without, at=at)
        kept = rows.filter(Q(state__in=SEALED) | Q(ref__in=held))
        staying = set(kept.values_list("call_ref", flat=True))
        silent = rows.exclude(call_ref__in=staying)
        retention.forget(list(silent.values_list("ref", flat=True)))
        silent.delete()
        reduced = calls.reduce_calls(sorted(staying)) if staying else 0
        return reduced + calls.delete_calls([ref for ref in refs if ref not in staying])
