"""What is kept about recordings and who played them; the audio itself is in the vault."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref
from callward.recordings.states import SEALED, RecordingState


@holds(ref=DataCategory.VOICE, call_ref=DataCategory.CALL_RECORD)
class Recording(models.Model):
    """One piece of a call's audio; its reference is the vault item's."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    call_ref = models.UUIDField()
    controller_ref = models.UUIDField()
    policy_id = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=[(s, s) for s in RecordingState])
    segment = models.PositiveSmallIntegerField(default=0)
    mime = models.CharField(max_length=40, blank=True)
    seconds = models.FloatField(default=0)
    measured_seconds = models.FloatField(null=True)
    channels = models.PositiveSmallIntegerField(default=1)
    bytes = models.PositiveBigIntegerField(default=0)
    captured_sha256 = models.CharField(max_length=64, blank=True)
    fault = models.CharField(max_length=40, blank=True)
    kept_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="recording_is_in_a_known_state",
                condition=Q(state__in=[str(s) for s in RecordingState]),
            ),
            models.CheckConstraint(
                name="recording_with_audio_knows_its_digest",
                condition=~Q(state__in=sorted(SEALED)) | ~Q(captured_sha256=""),
            ),
            models.CheckConstraint(
                name="recording_lasts_no_negative_time", condition=Q(seconds__gte=0)
            ),
            models.UniqueConstraint(
                name="recording_has_its_own_place_in_the_call", fields=["call_ref", "segment"]
            ),
        ]
        indexes = [
            models.Index(name="recording_by_state", fields=["controller_ref", "state"]),
            # Asked every five minutes: as small as what waits, however much is kept.
            models.Index(
                name="recording_unchecked", fields=["ref"], condition=Q(checked_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(user_ref=DataCategory.STAFF_ACTIVITY, purpose=DataCategory.STAFF_ACTIVITY)
class Playback(models.Model):
    """One listening by one user in one session, for one purpose, until its end."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    recording = models.ForeignKey(Recording, on_delete=models.DO_NOTHING, related_name="playbacks")
    user_ref = models.UUIDField()
    session_digest = models.BinaryField(max_length=32)
    purpose = models.CharField(max_length=60)
    grant_ref = models.UUIDField()
    begun_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="playback_ends_after_it_begins", condition=Q(ends_at__gt=F("begun_at"))
            ),
            models.CheckConstraint(name="playback_has_a_purpose", condition=~Q(purpose="")),
        ]

    def __str__(self) -> str:
        return str(self.ref)
