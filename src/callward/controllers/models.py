"""The legal entities and the revisions of their policies."""

from __future__ import annotations

from django.db import models

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref


@holds()
class Controller(models.Model):
    """The legal entity that decides why and how; named to people by its brand."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    slug = models.SlugField(max_length=64, unique=True)
    legal_name = models.CharField(max_length=200)
    brand = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


@holds(activated_by=DataCategory.STAFF_ACTIVITY)
class PolicyRevision(models.Model):
    """One activated policy, byte for byte; never changed, never deleted."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller = models.ForeignKey(Controller, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    policy_id = models.CharField(max_length=71)
    source = models.BinaryField()
    canonical = models.BinaryField()
    version = models.CharField(max_length=64)
    effective_on = models.DateField()
    in_force_from = models.DateTimeField()
    activated_at = models.DateTimeField()
    activated_by = models.CharField(max_length=64)
    previous = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="next"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller", "number"], name="policy_revisions_form_one_line"
            ),
            models.UniqueConstraint(
                fields=["controller", "policy_id"], name="policy_is_activated_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number=1, previous__isnull=True)
                | models.Q(number__gt=1, previous__isnull=False),
                name="only_the_first_revision_has_no_previous",
            ),
            models.CheckConstraint(
                condition=models.Q(number=1)
                | models.Q(in_force_from__gte=models.F("activated_at")),
                name="only_the_first_revision_reaches_back",
            ),
        ]
        indexes = [models.Index(fields=["policy_id"], name="controllers_policy_id")]

    def __str__(self) -> str:
        return self.policy_id
