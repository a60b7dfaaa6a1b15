"""Versions of notices, their archived documents, and where each was announced."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from callward.approval import TwoPersonAct
from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref
from callward.notices.states import OPEN, NoticeVersionState

_STAFF = DataCategory.STAFF_ACTIVITY


@holds(
    drafted_by=_STAFF, asked_by=_STAFF, approved_by=_STAFF, published_by=_STAFF, withdrawn_by=_STAFF
)
class NoticeVersion(TwoPersonAct):
    """One version of a controller's policy and notices: drafted, approved by two, published."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField(db_index=True)
    policy_id = models.CharField(max_length=71)
    version = models.CharField(max_length=64)
    label = models.CharField(max_length=80)  # its name in public addresses
    reworded = models.BooleanField(default=False)  # the same policy in new words of ours
    effective_on = models.DateField()
    languages = models.CharField(max_length=200)  # the controller's own, then the others
    source = models.BinaryField()
    state = models.CharField(
        max_length=16, choices=[(state.value, state.value) for state in NoticeVersionState]
    )
    drafted_at = models.DateTimeField()
    drafted_by = models.CharField(max_length=80)
    publish_at = models.DateTimeField(null=True)
    announced_until = models.DateField(null=True)
    blocked_by = models.CharField(max_length=400, blank=True)
    published_at = models.DateTimeField(null=True)
    number = models.PositiveIntegerField(null=True)  # its place in the line of what was published
    published_by = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "notices_edition"
        constraints = [
            *TwoPersonAct.Meta.constraints,
            models.UniqueConstraint(
                fields=["controller_ref"],
                condition=Q(state__in=OPEN),
                name="one_edition_waits_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["controller_ref", "label"],
                condition=~Q(state__in=[NoticeVersionState.DRAFT, NoticeVersionState.WITHDRAWN]),
                name="edition_label_is_given_once",
            ),
            models.UniqueConstraint(
                fields=["controller_ref", "number"], name="published_editions_form_one_line"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=NoticeVersionState.PUBLISHED,
                    published_at__isnull=False,
                    number__isnull=False,
                )
                | (
                    ~Q(state=NoticeVersionState.PUBLISHED)
                    & Q(published_at__isnull=True, number__isnull=True)
                ),
                name="published_edition_says_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Document(models.Model):
    """One notice in one language and form, byte for byte; never changed, never deleted (C-16)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    edition = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=24)
    language = models.CharField(max_length=8)
    format = models.CharField(max_length=8)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "kind", "language", "format"], name="document_is_archived_once"
            )
        ]

    def __str__(self) -> str:
        return self.sha256


@holds(acknowledged_by=_STAFF)
class Announcement(models.Model):
    """One place where a change has to be announced, and who saw to it (I-18)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    edition = models.ForeignKey(
        NoticeVersion, on_delete=models.PROTECT, related_name="announcements"
    )
    channel = models.CharField(max_length=16)
    place = models.CharField(max_length=200, blank=True)  # an office or a site by its name
    made_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "channel", "place"], name="place_is_announced_to_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(reviewed_by=_STAFF)
class Review(models.Model):
    """Somebody has looked whether a version still says what is done (S-13)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    edition = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="reviews")
    reviewed_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class LastCheck(models.Model):
    """What a probe said of a version when a newer one took its place."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    edition = models.ForeignKey(NoticeVersion, on_delete=models.PROTECT, related_name="last_checks")
    probe = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)  # of what is kept, where it looks at one
    state = models.CharField(max_length=16)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "probe", "kind"], name="last_check_is_kept_once"
            )
        ]

    def __str__(self) -> str:
        return self.probe
