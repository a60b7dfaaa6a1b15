"""Recordings enter: rows, and their due day, in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from callward.audit.services import record_each
from callward.bulk_insert import keep_rows
from callward.calls.services import mark_recorded
from callward.recordings.models import Recording
from callward.recordings.states import SEALED, RecordingsEvent, RecordingState
from callward.retention.services import register
from callward.retention.values import NewItem, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecording:
    """One piece of a call: sealed in the vault under `ref` as its plan said, or absent."""

    ref: Ref
    call_ref: Ref
    controller_ref: Ref
    plan: Plan
    started_at: datetime  # of the call: retention counts from here
    state: RecordingState = RecordingState.STORED
    mime: str = ""
    seconds: float = 0.0
    channels: int = 1
    bytes: int = 0
    captured_sha256: str = ""
    fault: str = ""


def keep_recordings(recordings: Sequence[NewRecording], *, actor: Actor, at: datetime) -> None:
    """Keep a group of recordings and register their due days, or none of them."""
    with transaction.atomic():
        places = _next_places({new.call_ref for new in recordings})
        rows = []
        for new in recordings:
            rows.append(_row(new, place=places[new.call_ref], at=at))
            places[new.call_ref] += 1
        keep_rows(rows)
        register([_item(new) for new in recordings], at=at)
        mark_recorded(sorted({new.call_ref for new in recordings if new.state in SEALED}))
        for state in {new.state for new in recordings}:
            refs = [new.ref for new in recordings if new.state is state]
            record_each(
                RecordingsEvent.RECORDING_KEPT, items=refs, actor=actor, at=at, state=str(state)
            )


def _next_places(call_refs: set[Ref]) -> Counter[Ref]:
    taken = (
        Recording.objects.filter(call_ref__in=call_refs)
        .values_list("call_ref")
        .annotate(last=Max("segment"))
    )
    return Counter({call_ref: last + 1 for call_ref, last in taken})


def _row(new: NewRecording, *, place: int, at: datetime) -> Recording:
    return Recording(
        ref=new.ref,
        call_ref=new.call_ref,
        controller_ref=new.controller_ref,
        policy_id=new.plan.policy_id,
        state=new.state,
        segment=place,
        mime=new.mime,
        seconds=new.seconds,
        channels=new.channels,
        bytes=new.bytes,
        captured_sha256=new.captured_sha256,
        fault=new.fault,
        kept_at=at,
    )


def _item(new: NewRecording) -> NewItem:
    return NewItem(
        ref=new.ref,
        controller_ref=new.controller_ref,
        plan=new.plan,
        started_at=new.started_at,
        mark=f"sha256:{new.captured_sha256}" if new.captured_sha256 else "",
    )
