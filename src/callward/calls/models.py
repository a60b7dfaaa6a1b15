"""What is kept about a call; no number and no name stands here in clear."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callward.calls.states import CallDirection, Disposition, PartyRole, Told
from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref


@holds(
    source_call_key=DataCategory.CALL_RECORD,
    agent_code=DataCategory.STAFF_NAME,
    did_number_ref=DataCategory.PHONE_NUMBER,
    other_number_ref=DataCategory.PHONE_NUMBER,
    started_at=DataCategory.CALL_RECORD,
    counts_from=DataCategory.CALL_RECORD,
    told=DataCategory.CONSENT,
)
class Call(models.Model):
    """One conversation, whatever the number of its recordings."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    policy_id = models.CharField(max_length=80)
    source_system = models.CharField(max_length=40)
    source_account = models.CharField(max_length=80)
    source_call_key = models.CharField(max_length=64)  # keyed: some ids hold the caller's number
    direction = models.CharField(max_length=10, choices=[(d, d) for d in CallDirection])
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    seconds = models.PositiveIntegerField()
    talk_seconds = models.PositiveIntegerField()
    disposition = models.CharField(max_length=12, choices=[(d, d) for d in Disposition])
    queue = models.CharField(max_length=60, blank=True)
    agent_code = models.CharField(max_length=60, blank=True)
    did_number_ref = models.UUIDField(null=True, db_index=True)
    other_number_ref = models.UUIDField(null=True, db_index=True)
    told = models.CharField(max_length=12, choices=[(t, t) for t in Told])
    evidence_ref = models.UUIDField(null=True)
    recorded = models.BooleanField(default=False)
    kept_at = models.DateTimeField()
    counts_from = models.DateTimeField(null=True)  # null: only what its recordings are is left

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="call_ends_after_it_starts", condition=Q(ended_at__gte=F("started_at"))
            ),
            models.CheckConstraint(
                name="call_is_answered_while_it_lasts",
                condition=Q(answered_at__isnull=True)
                | (Q(answered_at__gte=F("started_at")) & Q(answered_at__lte=F("ended_at"))),
            ),
            models.CheckConstraint(
                name="call_has_a_known_direction",
                condition=Q(direction__in=[str(d) for d in CallDirection]),
            ),
            models.CheckConstraint(
                name="call_ended_in_a_known_way",
                condition=Q(disposition__in=[str(d) for d in Disposition]),
            ),
            models.CheckConstraint(
                name="call_says_what_was_told", condition=Q(told__in=[str(t) for t in Told])
            ),
            models.UniqueConstraint(
                name="call_comes_once_from_its_source",
                fields=["controller_ref", "source_system", "source_account", "source_call_key"],
                condition=~Q(source_call_key=""),
            ),
        ]
        indexes = [
            # The first answers every filter from the index alone; the others serve rare values.
            models.Index(
                name="call_list",
                fields=[
                    "controller_ref", "started_at", "ref", "direction", "disposition",
                    "talk_seconds", "recorded",
                ],
            ),
            models.Index(
                name="call_by_agent", fields=["controller_ref", "agent_code", "started_at", "ref"]
            ),
            models.Index(name="call_by_start", fields=["controller_ref", "counts_from"]),
            models.Index(
                name="call_by_queue", fields=["controller_ref", "queue", "started_at", "ref"]
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.ref)


@holds(number_ref=DataCategory.PHONE_NUMBER, sealed_name=DataCategory.NAME)
class Leg(models.Model):
    """One party of a call and the channel it speaks on."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, related_name="legs")
    role = models.CharField(max_length=8, choices=[(r, r) for r in PartyRole])
    number_ref = models.UUIDField(null=True)
    sealed_name = models.BinaryField(default=b"")
    channel = models.PositiveSmallIntegerField(null=True)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="leg_has_a_known_role", condition=Q(role__in=[str(r) for r in PartyRole])
            )
        ]
        indexes = [models.Index(name="leg_by_number", fields=["number_ref", "started_at", "call"])]

    def __str__(self) -> str:
        return str(self.ref)


@holds(sealed=DataCategory.CALL_RECORD)
class CdrRow(models.Model):
    """The row as the source sent it, sealed."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    call = models.ForeignKey(Call, on_delete=models.DO_NOTHING, related_name="cdr_rows")
    controller_ref = models.UUIDField()
    sealed = models.BinaryField()
    started_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="raw_row_by_start", fields=["controller_ref", "started_at"])]

    def __str__(self) -> str:
        return str(self.ref)
