"""What the administrator sets up about the phone line."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref
from callward.telephony.states import NobodyThere, Strategy


@holds(sealed_secret=DataCategory.STAFF_CREDENTIAL)
class Trunk(models.Model):
    """One carrier: from whom calls are taken, and through whom they are made."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    name = models.CharField(max_length=60)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField(default=5060)
    allow = models.TextField()  # networks, one a line: nobody else may bring calls (C-14)
    account = models.CharField(max_length=80, blank=True)
    sealed_secret = models.BinaryField(default=b"")
    registers = models.BooleanField(default=False)
    early_media = models.BooleanField(default=False)
    in_band_digits = models.BooleanField(default=False)
    takes_refer = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller_ref", "name"], name="trunk_has_its_own_name"
            ),
            models.CheckConstraint(
                condition=Q(registers=False) | ~Q(account=""),
                name="trunk_that_registers_has_an_account",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(
    phone=DataCategory.STAFF_NAME,
    address=DataCategory.STAFF_CREDENTIAL,
    sealed_secret=DataCategory.STAFF_CREDENTIAL,
)
class AgentPhone(models.Model):
    """One agent's phone; it belongs to whoever answers its extension."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    phone = models.CharField(max_length=60, unique=True)
    sealed_secret = models.BinaryField()
    allow = models.TextField(blank=True)
    address = models.CharField(max_length=253, blank=True)
    port = models.PositiveIntegerField(default=5060)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Queue(models.Model):
    """Agents who answer one kind of call."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    name = models.SlugField(max_length=40)
    title = models.CharField(max_length=80)
    strategy = models.CharField(max_length=16, choices=[(s, s) for s in Strategy])
    ring_seconds = models.PositiveSmallIntegerField(default=20)
    wait_seconds = models.PositiveSmallIntegerField(default=180)
    nobody = models.CharField(max_length=12, choices=[(n, n) for n in NobodyThere])
    always_open = models.BooleanField(default=False)
    takes_unrecorded = models.BooleanField(default=False)
    takes_officer = models.BooleanField(default=False)
    phones = models.ManyToManyField(AgentPhone, related_name="queues", through="Seat")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller_ref", "name"], name="queue_has_its_own_name"
            ),
            models.UniqueConstraint(
                fields=["controller_ref"],
                condition=Q(takes_unrecorded=True),
                name="one_queue_takes_those_who_refuse",
            ),
            models.UniqueConstraint(
                fields=["controller_ref"],
                condition=Q(takes_officer=True),
                name="one_queue_leads_to_the_officer",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Seat(models.Model):
    """One phone in one queue."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="seats")
    phone = models.ForeignKey(AgentPhone, on_delete=models.CASCADE, related_name="seats")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "phone"], name="phone_sits_once_in_a_queue")
        ]

    def __str__(self) -> str:
        return f"{self.queue_id}/{self.phone_id}"


@holds(number=DataCategory.PHONE_NUMBER)
class LineNumber(models.Model):
    """One number of the controller that people dial, and where it leads."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    number = models.CharField(max_length=20, unique=True)  # published by the controller itself
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="numbers")
    trunk = models.ForeignKey(Trunk, on_delete=models.PROTECT, null=True, related_name="numbers")
    languages = models.CharField(max_length=40, blank=True)
    officer = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class OpeningSpan(models.Model):
    """One span of one weekday at which the line is open."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_is_one_of_seven"),
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")), name="line_closes_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class ClosedDay(models.Model):
    """One day at which the line is closed, beside the public holidays."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    day = models.DateField()
    title = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["controller_ref", "day"], name="day_is_closed_once")
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(shown_number=DataCategory.PHONE_NUMBER)
class LineSettings(models.Model):
    """How calls of one controller are made, and whether callers may leave a message."""

    controller_ref = models.UUIDField(primary_key=True)
    trunk = models.ForeignKey(Trunk, on_delete=models.SET_NULL, null=True, related_name="outbound")
    shown_number = models.CharField(max_length=20, blank=True)
    ring_seconds = models.PositiveSmallIntegerField(default=45)
    voicemail_seconds = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return str(self.controller_ref)


@holds()
class StudioPrompt(models.Model):
    """A prompt that the controller had spoken, for the words that the policy gave then."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    key = models.CharField(max_length=40)
    language = models.CharField(max_length=3)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    seconds = models.FloatField()
    uploaded_by = models.CharField(max_length=80)
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["controller_ref", "key", "language"], name="one_studio_voice_for_a_prompt"
            )
        ]

    def __str__(self) -> str:
        return str(self.ref)
