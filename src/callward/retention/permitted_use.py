"""May it still be used, and why is it still here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import DateTimeField, Exists, OuterRef, Q, UUIDField

from callward.compiled_query import Question, columns_of, row_of
from callward.controllers import selectors as controllers
from callward.controllers.errors import NoPolicyInForceError
from callward.kernel import calendar
from callward.policy.vocabulary import StartEvent
from callward.retention import rules
from callward.retention.due_dates import claims_now
from callward.retention.errors import ItemUnknownError, RecordingGoneError
from callward.retention.models import DestroyedItem, HeldItem, Hold, Item
from callward.retention.states import HoldState, ItemState, Rule
from callward.retention.values import HoldView, Reason

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from callward.compiled_query import Given
    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy
    from callward.retention.rules import Effective


def holds_in_force(at: datetime | Given) -> QuerySet[Hold]:
    """The holds that still stop disposal."""
    return Hold.objects.filter(closed_at__isnull=True).filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    )


_COLUMNS = columns_of(Item)
_ITEM = Question(
    lambda ref, at: Item.objects.filter(ref=ref).values_list(
        *_COLUMNS,
        controllers.policy_id_in_force("controller_ref", at=at),
        Exists(holds_in_force(at).filter(held__item_ref=OuterRef("ref"), held__in_force=True)),
    ),
    ref=UUIDField(),
    at=DateTimeField(),
)
_HOLD_ENDS = Question(
    lambda item, at: (
        holds_in_force(at).filter(held__item_ref=item, held__in_force=True).values_list("ends_at")
    ),
    item=UUIDField(),
    at=DateTimeField(),
)


def require_usable(ref: Ref, at: datetime) -> None:
    """Refuse every use from the due instant on; raises RecordingGoneError, ItemUnknownError."""
    _item, decided = _usable(ref, at)
    if rules.is_gone(decided.due_at, at=at):
        raise RecordingGoneError(ref=ref)


def _usable(ref: Ref, at: datetime) -> tuple[Item, Effective]:
    """An item that is not on its way out, and its end; else raises what became of it."""
    row = _ITEM.first(ref=ref, at=at)
    if row is None and not DestroyedItem.objects.filter(ref=ref).exists():
        raise ItemUnknownError(ref=ref)
    if row is None:
        raise RecordingGoneError(ref=ref)
    *columns, policy_id, held = row
    item = row_of(Item, _COLUMNS, columns)
    if item.state == ItemState.DESTROYING:
        raise RecordingGoneError(ref=ref)
    if policy_id is None:
        raise NoPolicyInForceError(ref=item.controller_ref)
    ends = _hold_ends(ref, at) if held else ()
    return item, _decided(item, controllers.policy(policy_id), ends)


def _hold_ends(ref: Ref, at: datetime) -> tuple[datetime | None, ...]:
    return tuple(row[0] for row in _HOLD_ENDS.rows(item=ref, at=at))


def effective(item: Item, *, at: datetime) -> Effective:
    """What decides the end of an item now: the newest policy counts at once, without any run."""
    policy = controllers.policy_in_force(item.controller_ref, at=at)
    return _decided(item, policy, _hold_ends(item.ref, at))


def _decided(
    item: Item, policy: CompiledPolicy, hold_ends: tuple[datetime | None, ...]
) -> Effective:
    decided = rules.effective_due(replace(claims_now(item, policy), holds=hold_ends))
    if decided.rule is Rule.CAP_PROMISED:  # an earlier shortening is written in the row
        return rules.Effective(due_at=decided.due_at, rule=Rule(item.cap_rule))
    return decided


def why_still_here(ref: Ref, at: datetime) -> Reason:
    """The rule, the day and the holds that keep an item; raises like require_usable."""
    item, decided = _usable(ref, at)
    if rules.is_gone(decided.due_at, at=at):
        raise RecordingGoneError(ref=ref)
    holds = holds_in_force(at).filter(held__item_ref=ref, held__in_force=True)
    return Reason(
        ref=ref,
        rule=decided.rule,
        due_at=decided.due_at,
        period=item.period,
        start_event=item.start_event,
        started_at=item.started_at or item.called_at,
        zone=item.zone,
        policy_id=item.cap_policy_id,
        holds=tuple(hold_view(hold, at=at) for hold in holds.order_by("placed_at")),
    )


def hold_view(hold: Hold, *, at: datetime) -> HoldView:
    """A hold as the console and the command show it."""
    return HoldView(
        ref=hold.ref,
        controller_ref=hold.controller_ref,
        reason=hold.reason,
        case=hold.case,
        owner_ref=hold.owner_ref,
        state=HoldState(hold.state),
        placed_at=hold.placed_at,
        review_on=hold.review_on,
        ends_at=hold.ends_at,
        items=HeldItem.objects.filter(hold=hold).count(),
        asked_at=hold.asked_at,
        asked_by=hold.asked_by,
        passes_at=hold.passes_at,
        overdue=_is_overdue(hold, today=_today(hold, at=at)),
        waits_for_case=hold.closed_at is None
        and hold.case_closed_at is None
        and hold.start_event == StartEvent.CASE_CLOSED,
    )


def _today(hold: Hold, *, at: datetime) -> date:
    policy = controllers.policy_in_force(hold.controller_ref, at=at)
    return calendar.local_day(at, zone=policy.zone)


def _is_overdue(hold: Hold, *, today: date) -> bool:
    return hold.closed_at is None and hold.review_on < today
