"""What is kept to prove a consent."""

from __future__ import annotations

from django.db import models

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref


@holds(
    number_digest=DataCategory.PHONE_NUMBER,
    decision=DataCategory.CONSENT,
    means=DataCategory.CONSENT,
    sealed_evidence=DataCategory.CONSENT,
)
class Proof(models.Model):
    """What one person was told and answered on one call; it outlives the recording."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    call_ref = models.UUIDField(db_index=True)
    policy_id = models.CharField(max_length=80)
    decision = models.CharField(max_length=24)
    means = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField()
    # keyed, and another one with every controller: the person is found by it, never read from it
    number_digest = models.BinaryField(max_length=32, null=True, db_index=True)
    sealed_evidence = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["controller_ref", "decided_at"], name="consent_proof_by_start")
        ]

    def __str__(self) -> str:
        return str(self.ref)
