"""Legal holds: placed for a case, reviewed, released by two people or after the policy's delay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import transaction

from callward.accounts import selectors as accounts
from callward.accounts.services import require
from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.kernel import calendar
from callward.kernel.actors import ActorKind, system_actor
from callward.kernel.references import new_ref, parse_ref
from callward.policy.vocabulary import StartEvent
from callward.retention import rules
from callward.retention.errors import (
    HoldCaseMissingError,
    HoldClosedError,
    HoldNotAskedError,
    HoldReasonUnknownError,
    HoldTooEarlyError,
    HoldUnknownError,
    ItemUnknownError,
    RecordingBeingDestroyedError,
    RecordingGoneError,
    ReviewTooLateError,
    SamePersonError,
    SecondPersonError,
)
from callward.retention.models import DestroyedItem, HeldItem, Hold, Item
from callward.retention.planning import epoch_of
from callward.retention.states import HoldState, ItemState, RetentionCapability, RetentionEvent
from callward.retention.using import effective, hold_view, holds_in_force
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from callward.accounts.states import Capability
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, HoldRule
    from callward.retention.values import HoldView

# A case is named by an id, never by a person: no spaces, no plus sign that opens a number.
_CASE = re.compile(r"[^\W_][\w\-/.]{0,63}")
_DELAY_PASSED = system_actor("retention.delay-passed")


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
        _require(RetentionCapability.PLACE_HOLD, actor, items[0].controller_ref, at=at)
        rule = _rule(policy, reason)
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
                ends_at=_end(rule, [policy, *_promised_to(items)], started_at=at),
                state=HoldState.PLACED,
            )
            _hold_items(hold, items, actor=actor, at=at)
    return hold_view(hold, at=at)


def _placed_already(items: Sequence[Item], *, reason: str, case: str, at: datetime) -> Hold | None:
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


def _lock(refs: Sequence[Ref], *, at: datetime) -> list[Item]:
    """The items, locked against disposal; refused when one is gone, leaving or somebody else's."""
    found = {item.ref: item for item in Item.objects.select_for_update().filter(ref__in=refs)}
    for ref in refs:
        _refuse_unholdable(found.get(ref), ref, at=at)
    items = [found[ref] for ref in dict.fromkeys(refs)]
    if not items:
        raise ItemUnknownError(ref="-")
    stranger = next((i for i in items if i.controller_ref != items[0].controller_ref), None)
    if stranger is not None:
        raise ItemUnknownError(ref=stranger.ref)
    return items


def _refuse_unholdable(item: Item | None, ref: Ref, *, at: datetime) -> None:
    if item is None:
        gone = DestroyedItem.objects.filter(ref=ref).exists()
        raise RecordingGoneError(ref=ref) if gone else ItemUnknownError(ref=ref)
    if item.state == ItemState.DESTROYING:
        raise RecordingBeingDestroyedError(ref=ref)
    if rules.is_gone(effective(item, at=at).due_at, at=at):
        raise RecordingGoneError(ref=ref)


def _require(capability: Capability, actor: Actor, controller_ref: Ref, *, at: datetime) -> None:
    if actor.kind is ActorKind.USER:
        require(capability, user_ref=parse_ref(actor.ref), controller_ref=controller_ref, at=at)


def _rule(policy: CompiledPolicy, reason: str) -> HoldRule:
    known = _holds_of(policy)
    if reason not in known:
        raise HoldReasonUnknownError(reason=reason[:40], reasons=", ".join(sorted(known)))
    return known[reason]


def _holds_of(policy: CompiledPolicy) -> Mapping[str, HoldRule]:
    return {} if policy.recording is None else policy.recording.holds


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
    *,
    started_at: datetime,
    event: StartEvent = StartEvent.HOLD_PLACED,
) -> datetime | None:
    """The longest life of a hold: of what the policies say of its reason, the shortest."""
    ends = [
        rules.hold_end(started_at, each.max, zone=policy.zone)
        for policy in policies
        if (each := _holds_of(policy).get(rule.reason)) and each.start is event
    ]
    return min((end for end in ends if end is not None), default=None)


def _promised_to(items: Iterable[Item]) -> list[CompiledPolicy]:
    """The policies that the items were collected under: no revision makes a hold longer."""
    return [controllers.policy(policy_id) for policy_id in {item.policy_id for item in items}]


def _hold_items(hold: Hold, items: Sequence[Item], *, actor: Actor, at: datetime) -> None:
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
    free = [item.ref for item in items if not vault.is_hold(item.epoch)]
    _move(free, to=hold.epoch, at=at)
    vault.crash_point("retention.hold-moved")


def _move(refs: Sequence[Ref], *, to: str, at: datetime) -> None:
    """The keys move last, while the application database is still locked."""
    if refs:
        Item.objects.filter(ref__in=refs).update(epoch=to)
        vault.move(refs, to=to, at=at)


def _open_hold(hold_ref: Ref) -> Hold:
    hold = Hold.objects.select_for_update().filter(ref=hold_ref).first()
    if hold is None:
        raise HoldUnknownError(ref=hold_ref)
    if hold.closed_at is not None:
        raise HoldClosedError(ref=hold_ref)
    return hold


