"""The people behind numbers."""

from __future__ import annotations

from django.db import models

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref


@holds()
class Subject(models.Model):
    """The person that data is about, known by numbers alone."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    first_seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["controller_ref"], name="subjects_of_controller")]

    def __str__(self) -> str:
        return str(self.ref)


@holds(blind=DataCategory.PHONE_NUMBER, sealed=DataCategory.PHONE_NUMBER)
class Number(models.Model):
    """One number: found by its keyed digest, read only by opening its seal."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="numbers")
    controller_ref = models.UUIDField()
    # the digest is the controller's own, so unique means once per controller
    blind = models.BinaryField(max_length=32, unique=True)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.ref)
