"""Keeping and finding what proves a consent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.bulk_insert import keep_rows
from callward.consents.models import Proof
from callward.controllers.selectors import controllers
from callward.holdings.kinds import CONSENT_PROOF
from callward.kernel.references import new_ref
from callward.subjects.ports import field_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofView:
    """One proof, opened for somebody who may see it."""

    ref: Ref
    controller_ref: Ref
    policy_id: str
    decision: str
    means: str
    decided_at: datetime
    evidence: bytes = field(repr=False)


def _digest_of(controller_ref: Ref, number: str) -> bytes:
    """What a person's proofs are found by with one controller."""
    return field_keys.get().blind(f"consent/{controller_ref}/{number}")


def proofs_of_numbers(numbers: Sequence[str]) -> list[Ref]:
    """The proofs that any of these E.164 numbers gave or refused, with every controller."""
    digests = [_digest_of(one.ref, number) for one in controllers() for number in numbers]
    found = Proof.objects.filter(number_digest__in=digests).order_by("-decided_at", "ref")
    return list(found.values_list("ref", flat=True))


def proof(ref: Ref) -> ProofView | None:
    """One proof; None when it is not here."""
    row = Proof.objects.filter(ref=ref).first()
    if row is None:
        return None
    opened = field_keys.get().open(bytes(row.sealed_evidence), row.ref.bytes)
    return ProofView(
        ref=row.ref,
        controller_ref=row.controller_ref,
        policy_id=row.policy_id,
        decision=row.decision,
        means=row.means,
        decided_at=row.decided_at,
        evidence=opened.encode("latin-1"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProof:
    """What one person was told and answered, and what shows it."""

    controller_ref: Ref
    call_ref: Ref
    decision: str
    means: str
    decided_at: datetime
    number: str  # E.164, of the person outside; empty when it was withheld
    evidence: bytes  # the ledger of the line, or what the source said


def keep_proofs(new: Sequence[NewProof], *, policy: CompiledPolicy, at: datetime) -> None:
    """Keep proofs where the policy has a rule for them, inside the caller's transaction."""
    if any(rule in policy.rules for rule in CONSENT_PROOF.rules):
        keep_rows([_row(each, policy, at=at) for each in new])


def _row(new: NewProof, policy: CompiledPolicy, *, at: datetime) -> Proof:
    ref = new_ref(at)
    return Proof(
        ref=ref,
        controller_ref=new.controller_ref,
        call_ref=new.call_ref,
        policy_id=policy.policy_id,
        decision=new.decision,
        means=new.means,
        decided_at=min(new.decided_at, at),
        number_digest=_digest_of(new.controller_ref, new.number) if new.number else None,
        sealed_evidence=field_keys.get().seal(new.evidence.decode("latin-1"), ref.bytes),
    )


def delete_proofs(refs: Sequence[Ref]) -> int:
    """Remove proofs whose own day has come."""
    return Proof.objects.filter(ref__in=refs).delete()[0]
