"""From a call's start to its due instant, and what a later policy changes."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.bulk_insert import keep_rows
from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.policy.compiled import RECORDING_ACTIVITY
from callward.policy.vocabulary import RetentionKind
from callward.retention import rules
from callward.retention.errors import (
    ItemUnknownError,
    NoRecordingPolicyError,
    RecordingBeingDestroyedError,
    StartEventUnknownError,
)
from callward.retention.models import Item, Reassessment
from callward.retention.rules import Claims
from callward.retention.states import ItemState, RetentionEvent, Rule
from callward.retention.values import Plan
from callward.sealing.digests import keyed_digest
from callward.vault import services as vault
from callward.vault.states import ServiceKeyName

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from callward.kernel.actors import Actor
    from callward.kernel.calendar import Period
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, RetentionRule
    from callward.policy.vocabulary import StartEvent
    from callward.retention.values import NewItem

_AT_ONCE = 500


def plan(policy: CompiledPolicy, *, controller_ref: Ref, started_at: datetime) -> Plan:
    """Where a recording of this start is sealed to and when it ends; asked before sealing."""
    recording = policy.recording
    if recording is None:
        raise NoRecordingPolicyError(policy=policy.policy_id)
    claims = _claims(policy, recording.retain, recording.floor, started_at)
    rule = recording.retain
    promised = _promised_before(policy, controller_ref, started_at)
    if promised is not None:
        rule, claims = _earlier(promised, (rule, claims))
    due_at = rules.effective_due(claims).due_at
    return Plan(
        epoch=epoch_of(controller_ref, RECORDING_ACTIVITY, due_at, zone=policy.zone),
        due_at=due_at,
        floor_until=claims.floor,
        activity=RECORDING_ACTIVITY,
        policy_id=policy.policy_id,
        start_event=str(rule.start),
        zone=policy.zone.key,
        period=str(rule.period),
    )


def _promised_before(
    now: CompiledPolicy, controller_ref: Ref, started_at: datetime
) -> tuple[RetentionRule, Claims] | None:
    """What an earlier revision promised of a call that only now arrives (D-07)."""
    if now.previous is None:  # the first policy of its controller: nothing was promised before
        return None
    try:
        then = controllers.policy_in_force(controller_ref, at=started_at)
    except NoPolicyInForceError:  # a backlog from before there was any policy
        return None
    if then.policy_id == now.policy_id or then.recording is None:
        return None
    recording = then.recording
    return recording.retain, _claims(then, recording.retain, recording.floor, started_at)


def _earlier(
    promised: tuple[RetentionRule, Claims], now: tuple[RetentionRule, Claims]
) -> tuple[RetentionRule, Claims]:
    """The rule with the earlier end, under the later of both floors."""
    (then_rule, then), (now_rule, current) = promised, now
    known = [end for end in (then.floor, current.floor) if end is not None]
    both = Claims(
        cap_promised=then.cap_promised,
        cap_now=current.cap_promised,
        floor=max(known, default=None),
        floor_open=current.floor_open,
    )
    decided = rules.effective_due(Claims(cap_promised=both.cap_promised, cap_now=both.cap_now))
    return (now_rule if decided.rule is Rule.CAP_NOW else then_rule), both


def _claims(
    policy: CompiledPolicy, cap: RetentionRule, floor: RetentionRule | None, called_at: datetime
) -> Claims:
    floor_until = None if floor is None else _floor_until(policy, floor, called_at)
    return Claims(
        cap_promised=rules.due_of_cap(
            start_of(policy, cap.start, called_at), cap.period, zone=policy.zone
        ),
        floor=floor_until,
        floor_open=floor is not None and floor_until is None,
    )


def _floor_until(
    policy: CompiledPolicy, floor: RetentionRule, called_at: datetime
) -> datetime | None:
    start = start_of(policy, floor.start, called_at)
    return rules.floor_of(start, floor.period, zone=policy.zone)


def start_of(policy: CompiledPolicy, event: StartEvent, called_at: datetime) -> datetime | None:
    """The instant that a rule of this policy counts from, for a call of this start."""
    return rules.start_of_count(
        called_at, event, year_ends=policy.financial_year_ends, zone=policy.zone
    )


def epoch_of(controller_ref: Ref, activity: str, due_at: datetime | None, *, zone: ZoneInfo) -> str:
    """The epoch of everything that one activity destroys on one day of the controller's."""
    if due_at is None:
        return vault.open_epoch(controller_ref, activity, controller_ref)
    return vault.due_epoch(controller_ref, activity, calendar.local_day(due_at, zone=zone))


