"""Keeping what proves a consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.bulk_insert import keep_rows
from callward.consents.models import Proof
from callward.consents.selectors import digest_of
from callward.holdings.kinds import CONSENT_PROOF
from callward.kernel.references import new_ref
from callward.subjects.ports import field_keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy


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
        number_digest=digest_of(new.controller_ref, new.number) if new.number else None,
        sealed_evidence=field_keys.get().seal(new.evidence.decode("latin-1"), ref.bytes),
    )


def delete_proofs(refs: Sequence[Ref]) -> int:
    """Remove proofs whose own day has come."""
    return Proof.objects.filter(ref__in=refs).delete()[0]
