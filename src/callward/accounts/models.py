"""What is kept about staff."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from callward.holdings import DataCategory, holds
from callward.kernel.references import new_ref


class StaffUsers(BaseUserManager["User"]):
    """Finds a user by user name, whatever the case it is typed in."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").lower())


@holds(
    username=DataCategory.STAFF_NAME,
    display_name=DataCategory.STAFF_NAME,
    password=DataCategory.STAFF_CREDENTIAL,
    last_signed_in_at=DataCategory.STAFF_ACTIVITY,
)
class User(AbstractBaseUser):
    """A person of staff who signs in with a login of their own."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    initial_password_used_at = models.DateTimeField(null=True)
    joined_at = models.DateTimeField()
    joined_controller_ref = models.UUIDField(null=True)
    last_login = None  # Django would write it with a clock of its own
    last_signed_in_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    objects = StaffUsers()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=True) | Q(left_at__isnull=False),
                name="user_who_is_inactive_has_left",
            )
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds()
class Undertaking(models.Model):
    """The confidentiality undertaking that a user signed towards a controller (S-15)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="undertakings")
    controller_ref = models.UUIDField()
    signed_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["user", "controller_ref"], name="undertaking_of_user")]

    def __str__(self) -> str:
        return str(self.ref)


@holds(agent_code=DataCategory.STAFF_NAME)
class Appointment(models.Model):
    """One role of one user at one controller, given after an assessment (S-11, S-15)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments")
    controller_ref = models.UUIDField()
    role = models.CharField(max_length=24)
    agent_code = models.CharField(max_length=60, blank=True)
    agent_code_since = models.DateTimeField(null=True)
    assessed_at = models.DateTimeField()
    assessed_by = models.CharField(max_length=80)
    appointed_at = models.DateTimeField()
    appointed_by = models.CharField(max_length=80)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "controller_ref", "role"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_appointment_per_role",
            ),
            models.UniqueConstraint(
                fields=["controller_ref", "agent_code"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(agent_code=""),
                name="one_standing_appointment_per_agent_code",
            ),
            models.CheckConstraint(
                condition=Q(agent_code="") | Q(role="agent", agent_code_since__isnull=False),
                name="agent_code_belongs_to_an_agent_since_an_instant",
            ),
            models.CheckConstraint(
                condition=Q(assessed_at__lte=F("appointed_at")),
                name="appointment_follows_its_assessment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(
    subject=DataCategory.STAFF_TRAINING,
    done_on=DataCategory.STAFF_TRAINING,
    due_on=DataCategory.STAFF_TRAINING,
)
class Training(models.Model):
    """A training that a user did, and the day until which it counts (K-11)."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="trainings")
    controller_ref = models.UUIDField()
    subject = models.SlugField(max_length=60)
    done_on = models.DateField()
    due_on = models.DateField()
    lapses_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gt=F("done_on")), name="training_is_due_after_it_is_done"
            )
        ]
        indexes = [
            models.Index(fields=["user", "controller_ref", "lapses_at"], name="training_of_user"),
            models.Index(fields=["lapses_at"], name="training_by_lapse"),
        ]

    def __str__(self) -> str:
        return str(self.ref)


@holds(reason=DataCategory.STAFF_ACTIVITY)
class Grant(models.Model):
    """Named permission to hear certain recordings, with purpose and end."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    controller_ref = models.UUIDField()
    purpose = models.SlugField(max_length=60)
    recording_ref = models.UUIDField(null=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    given_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="grant_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["user", "controller_ref", "purpose"], name="grant_of_user")]

    def __str__(self) -> str:
        return str(self.ref)


@holds(digest=DataCategory.STAFF_CREDENTIAL)
class ApiToken(models.Model):
    """A machine's right to do one thing for one controller; only its digest is kept."""

    ref = models.UUIDField(primary_key=True, default=new_ref, editable=False)
    controller_ref = models.UUIDField()
    label = models.CharField(max_length=60)
    capability = models.CharField(max_length=24)
    digest = models.BinaryField(max_length=32, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=80)
    ends_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("issued_at")), name="token_ends_after_its_issue"
            )
        ]

    def __str__(self) -> str:
        return str(self.ref)
