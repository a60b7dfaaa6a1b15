"""What intake writes down: deliveries, declarations, waiting call records, quarantine."""

from __future__ import annotations

from django.db import models

from callward.holdings import DataCategory, holds
from callward.intake.states import DeliveryState, QuarantineReason, QuarantineState
from callward.kernel.references import new_ref


def _choices(
    states: type[DeliveryState | QuarantineReason | QuarantineState],
) -> list[tuple[str, str]]:
    return [(state.value, state.value) for state in states]


@holds()
class SourceDeclaration(models.Model):
    """A controller's signed word that a source's callers were told (D-16)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    system = models.CharField(max_length=40)
    account = models.CharField(max_length=80)
    line = models.CharField(max_length=20, blank=True)  # the controller's own published number
    greeting = models.TextField()
    directions = models.CharField(max_length=40)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField()
    signed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    sha256 = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True)
                | models.Q(ends_at__gt=models.F("begins_at")),
                name="declaration_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(recording_key=DataCategory.CALL_RECORD, sealed_id=DataCategory.CALL_RECORD)
class Delivery(models.Model):
    """One recording that a source handed over, and what became of it."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    source_system = models.CharField(max_length=40)
    source_account = models.CharField(max_length=80)
    # Carriers put telephone numbers into ids and file names: only keyed digests and seals here.
    recording_key = models.BinaryField(max_length=32)
    call_key = models.BinaryField(max_length=32)
    name_key = models.BinaryField(max_length=32, null=True)
    sealed_id = models.BinaryField()
    sha256 = models.BinaryField(max_length=32, null=True)
    size = models.BigIntegerField()
    recording_ref = models.UUIDField(unique=True)
    declaration_ref = models.UUIDField(null=True)
    state = models.CharField(max_length=12, choices=_choices(DeliveryState))
    delivered_by = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller_ref", "recording_key"], name="one_delivery_for_each_source_id"
            ),
            models.UniqueConstraint(
                fields=["controller_ref", "sha256"], name="same_bytes_are_one_delivery"
            ),
            models.CheckConstraint(
                condition=models.Q(state=DeliveryState.ABSENT) | models.Q(sha256__isnull=False),
                name="only_the_absent_has_no_bytes",
            ),
        ]
        indexes = [
            models.Index(fields=["controller_ref", "call_key"], name="delivery_by_call"),
            models.Index(fields=["controller_ref", "state"], name="delivery_by_state"),
            models.Index(fields=["delivered_by", "ref"], name="delivery_by_source"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(sealed=DataCategory.CALL_RECORD, call_key=DataCategory.CALL_RECORD)
class WaitingCdr(models.Model):
    """A carrier's call record whose recording has not come yet, sealed."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    call_key = models.BinaryField(max_length=32)
    file_key = models.BinaryField(max_length=32, null=True)
    sealed = models.BinaryField()
    first_seen_at = models.DateTimeField()
    wait_ends_at = models.DateTimeField()
    started_at = models.DateTimeField()  # of the call: its raw record counts from here

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller_ref", "call_key"], name="a_call_record_waits_once"
            )
        ]
        indexes = [
            models.Index(fields=["controller_ref", "file_key"], name="cdr_by_file"),
            models.Index(fields=["controller_ref", "wait_ends_at"], name="cdr_by_wait"),
            models.Index(fields=["controller_ref", "started_at"], name="cdr_by_start"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(name_key=DataCategory.CALL_RECORD)
class WaitingFile(models.Model):
    """A recording in an inbox whose call record has not come yet; only since when."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    name_key = models.BinaryField(max_length=32)
    first_seen_at = models.DateTimeField()
    refused = models.BooleanField(default=False)  # certified as backlog; only its deletion is left

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller_ref", "name_key"], name="a_file_waits_once")
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(name_key=DataCategory.CALL_RECORD)
class Quarantined(models.Model):
    """An arrival that waits, sealed, for a person's decision or for its own due instant."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    reason = models.CharField(max_length=32, choices=_choices(QuarantineReason))
    state = models.CharField(max_length=12, choices=_choices(QuarantineState))
    item_ref = models.UUIDField(null=True, unique=True)  # null: never read, so nothing is sealed
    epoch = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=8)  # the file's extension, for the screen
    name_key = models.BinaryField(max_length=32)
    sha256 = models.BinaryField(max_length=32, null=True)
    size = models.BigIntegerField()
    conflicts_with = models.UUIDField(null=True)
    delivered_by = models.CharField(max_length=80)
    arrived_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    source_deleted = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(item_ref__isnull=False) | models.Q(epoch=""),
                name="only_what_is_sealed_has_an_epoch",
            ),
        ]
        indexes = [
            models.Index(fields=["controller_ref", "state", "-arrived_at"], name="quarantine_page"),
            models.Index(fields=["controller_ref", "name_key"], name="quarantine_by_name"),
            models.Index(fields=["controller_ref", "sha256"], name="quarantine_by_bytes"),
        ]

    def __str__(self) -> str:
        return str(self.ref)
