"""Legal holds: placed for a case, reviewed, released by two people or after the policy's delay."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from callward import approval
from callward.accounts.services import require, require_of
from callward.approval.errors import NotAskedError
from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.holdings.kinds import kind_of
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.kernel.references import new_ref
from callward.policy.vocabulary import StartEvent
from callward.retention import rows, rules
from callward.retention.due_dates import epoch_of, move_keys
from callward.retention.errors import (
    HoldCaseMissingError,
    HoldClosedError,
    HoldReasonUnknownError,
    HoldUnknownError,
    ItemUnknownError,
    RecordingBeingDestroyedError,
    RecordingGoneError,
    ReviewTooLateError,
)
from callward.retention.models import DestroyedItem, HeldItem, Hold, Item
from callward.retention.permitted_use import effective, hold_view, holds_in_force
from callward.retention.states import HoldState, ItemState, RetentionCapability, RetentionEvent
from callward.retention.values import Kept
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from django.db.models import QuerySet

    from callward.audit.states import Event
    from callward.holdings import Kind
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, HoldRule
    from callward.retention.values import HoldView

# A case is named by an id, never by a person: no spaces, no plus sign that opens a number.
_CASE = re.compile(r"[^\W_][\w\-/.]{0,63}")
_DELAY_PASSED = system_actor("retention.delay-passed")
_HOLD_ENDED = system_actor("retention.hold-ended")


def place_hold(
    refs: Sequence[Ref],
    *,
    reason: str,
    case: str,
    owner: Ref,
    actor: Actor,
    at: datetime,
    review_on: date | None = None,
) -> HoldView:
    """Stop the disposal of some recordings of one controller for a named case."""
    if _CASE.fullmatch(case) is None:
        raise HoldCaseMissingError
    with transaction.atomic():
        items = _lock(refs, at=at)
        policy = controllers.policy_in_force(items[0].controller_ref, at=at)
        require_of(RetentionCapability.PLACE_HOLD, actor, items[0].controller_ref, at=at)
        rule = _rule(policy, reason, items)
        hold = _placed_already(items, reason=reason, case=case, at=at)
        if hold is None:
            hold = Hold(
                ref=new_ref(at),
                controller_ref=items[0].controller_ref,
                reason=reason,
                case=case,
                owner_ref=owner,
                policy_id=policy.policy_id,
                start_event=str(rule.start),
                placed_at=at,
                placed_by=str(actor),
                review_on=_review_day(policy, rule, review_on, at=at),
                ends_at=_end(rule, [policy, *_promised_to(items)], items, started_at=at),
                state=HoldState.PLACED,
            )
            _hold_items(hold, items, actor=actor, at=at)
    return hold_view(hold, at=at)


def _placed_already(
    items: Sequence[Item | Kept], *, reason: str, case: str, at: datetime
) -> Hold | None:
    """The hold of this very case on these items: a form sent twice asks for no second release."""
    wanted = {item.ref for item in items}
    same = holds_in_force(at).filter(
        controller_ref=items[0].controller_ref, reason=reason, case=case, state=HoldState.PLACED
    )
    for hold in same:
        held = HeldItem.objects.filter(hold=hold, in_force=True)
        if wanted <= set(held.values_list("item_ref", flat=True)):
            return hold
    return None


def _lock(refs: Sequence[Ref], *, at: datetime) -> list[Item | Kept]:
    """The items, locked against disposal; refused when one is gone, leaving or somebody else's."""
    found = {item.ref: item for item in Item.objects.select_for_update().filter(ref__in=refs)}
    items = [_holdable(found.get(ref), ref, at=at) for ref in dict.fromkeys(refs)]
    if not items:
        raise ItemUnknownError(ref="-")
    stranger = next((i for i in items if i.controller_ref != items[0].controller_ref), None)
    if stranger is not None:
        raise ItemUnknownError(ref=stranger.ref)
    return items


def _holdable(item: Item | None, ref: Ref, *, at: datetime) -> Item | Kept:
    gone = DestroyedItem.objects.filter(ref=ref).exists()
    kept = item or (None if gone else rows.kept_row(ref, at=at))
    if kept is None:
        raise RecordingGoneError(ref=ref) if gone else ItemUnknownError(ref=ref)
    if isinstance(kept, Item) and kept.state == ItemState.DESTROYING:
        raise RecordingBeingDestroyedError(ref=ref)
    due = (
        kept.due if isinstance(kept, Kept) else rules.is_gone(effective(kept, at=at).due_at, at=at)
    )
    if due:
        raise RecordingGoneError(ref=ref)
    return kept


def _rule(policy: CompiledPolicy, reason: str, items: Iterable[Item | Kept]) -> HoldRule:
    kinds = _kinds(items)
    each = [rules.hold_rules(policy, [kind]) for kind in kinds]
    rule_of = rules.hold_rules(policy, kinds)
    known = {one: rule for one, rule in rule_of.items() if all(one in named for named in each)}
    if reason not in known:
        raise HoldReasonUnknownError(reason=reason[:40], reasons=", ".join(sorted(known)))
    return known[reason]


