"""Finding proofs of consent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.consents.models import Proof
from callward.controllers.selectors import controllers
from callward.subjects.ports import field_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref


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


def digest_of(controller_ref: Ref, number: str) -> bytes:
    """What a person's proofs are found by with one controller."""
    return field_keys.get().blind(f"consent/{controller_ref}/{number}")


def proofs_of_numbers(numbers: Sequence[str]) -> list[Ref]:
    """The proofs that any of these E.164 numbers gave or refused, with every controller."""
    digests = [digest_of(one.ref, number) for one in controllers() for number in numbers]
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
