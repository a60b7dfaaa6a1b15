"""What retention writes down: items, holds, disposals, certificates and tombstones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from callward.approval import TwoPersonAct
from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref
from callward.policy.vocabulary_notice import ErasureGround
from callward.retention.states import (
    DisposalKind,
    DisposalState,
    HoldState,
    ItemState,
    Rule,
    RunState,
)

if TYPE_CHECKING:
    from enum import StrEnum


def _choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(choice.value, choice.value) for choice in kind]


@holds()
class DisposalRun(models.Model):
    """One walk over everything that is due, with the count of a second query."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(null=True)
    started_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=_choices(RunState))
    actor = models.CharField(max_length=80)
    due = models.PositiveIntegerField(default=0)
    destroyed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    overdue_after = models.PositiveIntegerField(default=0)
    residue_bytes = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Disposal(models.Model):
    """One destruction, from the intent to its certificate."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    run = models.ForeignKey(
        DisposalRun, null=True, on_delete=models.PROTECT, related_name="disposals"
    )
    controller_ref = models.UUIDField()
    kind = models.CharField(max_length=16, choices=_choices(DisposalKind))
    rule = models.CharField(max_length=16, choices=_choices(Rule))
    ground = models.CharField(max_length=32, blank=True, choices=_choices(ErasureGround))
    period = models.CharField(max_length=24, blank=True)
    start_event = models.CharField(max_length=40)
    activity = models.CharField(max_length=80)
    policy_id = models.CharField(max_length=80)
    epoch = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField()
    items_digest = models.CharField(max_length=80)
    actor = models.CharField(max_length=80)
    intended_at = models.DateTimeField()
    intent_ref = models.UUIDField(null=True)
    state = models.CharField(max_length=16, choices=_choices(DisposalState))
    destroyed_at = models.DateTimeField(null=True)
    residue_bytes = models.PositiveBigIntegerField(default=0)
    wraps = models.PositiveIntegerField(default=0)
    objects_gone = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["state"],
                name="open_disposals",
                condition=~Q(state=DisposalState.CERTIFIED),
            )
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Item(models.Model):
    """The end of one recording: what it counts from, under which policy, and when it is due."""

    ref = models.UUIDField(primary_key=True, editable=False)
    controller_ref = models.UUIDField()
    activity = models.CharField(max_length=80)
    policy_id = models.CharField(max_length=80)
    period = models.CharField(max_length=24, blank=True)
    start_event = models.CharField(max_length=40)
    started_at = models.DateTimeField(null=True)  # of the start event, not of the import
    called_at = models.DateTimeField()
    zone = models.CharField(max_length=64)
    cap_at = models.DateTimeField(null=True)  # min(cap promised, cap now); never moved later
    cap_rule = models.CharField(max_length=16, choices=_choices(Rule))
    cap_policy_id = models.CharField(max_length=80)
    floor_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # without holds: they are asked when it counts
    epoch = models.CharField(max_length=200)
    mark = models.BinaryField(max_length=32, null=True)  # keyed; makes the tombstone if erased
    state = models.CharField(max_length=12, choices=_choices(ItemState), default=ItemState.KEPT)
    disposal = models.ForeignKey(
        Disposal, null=True, on_delete=models.PROTECT, related_name="items", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "epoch"], name="items_by_due"),
            models.Index(fields=["epoch"], name="items_by_epoch"),
            models.Index(fields=["controller_ref", "due_at"], name="items_of_one_by_due"),
            models.Index(
                fields=["disposal"], name="items_leaving", condition=Q(disposal__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="item_leaves_through_a_disposal",
                condition=Q(state=ItemState.KEPT, disposal__isnull=True)
                | Q(state=ItemState.DESTROYING, disposal__isnull=False),
            ),
            models.CheckConstraint(
                name="item_is_not_due_before_its_floor",
                condition=Q(floor_until__isnull=True)
                | Q(due_at__isnull=True)
                | Q(due_at__gte=F("floor_until")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(
    owner_ref=DataCategory.STAFF_ACTIVITY,
    placed_by=DataCategory.STAFF_ACTIVITY,
    asked_by=DataCategory.STAFF_ACTIVITY,
    approved_by=DataCategory.STAFF_ACTIVITY,
)
class Hold(TwoPersonAct):
    """A named reason that stops disposal, with its owner, case, review and longest life."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=64)
    case = models.CharField(max_length=64)
    owner_ref = models.UUIDField()
    policy_id = models.CharField(max_length=80)
    start_event = models.CharField(max_length=40)
    epoch = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    placed_by = models.CharField(max_length=80)
    review_on = models.DateField()
    reviewed_at = models.DateTimeField(null=True)
    case_closed_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=_choices(HoldState))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *TwoPersonAct.Meta.constraints,
            models.CheckConstraint(name="hold_names_its_case", condition=~Q(case="")),
            models.CheckConstraint(name="hold_names_its_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="released_hold_says_who_approved",
                condition=~Q(state=HoldState.RELEASED) | ~Q(approved_by=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class HeldItem(models.Model):
    """One item under one hold."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    hold = models.ForeignKey(Hold, on_delete=models.CASCADE, related_name="held")
    item_ref = models.UUIDField(db_index=True)
    in_force = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "item_ref"], name="item_is_once_in_a_hold")
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(document=DataCategory.STAFF_ACTIVITY)
class Certificate(models.Model):
    """The signed proof of one disposal: what, which rule, when, by whom, final when."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    disposal = models.OneToOneField(Disposal, on_delete=models.PROTECT, related_name="certificate")
    controller_ref = models.UUIDField(db_index=True)
    made_at = models.DateTimeField()
    final_after = models.DateTimeField()
    document = models.BinaryField()  # the signed bytes, as handed out

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class DestroyedItem(models.Model):
    """A reference that no longer names anything, and the disposal that ended it.

    None is what was destroyed after the backup that this database was restored from.
    """

    ref = models.UUIDField(primary_key=True, editable=False)
    disposal = models.ForeignKey(
        Disposal, null=True, on_delete=models.PROTECT, related_name="destroyed"
    )

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Begun(models.Model):
    """That an event which something kept is counted from has come."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    item_ref = models.UUIDField()
    event = models.CharField(max_length=40)
    happened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item_ref", "event"], name="an_event_comes_once")
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Tombstone(models.Model):
    """A keyed digest by which an erased recording is refused until its original due day."""

    id = models.BigAutoField(primary_key=True)
    controller_ref = models.UUIDField()
    digest = models.BinaryField(max_length=32, db_index=True)
    until = models.DateTimeField(null=True, db_index=True)  # null: its count never began

    def __str__(self) -> str:
        return str(self.controller_ref)


@holds()
class Reassessment(models.Model):
    """The policy that a controller's items were last measured against."""

    controller_ref = models.UUIDField(primary_key=True)
    policy_id = models.CharField(max_length=80)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.controller_ref)