def _kinds(items: Iterable[Item | Kept]) -> set[Kind]:
    return {kind_of(item.activity) for item in items}


def _review_day(
    policy: CompiledPolicy, rule: HoldRule, wanted: date | None, *, at: datetime
) -> date:
    today = calendar.local_day(at, zone=policy.zone)
    latest = calendar.add_civil(today, rule.review)
    if wanted is None:
        return latest
    if not today <= wanted <= latest:
        raise ReviewTooLateError(day=wanted, latest=latest)
    return wanted


def _end(
    rule: HoldRule,
    policies: Iterable[CompiledPolicy],
    items: Sequence[Item | Kept],
    *,
    started_at: datetime,
    event: StartEvent = StartEvent.HOLD_PLACED,
) -> datetime | None:
    """The longest life of a hold: of what the policies say of its reason, the shortest."""
    ends = [
        rules.hold_end(started_at, each.max, zone=policy.zone)
        for policy in policies
        if (each := rules.hold_rules(policy, _kinds(items)).get(rule.reason))
        and each.start is event
    ]
    return min((end for end in ends if end is not None), default=None)


def _promised_to(items: Iterable[Item | Kept]) -> list[CompiledPolicy]:
    """The policies that the items were collected under: no revision makes a hold longer."""
    return [controllers.policy(policy_id) for policy_id in {item.policy_id for item in items}]


def _hold_items(hold: Hold, items: Sequence[Item | Kept], *, actor: Actor, at: datetime) -> None:
    hold.epoch = vault.hold_epoch(hold.controller_ref, hold.ref)
    hold.save(force_insert=True)
    refs = [item.ref for item in items]
    HeldItem.objects.bulk_create([HeldItem(hold=hold, item_ref=ref) for ref in refs])
    audit.record_each(
        RetentionEvent.HOLD_PLACED,
        items=refs,
        actor=actor,
        at=at,
        hold=hold.ref,
        reason=hold.reason,
    )
    sealed = [item for item in items if isinstance(item, Item)]
    free = [item.ref for item in sealed if not vault.is_hold(item.epoch)]
    _move(free, to=hold.epoch, at=at)
    vault.crash_point("retention.hold-moved")


def _move(refs: Sequence[Ref], *, to: str, at: datetime) -> None:
    """The keys move last, while the application database is still locked."""
    if refs:
        Item.objects.filter(ref__in=refs).update(epoch=to)
        move_keys(refs, to=to, at=at)


def _open_hold(hold_ref: Ref) -> Hold:
    hold = Hold.objects.select_for_update().filter(ref=hold_ref).first()
    if hold is None:
        raise HoldUnknownError(ref=hold_ref)
    if hold.closed_at is not None:
        raise HoldClosedError(ref=hold_ref)
    return hold


def _record(event: Event, hold: Hold, *, actor: Actor, at: datetime) -> None:
    audit.record(event, item=hold.ref, actor=actor, at=at, owner=hold.controller_ref)


