"""What a restored database has forgotten is read back from where the keys lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.holdings.kinds import RECORDING
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.kernel.references import parse_ref
from callward.policy.vocabulary import StartEvent
from callward.retention import rules
from callward.retention.certificate_adoption import adopt_certificates
from callward.retention.models import HeldItem, Hold, Item
from callward.retention.states import HoldState, ItemState, RetentionEvent
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, HoldRule

CASE = "recovered"  # the case id stood only in the rows that the restore took away
_REPLAY = system_actor("retention.replay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What was put right after a replay."""

    holds_recovered: int
    realigned: int
    certificates_adopted: int
    proofs_refused: tuple[str, ...]  # the kept line and what is wrong with it


def settle_after_replay(at: datetime) -> Settled:
    """Place holds again that only the keys remember, and lock every item where its row says.

    A recovered hold has the longest life the policy knows and is due for review today, so that a
    person finds its case again (D-08); nothing is destroyed for want of a row. Certificates that
    the restored database does not know are listed again.
    """
    recovered = sum(_recover(epoch, refs, at=at) for epoch, refs in vault.reconcile().held.items())
    realigned, adopted = _realign(at=at), adopt_certificates(at)
    return Settled(
        holds_recovered=recovered,
        realigned=realigned,
        certificates_adopted=adopted.certificates,
        proofs_refused=adopted.refused,
    )


def _recover(epoch: str, refs: Sequence[Ref], *, at: datetime) -> bool:
    hold_ref = parse_ref(epoch.rpartition("/")[2])
    with transaction.atomic():
        if Hold.objects.filter(ref=hold_ref).exists():
            return False
        kept = Item.objects.select_for_update().filter(ref__in=refs, state=ItemState.KEPT)
        items = list(kept)
        policy = controllers.policy_in_force(items[0].controller_ref, at=at) if items else None
        rule = _longest(policy, at=at)
        if policy is None or rule is None:
            return False
        hold = _placed_again(hold_ref, epoch, items[0], policy, rule, at=at)
        _hold_again(hold, items, at=at)
    return True


def _longest(policy: CompiledPolicy | None, *, at: datetime) -> HoldRule | None:
    if policy is None:
        return None
    today = calendar.local_day(at, zone=policy.zone)

    def last_day(rule: HoldRule) -> date:
        return calendar.add_civil(today, rule.max)

    return max(rules.hold_rules(policy, [RECORDING]).values(), key=last_day, default=None)


def _placed_again(
    hold_ref: Ref, epoch: str, item: Item, policy: CompiledPolicy, rule: HoldRule, *, at: datetime
) -> Hold:
    start = at if rule.start is StartEvent.HOLD_PLACED else None
    return Hold.objects.create(
        ref=hold_ref,
        controller_ref=item.controller_ref,
        reason=rule.reason,
        case=CASE,
        owner_ref=item.controller_ref,
        policy_id=policy.policy_id,
        start_event=str(rule.start),
        epoch=epoch,
        placed_at=at,
        placed_by=str(_REPLAY),
        review_on=calendar.local_day(at, zone=policy.zone),
        ends_at=rules.hold_end(start, rule.max, zone=policy.zone),
        state=HoldState.PLACED,
    )


def _hold_again(hold: Hold, items: Sequence[Item], *, at: datetime) -> None:
    refs = [item.ref for item in items]
    HeldItem.objects.bulk_create([HeldItem(hold=hold, item_ref=ref) for ref in refs])
    Item.objects.filter(ref__in=refs).update(epoch=hold.epoch)
    audit.record_each(
        RetentionEvent.HOLD_PLACED,
        items=refs,
        actor=_REPLAY,
        at=at,
        hold=hold.ref,
        reason=hold.reason,
    )


def _realign(*, at: datetime) -> int:
    """Lock again to the epoch of its row whatever the keys of another day lock elsewhere."""
    astray = 0
    for item in Item.objects.filter(state=ItemState.KEPT).iterator():
        if not vault.has_key(item.ref) or vault.epoch_of(item.ref) == item.epoch:
            continue
        vault.move([item.ref], to=item.epoch, at=at)
        astray += 1
    return astray