def register(items: Sequence[NewItem], *, at: datetime) -> None:
    """Start the count of recordings just sealed, inside the caller's transaction."""
    key = _mark_key() if any(item.mark for item in items) else b""
    keep_rows([_row(item, key=key) for item in items])
    for owner in {item.controller_ref for item in items}:
        audit.record_each(
            RetentionEvent.ITEM_REGISTERED,
            items=[item.ref for item in items if item.controller_ref == owner],
            actor=system_actor("retention.register"),
            at=at,
            owner=owner,
        )


def _row(item: NewItem, *, key: bytes) -> Item:
    told = item.plan
    known = told.due_at is not None
    return Item(
        ref=item.ref,
        controller_ref=item.controller_ref,
        activity=told.activity,
        policy_id=told.policy_id,
        period=told.period,
        start_event=told.start_event,
        started_at=item.started_at if known else None,
        called_at=item.started_at,
        zone=told.zone,
        cap_at=told.due_at,
        cap_rule=Rule.CAP_PROMISED if known else Rule.OPEN,
        cap_policy_id=told.policy_id,
        floor_until=told.floor_until,
        due_at=told.due_at,
        epoch=told.epoch,
        mark=mark_digest(item.controller_ref, item.mark, key=key) if item.mark else None,
    )


def _mark_key() -> bytes:
    return vault.service_key(ServiceKeyName.LOOKUP).secret


def mark_digest(controller_ref: Ref, mark: str, *, key: bytes | None = None) -> bytes:
    """A mark that only this house can compare, and only within one controller."""
    return keyed_digest(key or _mark_key(), f"retention/{controller_ref}/{mark}")


def begin_count(
    refs: Sequence[Ref], *, event: StartEvent, happened_at: datetime, actor: Actor, at: datetime
) -> None:
    """Start the count of items that waited for an event, and move them to their due day."""
    with transaction.atomic():
        items = {item.ref: item for item in Item.objects.select_for_update().filter(ref__in=refs)}
        for ref in refs:
            _begin_one(items.get(ref), ref, event=event, happened_at=happened_at)
        moved = list(items.values())
        Item.objects.bulk_update(moved, ["started_at", "cap_at", "cap_rule", "due_at"])
        audit.record_each(
            RetentionEvent.ITEM_COUNT_BEGUN, items=refs, actor=actor, at=at, start=str(event)
        )
        move_to_due_epochs(moved, at=at)


def _begin_one(item: Item | None, ref: Ref, *, event: StartEvent, happened_at: datetime) -> None:
    if item is None:
        raise ItemUnknownError(ref=ref)
    if item.state == ItemState.DESTROYING:
        raise RecordingBeingDestroyedError(ref=ref)
    if item.started_at is not None or item.start_event != event:
        raise StartEventUnknownError(ref=ref, event=str(event))
    zone = calendar.zone_named(item.zone)
    item.started_at = happened_at
    cap = calendar.cap_due(happened_at, calendar.parse_period(item.period), zone=zone)
    if item.cap_at is None or cap < item.cap_at:  # a revision may have given a day meanwhile
        item.cap_at, item.cap_rule = cap, Rule.CAP_PROMISED
    item.due_at = max(item.cap_at, item.floor_until or item.cap_at)


def move_to_due_epochs(items: Sequence[Item], *, at: datetime) -> None:
    """Lock items to the epoch of their due day; held ones and those past due stay."""
    movable = [item for item in items if _moves(item, at=at)]
    by_epoch = sorted(movable, key=_target)
    for epoch, group in groupby(by_epoch, key=_target):
        refs = [item.ref for item in group]
        for start in range(0, len(refs), _AT_ONCE):
            Item.objects.filter(ref__in=refs[start : start + _AT_ONCE]).update(epoch=epoch)
        vault.move(refs, to=epoch, at=at)


def _moves(item: Item, *, at: datetime) -> bool:
    future = item.due_at is None or item.due_at > at
    return future and not vault.is_hold(item.epoch) and _target(item) != item.epoch


def _target(item: Item) -> str:
    zone = calendar.zone_named(item.zone)
    return epoch_of(item.controller_ref, item.activity, item.due_at, zone=zone)


