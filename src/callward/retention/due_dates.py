"""From a call's start to its due instant, and what a later policy changes."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.bulk_insert import keep_rows
from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.holdings.kinds import kind_of
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.retention import rules
from callward.retention.errors import (
    NoRecordingPolicyError,
)
from callward.retention.models import Item, Reassessment
from callward.retention.rules import Claims
from callward.retention.states import ItemState, RetentionEvent, Rule
from callward.retention.values import Plan
from callward.sealing.digests import keyed_digest
from callward.vault import services as vault
from callward.vault.states import ServiceKeyName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from callward.holdings import Kind
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, RetentionRule
    from callward.retention.values import NewItem

_AT_ONCE = 500
# What a measurement gives an item.
COUNTED = ("cap_at", "cap_rule", "cap_policy_id", "period", "floor_until", "due_at")
# A player asks again and again; the same values give the same end.
_counted_before = lru_cache(maxsize=4096)(rules.end_of)


def plan(policy: CompiledPolicy, kind: Kind, *, controller_ref: Ref, happened_at: datetime) -> Plan:
    """Where something of this start is sealed to and when it ends: the only counter of ends."""
    counted = _measured(policy, kind, happened_at, dict.fromkeys(kind.starts, happened_at))
    if counted is None:
        raise NoRecordingPolicyError(policy=policy.policy_id)
    rule, claims = counted
    promised = _promised_before(policy, kind, controller_ref, happened_at)
    if promised is not None:
        rule, claims = _earlier(promised, (rule, claims))
    due_at = rules.effective_due(claims).due_at
    activity = kind.sealed or kind.name
    return Plan(
        epoch=epoch_of(controller_ref, activity, due_at, zone=policy.zone),
        due_at=due_at,
        floor_until=claims.floor,
        activity=activity,
        policy_id=policy.policy_id,
        start_event=str(rule.start),
        zone=policy.zone.key,
        period=str(rule.period),
    )


def ended_by(told: Plan, due_at: datetime | None, *, controller_ref: Ref) -> Plan:
    """The same plan, ended earlier by what something else of the same call may last."""
    if due_at is None or (told.due_at is not None and told.due_at <= due_at):
        return told
    zone = calendar.zone_named(told.zone)
    epoch = epoch_of(controller_ref, told.activity, due_at, zone=zone)
    return replace(told, due_at=due_at, epoch=epoch)


def _promised_before(
    now: CompiledPolicy, kind: Kind, controller_ref: Ref, happened_at: datetime
) -> tuple[RetentionRule, Claims] | None:
    """What an earlier revision promised of a call that only now arrives (D-07)."""
    if now.previous is None:  # the first policy of its controller: nothing was promised before
        return None
    try:
        then = controllers.policy_in_force(controller_ref, at=happened_at)
    except NoPolicyInForceError:  # a backlog from before there was any policy
        return None
    if then.policy_id == now.policy_id:
        return None
    return _measured(then, kind, happened_at, dict.fromkeys(kind.starts, happened_at))


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


def _measured(
    policy: CompiledPolicy,
    kind: Kind,
    called_at: datetime,
    happened: Mapping[str, datetime],
    *,
    count: Callable[..., datetime | None] = rules.end_of,
) -> tuple[RetentionRule, Claims] | None:
    """The rule of a policy that ends something first, and what it claims; None without any."""
    caps = rules.kind_rules(policy, kind)
    if not caps:
        return None

    def end_of(rule: RetentionRule) -> datetime | None:
        begun = happened.get(rule.start)
        return count(rule, called_at, begun, year_ends=policy.financial_year_ends, zone=policy.zone)

    ends = [(rule, end_of(rule)) for rule in caps]
    ended = [(rule, end) for rule, end in ends if end is not None]
    rule, cap = min(ended, key=itemgetter(1), default=ends[0])
    floors = [end_of(floor) for floor in rules.kind_floors(policy, kind)]
    known = [end for end in floors if end is not None]
    return rule, Claims(
        cap_promised=cap, floor=max(known, default=None), floor_open=len(known) < len(floors)
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


def move_to_due_epochs(items: Sequence[Item], *, at: datetime) -> None:
    """Lock items to the epoch of their due day; held ones and those past due stay."""
    movable = [item for item in items if _moves(item, at=at)]
    by_epoch = sorted(movable, key=_target)
    for epoch, group in groupby(by_epoch, key=_target):
        refs = [item.ref for item in group]
        for start in range(0, len(refs), _AT_ONCE):
            Item.objects.filter(ref__in=refs[start : start + _AT_ONCE]).update(epoch=epoch)
        move_keys(refs, to=epoch, at=at)


def move_keys(refs: Sequence[Ref], *, to: str, at: datetime) -> None:
    """Lock to another epoch what has a key; of what was refused or never came there is none."""
    vault.move([ref for ref in refs if vault.has_key(ref)], to=to, at=at)


def _moves(item: Item, *, at: datetime) -> bool:
    future = item.due_at is None or item.due_at > at
    return future and not vault.is_hold(item.epoch) and _target(item) != item.epoch


def _target(item: Item) -> str:
    zone = calendar.zone_named(item.zone)
    return epoch_of(item.controller_ref, item.activity, item.due_at, zone=zone)


def reassess(controller_ref: Ref, at: datetime) -> int:
    """Measure what is kept against the policy in force: shorter applies at once, longer never."""
    line = line_up_to(controller_ref, at)
    last = Reassessment.objects.filter(controller_ref=controller_ref).first()
    if not line or (last is not None and last.policy_id == line[-1]):
        return 0
    refs = list(
        Item.objects.filter(controller_ref=controller_ref, state=ItemState.KEPT).values_list(
            "ref", flat=True
        )
    )
    shortened = 0
    for start in range(0, len(refs), _AT_ONCE):
        with transaction.atomic():
            shortened += _reassess_some(refs[start : start + _AT_ONCE], line, at=at)
    Reassessment.objects.update_or_create(
        controller_ref=controller_ref, defaults={"policy_id": line[-1], "at": at}
    )
    return shortened


def _reassess_some(refs: Sequence[Ref], line: Sequence[str], *, at: datetime) -> int:
    rows = Item.objects.select_for_update().filter(ref__in=refs, state=ItemState.KEPT)
    changed = [item for item in rows if remeasure_since(item, line)]
    Item.objects.bulk_update(changed, COUNTED)
    audit.record_each(
        RetentionEvent.ITEM_DUE_SHORTENED,
        items=[item.ref for item in changed],
        actor=system_actor("retention.reassess"),
        at=at,
        policy=line[-1],
    )
    move_to_due_epochs(changed, at=at)
    return len(changed)


def line_up_to(controller_ref: Ref, at: datetime) -> list[str]:
    """The policies of a controller up to now, the first one first."""
    line = reversed(controllers.revisions(controller_ref))
    return [one.policy_id for one in line if one.in_force_from <= at]


def remeasure_since(item: Item, line: Sequence[str]) -> bool:
    """Give the item what every revision since its own says of it, also one in force but briefly."""
    since = line.index(item.policy_id) + 1 if item.policy_id in line else 0
    return sum(remeasure(item, controllers.policy(each)) for each in line[since:]) > 0


def remeasure(item: Item, policy: CompiledPolicy) -> bool:
    """Give the item what the policy in force says of it, and say whether its end changed."""
    if policy.policy_id == item.cap_policy_id:
        return False
    before = (item.cap_at, item.due_at)
    claims, measured = claims_now(item, policy), _measured_now(item, policy)
    cap = rules.effective_due(Claims(cap_promised=claims.cap_promised, cap_now=claims.cap_now))
    if cap.rule is Rule.CAP_NOW and measured is not None:
        if item.cap_at is not None:  # else the promise still waits for its event, with its period
            item.period = str(measured[0].period)
        item.cap_at, item.cap_rule, item.cap_policy_id = cap.due_at, cap.rule, policy.policy_id
    item.floor_until = claims.floor
    item.due_at = rules.effective_due(claims).due_at
    return before != (item.cap_at, item.due_at)


def claims_now(item: Item, policy: CompiledPolicy) -> Claims:
    """What was promised of an item beside what the policy in force says of it."""
    measured = _measured_now(item, policy)
    if measured is None:
        return Claims(cap_promised=item.cap_at, floor=item.floor_until)
    _rule, now = measured
    known = [end for end in (item.floor_until, now.floor) if end is not None]
    return Claims(
        cap_promised=item.cap_at,
        cap_now=now.cap_promised,
        floor=max(known, default=None),
        floor_open=now.floor_open,
    )


def _measured_now(item: Item, policy: CompiledPolicy) -> tuple[RetentionRule, Claims] | None:
    happened = {item.start_event: item.started_at} if item.started_at else {}
    kind = kind_of(item.activity)
    return _measured(policy, kind, item.called_at, happened, count=_counted_before)