def close_case(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Start the count of a hold that runs from the end of its case (D-20)."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        require_of(RetentionCapability.PLACE_HOLD, actor, hold.controller_ref, at=at)
        policy = controllers.policy(hold.policy_id)
        held = rows.held_by(hold, at=at)
        rule = _rule(policy, hold.reason, held)
        if rule.start is StartEvent.CASE_CLOSED and hold.case_closed_at is None:
            hold.ends_at = _end(
                rule,
                [policy, *_promised_to(held)],
                held,
                started_at=at,
                event=StartEvent.CASE_CLOSED,
            )
        hold.case_closed_at = hold.case_closed_at or at
        hold.save(update_fields=["ends_at", "case_closed_at"])
        _record(RetentionEvent.HOLD_CASE_CLOSED, hold, actor=actor, at=at)
    return hold_view(hold, at=at)


def review_hold(hold_ref: Ref, *, review_on: date, actor: Actor, at: datetime) -> HoldView:
    """Keep a hold on after looking at its case, until the next review."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        require_of(RetentionCapability.PLACE_HOLD, actor, hold.controller_ref, at=at)
        policy = controllers.policy_in_force(hold.controller_ref, at=at)
        rule = _rule(policy, hold.reason, rows.held_by(hold, at=at))
        hold.review_on = _review_day(policy, rule, review_on, at=at)
        hold.reviewed_at = at
        hold.save(update_fields=["review_on", "reviewed_at"])
        _record(RetentionEvent.HOLD_REVIEWED, hold, actor=actor, at=at)
    return hold_view(hold, at=at)


def ask_release(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Ask for the end of a hold; a second person approves, or the policy's delay passes (D-19)."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        require_of(RetentionCapability.PLACE_HOLD, actor, hold.controller_ref, at=at)
        policy = controllers.policy_in_force(hold.controller_ref, at=at)
        hold.state = HoldState.RELEASE_ASKED
        officer = approval.ask(hold, rule=policy.two_person, zone=policy.zone, actor=actor, at=at)
        hold.save()
        audit.record(
            RetentionEvent.HOLD_RELEASE_ASKED,
            item=hold.ref,
            actor=actor,
            at=at,
            owner=hold.controller_ref,
            officer=officer,
        )
    return hold_view(hold, at=at)


def keep_hold(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Turn an asked release down: the hold stays as it was."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        require_of(RetentionCapability.RELEASE_HOLD, actor, hold.controller_ref, at=at)
        _refuse_unasked(hold)
        hold.state = HoldState.PLACED
        approval.turn_down(hold)
        hold.save()
        _record(RetentionEvent.HOLD_KEPT_ON, hold, actor=actor, at=at)
    return hold_view(hold, at=at)


def approve_release(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """End a hold that somebody else asked to release, or whose delay has passed."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        _refuse_unasked(hold)
        _release(hold, actor=actor, at=at)
    return hold_view(hold, at=at)


def _refuse_unasked(hold: Hold) -> None:
    if hold.state != HoldState.RELEASE_ASKED:
        raise NotAskedError(ref=hold.ref)


def _release(hold: Hold, *, actor: Actor, at: datetime) -> None:
    approver = approval.approve(
        hold,
        named=hold.ref,
        rule=controllers.policy_in_force(hold.controller_ref, at=at).two_person,
        roles_of=partial(
            require, RetentionCapability.RELEASE_HOLD, controller_ref=hold.controller_ref, at=at
        ),
        actor=actor,
        delay_passed=_DELAY_PASSED,
        at=at,
    )
    _close(hold, HoldState.RELEASED, actor=approver, at=at)


def settle_keys(at: datetime) -> int:
    """Lock held items to their hold again, where a crash parted the key from its row."""
    with transaction.atomic():
        held = HeldItem.objects.filter(in_force=True).values("item_ref")
        items = Item.objects.select_for_update().filter(ref__in=held, state=ItemState.KEPT)
        astray = [item for item in items if _is_astray(item)]
        for item in astray:
            vault.move([item.ref], to=item.epoch, at=at)
    return len(astray)


def _is_astray(item: Item) -> bool:
    return vault.has_key(item.ref) and vault.epoch_of(item.ref) != item.epoch


def release_after_delay(at: datetime) -> int:
    """End every hold whose asked release has waited for the whole delay (D-19)."""
    waiting = Hold.objects.filter(state=HoldState.RELEASE_ASKED, passes_at__lte=at)
    return _close_each(waiting, partial(_release, actor=_DELAY_PASSED, at=at))


def end_holds(at: datetime) -> int:
    """End every hold that has reached its longest life."""
    over = Hold.objects.filter(closed_at__isnull=True, ends_at__lte=at)
    return _close_each(over, partial(_close, state=HoldState.ENDED, actor=_HOLD_ENDED, at=at))


def _close_each(holds: QuerySet[Hold], close: Callable[[Hold], None]) -> int:
    refs = list(holds.values_list("ref", flat=True))
    for ref in refs:
        with transaction.atomic():
            # Asked again under the lock: somebody may have kept or closed it meanwhile.
            for hold in holds.select_for_update().filter(ref=ref):
                close(hold)
    return len(refs)


def _close(hold: Hold, state: HoldState, *, actor: Actor, at: datetime) -> None:
    hold.state, hold.closed_at = state, at
    hold.save()
    held = HeldItem.objects.filter(hold=hold, in_force=True)
    refs = list(held.values_list("item_ref", flat=True))
    held.update(in_force=False)
    event = (
        RetentionEvent.HOLD_RELEASED if state is HoldState.RELEASED else RetentionEvent.HOLD_ENDED
    )
    audit.record_each(event, items=refs, actor=actor, at=at, hold=hold.ref)
    _return_keys(hold, refs, at=at)


def _return_keys(hold: Hold, refs: Sequence[Ref], *, at: datetime) -> None:
    """Keys go to the next hold, else to their due day; what is past due waits for the next run."""
    by_epoch: dict[str, list[Ref]] = {}
    still = _other_holds(refs, at=at)
    for item in Item.objects.filter(ref__in=refs, state=ItemState.KEPT, epoch=hold.epoch):
        target = still.get(item.ref) or _due_epoch(item, at=at)
        if target is not None:
            by_epoch.setdefault(target, []).append(item.ref)
    for epoch, group in by_epoch.items():
        _move(group, to=epoch, at=at)


def _other_holds(refs: Sequence[Ref], *, at: datetime) -> dict[Ref, str]:
    rows = HeldItem.objects.filter(item_ref__in=refs, in_force=True, hold__in=holds_in_force(at))
    return dict(rows.values_list("item_ref", "hold__epoch"))


def _due_epoch(item: Item, *, at: datetime) -> str | None:
    if item.due_at is not None and item.due_at <= at:
        return None
    zone = calendar.zone_named(item.zone)
    return epoch_of(item.controller_ref, item.activity, item.due_at, zone=zone)
