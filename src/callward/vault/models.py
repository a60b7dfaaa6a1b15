"""What the vault remembers in the application database; keys are never here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from callward.holdings import holds
from callward.kernel.references import new_ref
from callward.vault.states import IntentKind, IntentState


@holds()
class SealedItem(models.Model):
    """One recording in the vault: one data key, several sealed parts."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    sha256 = models.BinaryField(max_length=32)
    size = models.PositiveBigIntegerField()
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "vault_item"

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class SealedPart(models.Model):
    """One sealed object of a recording."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    item_ref = models.UUIDField()
    name = models.CharField(max_length=20)
    plain_size = models.PositiveBigIntegerField()
    sealed_size = models.PositiveBigIntegerField()

    class Meta:
        db_table = "vault_part"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item_ref", "name"], name="vault_part_is_sealed_once"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Intent(models.Model):
    """A destruction that was decided, and how far it has come."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in IntentKind])
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in IntentState],
        default=IntentState.INTENDED,
        db_index=True,
    )
    epoch = models.CharField(max_length=200, blank=True)
    key_id = models.BinaryField(default=bytes)
    refs = models.BinaryField(default=bytes)
    markers = models.BinaryField(default=bytes)
    rule = models.CharField(max_length=200)
    actor = models.CharField(max_length=200)
    intended_at = models.DateTimeField()
    key_gone_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    wraps = models.PositiveIntegerField(default=0)
    objects_removed = models.PositiveIntegerField(default=0)
    position = models.PositiveBigIntegerField(default=0)
    residue_bytes = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "vault_intent"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind=IntentKind.ERASE) | ~models.Q(epoch=""),
                name="vault_intent_of_an_epoch_names_it",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=IntentState.DONE) | models.Q(done_at__isnull=False),
                name="vault_intent_done_says_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class LedgerMark(models.Model):
    """How far this database has followed the destroyed-ledger; an older copy shows by it."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    only = models.BooleanField(default=True, unique=True)
    position = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "vault_ledger_mark"

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class RewrittenTable(models.Model):
    """A table of the server as it was when it was last written anew without its deleted rows."""

    table = models.CharField(primary_key=True, max_length=100)
    mark = models.CharField(max_length=100)

    class Meta:
        db_table = "vault_rewritten_table"

    def __str__(self) -> str:
        return self.table
