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
from callward.kernel.errors import BadInputError
from callward.kernel.references import made_at, parse_ref
from callward.policy.vocabulary import StartEvent
from callward.retention import ports, rules
from callward.retention.certification import Proof, read_proof
from callward.retention.models import Certificate, DestroyedItem, Disposal, HeldItem, Hold, Item
from callward.retention.states import DisposalState, HoldState, ItemState, RetentionEvent
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from callward.kernel.references import Ref
    from callward.policy.compiled import CompiledPolicy, HoldRule

CASE = "recovered"  # the case id stood only in the rows that the restore took away
_REPLAY = system_actor("retention.replay")
_AT_ONCE = 500


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """How many certificates came back, and which kept lines are not believed, and why."""

    certificates: int
    refused: tuple[str, ...]


class _RefusedError(Exception):
    """A kept proof does not fit this database."""


def adopt_certificates(at: datetime) -> Adopted:
    """List again every kept certificate that is truly signed; a second time changes nothing."""
    known = set(Certificate.objects.values_list("ref", flat=True))
    slugs = {view.slug: view.ref for view in controllers.controllers()}
    adopted, refused = 0, []
    for number, line in enumerate(ports.proofs.get().lines(), start=1):
        try:
            proof = read_proof(line)
            if proof.statement.ref in known:
                continue
            _adopt(proof, slugs, at=at)
        except (BadInputError, _RefusedError) as error:
            refused.append(f"{number}: {error}")
            continue
        known.add(proof.statement.ref)
        adopted += 1
    return Adopted(certificates=adopted, refused=tuple(refused))


def _adopt(proof: Proof, slugs: Mapping[str, Ref], *, at: datetime) -> None:
    said = proof.statement
    controller_ref = slugs.get(said.controller)
    if controller_ref is None:
        raise _RefusedError("its controller is not here")
    if proof.refs and not proof.names_its_items:
        raise _RefusedError("it was signed for other references")
    with transaction.atomic():
        disposal = _disposal_of(proof, controller_ref)
        for refs in _groups(proof):
            _remember_gone(refs, disposal)
        Certificate.objects.create(
            ref=said.ref,
            disposal=disposal,
            controller_ref=controller_ref,
            made_at=made_at(said.ref),
            final_after=said.final_after,
            document=proof.document,
        )
        _record(proof, controller_ref, at=at)


def _groups(proof: Proof) -> Iterator[tuple[Ref, ...]]:
    for start in range(0, len(proof.refs), _AT_ONCE):
        yield proof.refs[start : start + _AT_ONCE]


def _disposal_of(proof: Proof, controller_ref: Ref) -> Disposal:
    """The disposal as the database has it, on its way to this certificate, or a new row of it."""
    found = Disposal.objects.filter(ref=proof.disposal_ref).first()
    if found is None:
        return _made_again(proof, controller_ref)
    same = (found.controller_ref, found.items_digest, found.kind)
    said = proof.statement
    if same != (controller_ref, said.items_digest, said.kind) or hasattr(found, "certificate"):
        raise _RefusedError("its disposal is another one here")
    return found


def _made_again(proof: Proof, controller_ref: Ref) -> Disposal:
    said = proof.statement
    return Disposal.objects.create(
        ref=proof.disposal_ref,
        controller_ref=controller_ref,
        kind=said.kind,
        rule=said.rule,
        ground=said.ground,
        period=said.period,
        start_event=said.start_event,
        activity=said.what,
        policy_id=said.policy_id,
        count=said.count,
        items_digest=said.items_digest,
        actor=said.actor,
        intended_at=said.destroyed_at,  # the intent's own instant went with its row
        state=DisposalState.CERTIFIED,
        destroyed_at=said.destroyed_at,
        residue_bytes=said.residue_bytes,
        wraps=said.wraps,
        objects_gone=said.objects,
    )


def _remember_gone(refs: tuple[Ref, ...], disposal: Disposal) -> None:
    if Item.objects.filter(ref__in=refs).exclude(disposal=disposal).exists():
        raise _RefusedError("what it names is still kept here")
    DestroyedItem.objects.bulk_create(
        [DestroyedItem(ref=ref, disposal=disposal) for ref in refs], ignore_conflicts=True
    )
    DestroyedItem.objects.filter(ref__in=refs, disposal=None).update(disposal=disposal)


def _record(proof: Proof, controller_ref: Ref, *, at: datetime) -> None:
    said = proof.statement
    audit.record(
        RetentionEvent.CERTIFICATE_ADOPTED,
        item=said.ref,
        actor=_REPLAY,
        at=at,
        owner=controller_ref,
        disposal=proof.disposal_ref,
        kind=said.kind,
        count=said.count,
        digest=said.items_digest or "none",
    )