def reassess(controller_ref: Ref, at: datetime) -> int:
    """Measure what is kept against the policy in force: shorter applies at once, longer never."""
    policy = controllers.policy_in_force(controller_ref, at=at)
    last = Reassessment.objects.filter(controller_ref=controller_ref).first()
    if last is not None and last.policy_id == policy.policy_id:
        return 0
    refs = list(
        Item.objects.filter(controller_ref=controller_ref, state=ItemState.KEPT).values_list(
            "ref", flat=True
        )
    )
    shortened = 0
    for start in range(0, len(refs), _AT_ONCE):
        with transaction.atomic():
            shortened += _reassess_some(refs[start : start + _AT_ONCE], policy, at=at)
    Reassessment.objects.update_or_create(
        controller_ref=controller_ref, defaults={"policy_id": policy.policy_id, "at": at}
    )
    return shortened


def _reassess_some(refs: Sequence[Ref], policy: CompiledPolicy, *, at: datetime) -> int:
    rows = Item.objects.select_for_update().filter(ref__in=refs, state=ItemState.KEPT)
    changed = [item for item in rows if remeasure(item, policy)]
    Item.objects.bulk_update(
        changed, ["cap_at", "cap_rule", "cap_policy_id", "period", "floor_until", "due_at"]
    )
    audit.record_each(
        RetentionEvent.ITEM_DUE_SHORTENED,
        items=[item.ref for item in changed],
        actor=system_actor("retention.reassess"),
        at=at,
        policy=policy.policy_id,
    )
    move_to_due_epochs(changed, at=at)
    return len(changed)


def remeasure(item: Item, policy: CompiledPolicy) -> bool:
    """Give the item what the policy in force says of it, and say whether its end changed."""
    if policy.policy_id == item.cap_policy_id:
        return False
    before = (item.cap_at, item.due_at)
    claims = claims_now(item, policy)
    cap = rules.effective_due(Claims(cap_promised=claims.cap_promised, cap_now=claims.cap_now))
    if cap.rule is Rule.CAP_NOW:
        if item.cap_at is not None:  # else the promise still waits for its event, with its period
            item.period = str(_cap_rule_of(policy, item.activity).period)  # type: ignore[union-attr]  # CAP_NOW comes from this rule
        item.cap_at, item.cap_rule, item.cap_policy_id = cap.due_at, cap.rule, policy.policy_id
    item.floor_until = claims.floor
    item.due_at = rules.effective_due(claims).due_at
    return before != (item.cap_at, item.due_at)


def claims_now(item: Item, policy: CompiledPolicy) -> Claims:
    """What was promised of an item beside what the policy in force says of it."""
    cap = _cap_rule_of(policy, item.activity)
    floor = policy.recording.floor if policy.recording and cap else None
    floor_now = None if floor is None else _counted(floor, item, policy)
    known = [end for end in (item.floor_until, floor_now) if end is not None]
    return Claims(
        cap_promised=item.cap_at,
        cap_now=None if cap is None else _counted(cap, item, policy),
        floor=max(known, default=None),
        floor_open=floor is not None and floor_now is None,
    )


def _counted(rule: RetentionRule, item: Item, policy: CompiledPolicy) -> datetime | None:
    """When a rule of this policy ends for this item, or None while its event has not come."""
    happened_at = item.started_at if item.start_event == rule.start else None
    return _end_of(
        rule.kind,
        item.called_at,
        happened_at,
        rule.start,
        rule.period,
        policy.financial_year_ends,
        policy.zone,
    )


@lru_cache(maxsize=4096)  # a player asks again and again; the same values give the same end
def _end_of(
    kind: RetentionKind,
    called_at: datetime,
    happened_at: datetime | None,
    event: StartEvent,
    period: Period,
    ends: tuple[int, int],
    zone: ZoneInfo,
) -> datetime | None:
    start = rules.start_of_count(called_at, event, year_ends=ends, zone=zone) or happened_at
    if kind is RetentionKind.FLOOR:
        return rules.floor_of(start, period, zone=zone)
    return rules.due_of_cap(start, period, zone=zone)


def _cap_rule_of(policy: CompiledPolicy, activity: str) -> RetentionRule | None:
    if activity == RECORDING_ACTIVITY:
        return None if policy.recording is None else policy.recording.retain
    return policy.retention.get(activity)
