"""What waits for an event before its end can be counted, and the event's coming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.holdings.kinds import kind_of
from callward.kernel import calendar
from callward.retention import rows, rules
from callward.retention.due_dates import (
    COUNTED,
    line_up_to,
    move_to_due_epochs,
    remeasure_since,
)
from callward.retention.errors import (
    ItemUnknownError,
    RecordingBeingDestroyedError,
    StartEventTimeError,
    StartEventUnknownError,
)
from callward.retention.models import Begun, Item
from callward.retention.states import ItemState, RetentionEvent, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.vocabulary import StartEvent


def begin_count(
    refs: Sequence[Ref], *, event: StartEvent, happened_at: datetime, actor: Actor, at: datetime
) -> None:
    """Start the count of what waited for an event; what is sealed moves to its due day."""
    with transaction.atomic():
        items = {item.ref: item for item in Item.objects.select_for_update().filter(ref__in=refs)}
        for ref in refs:
            item = items.get(ref)
            if item is None:
                _begin_row(ref, event=event, happened_at=happened_at, at=at)
            else:
                _begin_one(item, event=event, happened_at=happened_at, at=at)
        moved = list(items.values())
        Item.objects.bulk_update(moved, ["started_at", *COUNTED])
        audit.record_each(
            RetentionEvent.ITEM_COUNT_BEGUN, items=refs, actor=actor, at=at, start=str(event)
        )
        move_to_due_epochs(moved, at=at)


def _begin_row(ref: Ref, *, event: StartEvent, happened_at: datetime, at: datetime) -> None:
    row = rows.kept_row(ref, at=at)
    if row is None:
        raise ItemUnknownError(ref=ref)
    kind = kind_of(row.activity)
    policy = controllers.policy_in_force(row.controller_ref, at=at)
    counted = {*rules.kind_rules(policy, kind), *rules.kind_floors(policy, kind)}
    waits = event not in kind.starts and any(rule.start is event for rule in counted)
    if not waits or Begun.objects.filter(item_ref=ref, event=event).exists():
        raise StartEventUnknownError(ref=ref, event=str(event))
    _check_time(ref, event, happened_at, began=row.began_at, at=at)
    Begun.objects.create(item_ref=ref, event=event, happened_at=happened_at)


def _begin_one(item: Item, *, event: StartEvent, happened_at: datetime, at: datetime) -> None:
    if item.state == ItemState.DESTROYING:
        raise RecordingBeingDestroyedError(ref=item.ref)
    if item.started_at is not None or item.start_event != event:
        raise StartEventUnknownError(ref=item.ref, event=str(event))
    _check_time(item.ref, event, happened_at, began=item.called_at, at=at)
    zone = calendar.zone_named(item.zone)
    item.started_at = happened_at
    cap = calendar.cap_due(happened_at, calendar.parse_period(item.period), zone=zone)
    if item.cap_at is None or cap < item.cap_at:  # a revision may have given a day meanwhile
        item.cap_at, item.cap_rule = cap, Rule.CAP_PROMISED
    item.due_at = max(item.cap_at, item.floor_until or item.cap_at)
    # What each revision said of this event could not be measured before it came.
    remeasure_since(item, line_up_to(item.controller_ref, at))


def _check_time(
    ref: Ref, event: StartEvent, happened_at: datetime, *, began: datetime, at: datetime
) -> None:
    if not began <= happened_at <= at:
        raise StartEventTimeError(ref=ref, event=str(event), happened_at=happened_at.isoformat())
