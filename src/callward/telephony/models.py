"""What the house keeps about its phone line: settings, permits, calls, nightly counts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref
from callward.telephony.setup_models import (
    AgentPhone,
    ClosedDay,
    LineNumber,
    LineSettings,
    OpeningSpan,
    Queue,
    Seat,
    StudioPrompt,
    Trunk,
)
from callward.telephony.states import (
    CallOutcome,
    Explanation,
    GateWord,
    PresenceState,
    RecordingFate,
    RingBackKind,
)


@holds(sealed_number=DataCategory.PHONE_NUMBER, user_ref=DataCategory.STAFF_ACTIVITY)
class DialPermit(models.Model):
    """That one agent may dial one number once, for a reason that the policy names (K-03)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    user_ref = models.UUIDField()
    phone_ref = models.UUIDField()
    sealed_number = models.BinaryField()
    reason = models.SlugField(max_length=40)
    reference = models.CharField(max_length=64)
    policy_id = models.CharField(max_length=80)
    given_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    call_ref = models.UUIDField(null=True, unique=True)  # the line's name of the call it led to

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("given_at")), name="permit_ends_after_it_is_given"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="permit_has_a_reason"),
            models.CheckConstraint(condition=~Q(reference=""), name="permit_has_a_reference"),
        ]
        indexes = [models.Index(fields=["controller_ref", "given_at"], name="permit_by_start")]

    def __str__(self) -> str:
        return str(self.ref)


@holds(state=DataCategory.STAFF_ACTIVITY, since=DataCategory.STAFF_ACTIVITY)
class Presence(models.Model):
    """Whether an agent takes calls, as last said; the line is told and asks at its start."""

    phone = models.OneToOneField(AgentPhone, on_delete=models.CASCADE, primary_key=True)
    state = models.CharField(max_length=12, choices=[(s, s) for s in PresenceState])
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.phone_id)


@holds(user_ref=DataCategory.STAFF_ACTIVITY, began_at=DataCategory.CALL_RECORD)
class DeskCall(models.Model):
    """A call that an agent took at the desk, until it is closed there."""

    ref = models.UUIDField(primary_key=True, editable=False)  # the line's own name of the call
    controller_ref = models.UUIDField()
    phone_ref = models.UUIDField()
    user_ref = models.UUIDField()
    permit_ref = models.UUIDField(null=True)
    direction = models.CharField(max_length=10)
    queue = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=3, blank=True)
    gate = models.CharField(max_length=12, choices=[(g, g) for g in GateWord])
    pause_reason = models.CharField(max_length=40, blank=True)
    gate_since = models.DateTimeField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_ref", "closed_at", "began_at"], name="desk_call_of_user"),
            models.Index(fields=["controller_ref", "began_at"], name="desk_call_by_start"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(
    sealed_redirects=DataCategory.PHONE_NUMBER,
    sealed_ledger=DataCategory.CONSENT,
    recording_ref=DataCategory.VOICE,
)
class LineCall(models.Model):
    """What the phone line says about one call beyond its record (C-05), and what became of it."""

    ref = models.UUIDField(primary_key=True, editable=False)  # its name in the spool
    line_call_ref = models.UUIDField(db_index=True)  # the line's own name of the call
    controller_ref = models.UUIDField()
    call_ref = models.UUIDField(db_index=True, null=True)
    recording_ref = models.UUIDField(unique=True, null=True)
    quarantined_ref = models.UUIDField(null=True)
    policy_id = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    answered = models.BooleanField()
    fate = models.CharField(max_length=10, choices=[(f, f) for f in RecordingFate], blank=True)
    fault = models.CharField(max_length=40, blank=True)
    evidence = models.CharField(max_length=24, blank=True)
    officer = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    sealed_redirects = models.BinaryField(default=b"")
    ledger_head = models.CharField(max_length=64, blank=True)
    sealed_ledger = models.BinaryField(default=b"")  # of a call without audio in the vault
    copied_at = models.DateTimeField(null=True)  # when its MP3 copy was made
    collected_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["controller_ref", "started_at"], name="line_call_by_day"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(
    user_ref=DataCategory.STAFF_ACTIVITY,
    outcome=DataCategory.CALL_RECORD,
    remark=DataCategory.NOTE,
)
class WrapUp(models.Model):
    """How an agent closed a call (D-18)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    line_call_ref = models.UUIDField(unique=True)
    user_ref = models.UUIDField()
    outcome = models.CharField(max_length=20, choices=[(o, o) for o in CallOutcome])
    purpose = models.SlugField(max_length=60)
    contains_complaint = models.BooleanField(default=False)
    remark = models.CharField(max_length=300, blank=True)
    case = models.CharField(max_length=64, blank=True)
    hold_ref = models.UUIDField(null=True)
    closed_at = models.DateTimeField()
    started_at = models.DateTimeField()  # of the call

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contains_complaint=False) | ~Q(case=""), name="complaint_has_a_case"
            )
        ]
        indexes = [models.Index(fields=["controller_ref", "started_at"], name="wrap_up_by_start")]

    def __str__(self) -> str:
        return str(self.ref)


@holds(sealed_number=DataCategory.PHONE_NUMBER)
class RingBack(models.Model):
    """Somebody who waits to be rung back."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    line_call_ref = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in RingBackKind])
    queue = models.CharField(max_length=60, blank=True)
    sealed_number = models.BinaryField()
    since = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["controller_ref", "settled_at", "since"], name="ring_back_list"),
            models.Index(fields=["controller_ref", "since"], name="ring_back_by_start"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class CountedDay(models.Model):
    """One day of one controller, after CDRs, ledgers and stored objects were matched."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    day = models.DateField()
    calls = models.PositiveIntegerField()
    recorded = models.PositiveIntegerField()
    explained = models.PositiveIntegerField()
    alarms = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller_ref", "day"], name="day_is_counted_once"),
            models.CheckConstraint(
                condition=Q(calls=F("recorded") + F("explained") + F("alarms")),
                name="every_call_of_a_day_is_accounted_for",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Gap(models.Model):
    """One call of a counted day that has no whole recording, and why."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    day = models.ForeignKey(CountedDay, on_delete=models.CASCADE, related_name="gaps")
    line_call_ref = models.UUIDField()
    call_ref = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    why = models.CharField(max_length=24, choices=[(e, e) for e in Explanation])
    alarm = models.BooleanField()
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=80, blank=True)
    finding = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "line_call_ref"], name="gap_stands_once_a_day")
        ]

    def __str__(self) -> str:
        return str(self.ref)
