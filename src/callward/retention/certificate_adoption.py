"""Certificates that a restored database does not know come back from where they were kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.kernel.actors import system_actor
from callward.kernel.errors import BadInputError
from callward.kernel.references import made_at
from callward.retention import ports
from callward.retention.certificate_files import Proof, read_proof
from callward.retention.models import Certificate, DestroyedItem, Disposal, Item
from callward.retention.states import DisposalState, RetentionEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from callward.kernel.references import Ref

_REPLAY = system_actor("retention.replay")
_AT_ONCE = 500


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
