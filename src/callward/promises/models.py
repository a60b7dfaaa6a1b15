"""What is kept of the checks: the last look of each probe, and every change of its colour."""

from __future__ import annotations

from django.db import models

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref
from callward.promises.states import CheckState, Verdict


@holds(judged_by=DataCategory.STAFF_ACTIVITY)
class Check(models.Model):
    """The last look of one probe at one controller."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    probe = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)  # of what is kept, where it looks at one
    state = models.CharField(max_length=16, choices=[(s, s) for s in CheckState])
    looked_at = models.PositiveBigIntegerField(default=0)
    wrong = models.PositiveBigIntegerField(default=0)
    policy_id = models.CharField(max_length=80)
    checked_at = models.DateTimeField()
    red_since = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=16, blank=True, choices=[(v, v) for v in Verdict])
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller_ref", "probe", "kind"], name="one_last_look_for_each_probe"
            ),
            models.CheckConstraint(
                name="red_check_says_since_when",
                condition=~models.Q(state=CheckState.RED) | models.Q(red_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.probe} {self.kind} {self.state}"


@holds()
class Turn(models.Model):
    """One change of a check's colour; the public archive shows them beside old versions."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    probe = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=16, choices=[(s, s) for s in CheckState])
    wrong = models.PositiveBigIntegerField(default=0)
    policy_id = models.CharField(max_length=80)
    turned_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["controller_ref", "probe", "kind", "turned_at"], name="turns_of_a_check"
            )
        ]

    def __str__(self) -> str:
        return f"{self.probe} {self.state}"
