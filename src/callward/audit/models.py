"""The leaves of the tree, its tiles and its checkpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Combinable

    BigInteger = models.BigIntegerField[int | Combinable, int]
else:
    BigInteger = models.BigIntegerField


class IndexField(BigInteger):
    """A primary key that is the row's own place on SQLite, so that an append touches one tree."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column type."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


@holds(actor=DataCategory.STAFF_ACTIVITY)
class Leaf(models.Model):
    """One thing that had a consequence; never changed, deleted only as a Destruction says."""

    index = IndexField(primary_key=True)
    at = models.CharField(max_length=27)
    event = models.CharField(max_length=64)
    item = models.CharField(max_length=36)
    controller = models.CharField(max_length=36, db_default="")  # empty: shared by all
    actor = models.CharField(max_length=64)
    facts = models.TextField()
    salts = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["item", "index"], name="audit_leaf_item"),
            models.Index(fields=["controller", "at"], name="audit_leaf_age"),
            models.Index(fields=["item"], name="audit_leaf_salted", condition=~Q(salts="")),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.event}"


@holds()
class Tile(models.Model):
    """Up to 256 neighbouring hashes of one level of the tree (C2SP tlog-tiles)."""

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="audit_tile_stands_once")
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


@holds()
class Checkpoint(models.Model):
    """A signed statement of what the tree was."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    size = models.BigIntegerField(unique=True)
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Destruction(models.Model):
    """A sealed sub-tree: the entries whose content went together, signed; their hashes stay."""

    ref = models.UUIDField(primary_key=True, editable=False)
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class DestroyedRange(models.Model):
    """Neighbouring entries of one Destruction: the only ones that the database lets go."""

    first = models.BigIntegerField(primary_key=True)
    last = models.BigIntegerField()
    destruction = models.ForeignKey(Destruction, on_delete=models.PROTECT, related_name="ranges")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="range_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"
