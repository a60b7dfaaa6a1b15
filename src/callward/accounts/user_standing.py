"""What every request asks about the user who makes it; the statements are compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import CharField, DateField, DateTimeField, Q, SlugField, UUIDField, Value

from callward.accounts import rules
from callward.accounts.errors import GrantEndedError, GrantMissingError
from callward.accounts.models import Appointment, Grant, Training, Undertaking, User
from callward.compiled_query import Question, columns_of, row_of
from callward.policy.vocabulary import Need, Role

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from callward.accounts.states import Capability
    from callward.compiled_query import Given, Row
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class UserView:
    """A person of staff."""

    ref: Ref
    username: str
    display_name: str
    language: str
    is_active: bool
    must_change_password: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a user is and brings along at one controller, at one instant."""

    user_ref: Ref
    controller_ref: Ref
    roles: frozenset[Role]
    capabilities: frozenset[Capability]
    needs_met: frozenset[Need]
    training_due_on: date | None
    training_warning: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """A named permission to hear certain recordings; `recording_ref` None means all."""

    ref: Ref
    user_ref: Ref
    controller_ref: Ref
    purpose: str
    recording_ref: Ref | None
    begins_at: datetime
    ends_at: datetime
    given_by: str
    reason: str
    withdrawn_at: datetime | None


def stands(at: datetime | Given) -> Q:
    """Appointments of active users that were given and not yet withdrawn."""
    return (
        Q(appointed_at__lte=at)
        & Q(user__is_active=True)
        & (Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at))
    )


_USER_COLUMNS = columns_of(User)
_USER = Question(
    lambda ref: User.objects.filter(ref=ref).values_list(*_USER_COLUMNS),
    ref=UUIDField(),
)


def account(user_ref: Ref) -> User | None:
    """The account itself, for the framework's sign-in; None when there is none."""
    row = _USER.first(ref=user_ref)
    return None if row is None else row_of(User, _USER_COLUMNS, row)


def user_view(user: User) -> UserView:
    """Show an account that was read already."""
    return UserView(
        ref=user.ref,
        username=user.username,
        display_name=user.display_name,
        language=user.language,
        is_active=user.is_active,
        must_change_password=user.must_change_password,
    )


_CONTROLLERS = Question(
    lambda user, at: Appointment.objects.filter(stands(at), user_id=user).values_list(
        "controller_ref"
    ),
    user=UUIDField(),
    at=DateTimeField(),
)


def controllers_of(user_ref: Ref, *, at: datetime) -> list[Ref]:
    """The controllers at which a user holds any role."""
    return sorted({row[0] for row in _CONTROLLERS.rows(user=user_ref, at=at)})


_ROLE, _TRAINING, _SIGNED = "role", "training", "signed"


def _kind(name: str) -> Value:
    return Value(name, output_field=CharField())


def _standing_query(user: Given, controller: Given, at: Given) -> QuerySet[Training, Row]:
    no_day = Value(None, output_field=DateField())
    no_instant = Value(None, output_field=DateTimeField())
    here = Q(user_id=user, controller_ref=controller)
    trainings = Training.objects.filter(here).values_list(
        _kind(_TRAINING), "subject", "due_on", "lapses_at"
    )
    roles = Appointment.objects.filter(here & stands(at))
    signed = Undertaking.objects.filter(here, signed_at__lte=at)
    return trainings.union(
        roles.values_list(_kind(_ROLE), "role", no_day, no_instant),
        signed.values_list(_kind(_SIGNED), _kind(""), no_day, no_instant),
        all=True,
    )


_STANDING = Question(_standing_query, user=UUIDField(), controller=UUIDField(), at=DateTimeField())


def standing(user_ref: Ref, controller_ref: Ref, *, at: datetime, second_factor: bool) -> Standing:
    """What a user is and brings along at a controller; somebody who left is and brings nothing."""
    rows = _STANDING.rows(user=user_ref, controller=controller_ref, at=at)
    roles = frozenset(Role(row[1]) for row in rows if row[0] == _ROLE)
    latest = rules.latest_trainings(
        rules.TrainingFact(subject=row[1], due_on=row[2], lapses_at=row[3])
        for row in rows
        if row[0] == _TRAINING
    )
    met = rules.needs_met(
        second_factor=second_factor,
        confidentiality_signed=any(row[0] == _SIGNED for row in rows),
        training_current=rules.is_training_current(latest, at=at),
    )
    first = latest[0] if latest else None
    return Standing(
        user_ref=user_ref,
        controller_ref=controller_ref,
        roles=roles,
        capabilities=rules.capabilities_of_all(roles),
        needs_met=met if roles else frozenset(),
        training_due_on=first.due_on if first else None,
        training_warning=_warning(first, at=at),
    )


def _warning(training: rules.TrainingFact | None, *, at: datetime) -> int | None:
    if training is None:
        return None
    days = settings.CALLWARD_TRAINING_WARNING_DAYS
    return rules.warning_due(training.lapses_at, days_before=days, at=at)


def _grants_query(
    user: Given, controller: Given, purpose: Given, recording: Given, at: Given
) -> QuerySet[Grant, Row]:
    rows = Grant.objects.filter(
        Q(recording_ref=recording) | Q(recording_ref__isnull=True),
        user_id=user,
        user__is_active=True,
        controller_ref=controller,
        purpose=purpose,
        begins_at__lte=at,
    )
    return rows.order_by("-ends_at", "ref").values_list(
        "ref", "recording_ref", "begins_at", "ends_at", "given_by", "reason", "withdrawn_at"
    )


_GRANTS = Question(
    _grants_query,
    user=UUIDField(),
    controller=UUIDField(),
    purpose=SlugField(),
    recording=UUIDField(),
    at=DateTimeField(),
)


def grant_for(
    user_ref: Ref, controller_ref: Ref, purpose: str, recording_ref: Ref, *, at: datetime
) -> GrantView:
    """Find the grant for this play; raises GrantMissingError or GrantEndedError."""
    given = _GRANTS.rows(
        user=user_ref, controller=controller_ref, purpose=purpose, recording=recording_ref, at=at
    )
    if not given:
        raise GrantMissingError(purpose=purpose)
    for ref, only, begins_at, ends_at, given_by, reason, withdrawn_at in given:
        span = rules.GrantSpan(begins_at=begins_at, ends_at=ends_at, withdrawn_at=withdrawn_at)
        if rules.is_grant_open(span, at=at):
            return GrantView(
                ref=ref,
                user_ref=user_ref,
                controller_ref=controller_ref,
                purpose=purpose,
                recording_ref=only,
                begins_at=begins_at,
                ends_at=ends_at,
                given_by=given_by,
                reason=reason,
                withdrawn_at=withdrawn_at,
            )
    raise GrantEndedError(purpose=purpose)