def close_case(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Start the count of a hold that runs from the end of its case (D-20)."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        _require(RetentionCapability.PLACE_HOLD, actor, hold.controller_ref, at=at)
        policy = controllers.policy(hold.policy_id)
        rule = _rule(policy, hold.reason)
        if rule.start is StartEvent.CASE_CLOSED and hold.case_closed_at is None:
            held = Item.objects.filter(ref__in=hold.held.values("item_ref"))
            hold.ends_at = _end(
                rule,
                [policy, *_promised_to(held)],
                started_at=at,
                event=StartEvent.CASE_CLOSED,
            )
        hold.case_closed_at = hold.case_closed_at or at
        hold.save(update_fields=["ends_at", "case_closed_at"])
        audit.record(RetentionEvent.HOLD_CASE_CLOSED, item=hold.ref, actor=actor, at=at)
    return hold_view(hold, at=at)


def review_hold(hold_ref: Ref, *, review_on: date, actor: Actor, at: datetime) -> HoldView:
    """Keep a hold on after looking at its case, until the next review."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        _require(RetentionCapability.PLACE_HOLD, actor, hold.controller_ref, at=at)
        policy = controllers.policy_in_force(hold.controller_ref, at=at)
        hold.review_on = _review_day(policy, _rule(policy, hold.reason), review_on, at=at)
        hold.reviewed_at = at
        hold.save(update_fields=["review_on", "reviewed_at"])
        audit.record(RetentionEvent.HOLD_REVIEWED, item=hold.ref, actor=actor, at=at)
    return hold_view(hold, at=at)


def ask_release(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Ask for the end of a hold; a second person approves, or the policy's delay passes (D-19)."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        _require(RetentionCapability.PLACE_HOLD, actor, hold.controller_ref, at=at)
        policy = controllers.policy_in_force(hold.controller_ref, at=at)
        hold.state, hold.asked_at, hold.asked_by = HoldState.RELEASE_ASKED, at, str(actor)
        hold.releasable_at = rules.release_instant(at, policy.two_person.delay, zone=policy.zone)
        hold.officer_told_at = None if hold.releasable_at is None else at
        hold.save()
        audit.record(
            RetentionEvent.HOLD_RELEASE_ASKED,
            item=hold.ref,
            actor=actor,
            at=at,
            officer="told" if hold.officer_told_at else "not-needed",
        )
    return hold_view(hold, at=at)


def keep_hold(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """Turn an asked release down: the hold stays as it was."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        _require(RetentionCapability.RELEASE_HOLD, actor, hold.controller_ref, at=at)
        if hold.state != HoldState.RELEASE_ASKED:
            raise HoldNotAskedError(ref=hold_ref)
        hold.state, hold.asked_at, hold.asked_by = HoldState.PLACED, None, ""
        hold.releasable_at = None
        hold.save()
        audit.record(RetentionEvent.HOLD_KEPT_ON, item=hold.ref, actor=actor, at=at)
    return hold_view(hold, at=at)


def approve_release(hold_ref: Ref, *, actor: Actor, at: datetime) -> HoldView:
    """End a hold that somebody else asked to release, or whose delay has passed."""
    with transaction.atomic():
        hold = _open_hold(hold_ref)
        if hold.state != HoldState.RELEASE_ASKED:
            raise HoldNotAskedError(ref=hold_ref)
        if hold.releasable_at is not None and hold.releasable_at <= at:
            _close(hold, HoldState.RELEASED, actor=_DELAY_PASSED, at=at)
            return hold_view(hold, at=at)
        _refuse_second(hold, actor, at=at)
        _close(hold, HoldState.RELEASED, actor=actor, at=at)
    return hold_view(hold, at=at)


def _refuse_second(hold: Hold, actor: Actor, *, at: datetime) -> None:
    policy = controllers.policy_in_force(hold.controller_ref, at=at)
    second = policy.two_person.second
    if second is None:
        day = "-" if hold.releasable_at is None else f"{hold.releasable_at:%Y-%m-%d %H:%M} UTC"
        raise HoldTooEarlyError(**{"ref": hold.ref, "from": day})
    if str(actor) == hold.asked_by:
        raise SamePersonError(ref=hold.ref)
    if actor.kind is not ActorKind.USER:
        raise SecondPersonError(ref=hold.ref, role=str(second))
    _require(RetentionCapability.RELEASE_HOLD, actor, hold.controller_ref, at=at)
    if second not in accounts.roles_of(parse_ref(actor.ref), hold.controller_ref, at=at):
        raise SecondPersonError(ref=hold.ref, role=str(second))


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
    waiting = Hold.objects.filter(state=HoldState.RELEASE_ASKED, releasable_at__lte=at)
    return _close_all(waiting.values_list("ref", flat=True), HoldState.RELEASED, at=at)


def end_holds(at: datetime) -> int:
    """End every hold that has reached its longest life."""
    over = Hold.objects.filter(closed_at__isnull=True, ends_at__lte=at)
    return _close_all(over.values_list("ref", flat=True), HoldState.ENDED, at=at)


def _close_all(refs: Iterable[Ref], state: HoldState, *, at: datetime) -> int:
    actor = _DELAY_PASSED if state is HoldState.RELEASED else system_actor("retention.hold-ended")
    closed = list(refs)
    for ref in closed:
        with transaction.atomic():
            hold = Hold.objects.select_for_update().get(ref=ref)
            if hold.closed_at is None:
                _close(hold, state, actor=actor, at=at)
    return len(closed)


def _close(hold: Hold, state: HoldState, *, actor: Actor, at: datetime) -> None:
    hold.state, hold.closed_at, hold.closed_by = state, at, str(actor)
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
