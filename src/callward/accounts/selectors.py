"""What is asked about staff."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F, Max, Q
from django.utils.module_loading import autodiscover_modules

from callward.accounts import rules
from callward.accounts.errors import UserUnknownError
from callward.accounts.models import ApiToken, Appointment, Grant, Training, Undertaking, User
from callward.accounts.states import CAPABILITIES
from callward.accounts.user_standing import (
    GrantView,
    Standing,
    UserView,
    account,
    controllers_of,
    grant_for,
    standing,
    stands,
    user_view,
)
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from callward.accounts.states import Capability
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentView:
    """One role of one user at one controller."""

    ref: Ref
    user_ref: Ref
    controller_ref: Ref
    role: Role
    agent_code: str
    assessed_at: datetime
    appointed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWarning:
    """A training that lapses within so many days."""

    user_ref: Ref
    controller_ref: Ref
    subject: str
    due_on: date
    days_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A machine's right; the token itself is shown once, when it is issued."""

    ref: Ref
    controller_ref: Ref
    label: str
    capability: Capability
    ends_at: datetime
    withdrawn_at: datetime | None


def user(user_ref: Ref) -> UserView:
    """Find a user; raises UserUnknownError."""
    found = User.objects.filter(ref=user_ref).first()
    if found is None:
        raise UserUnknownError(ref=user_ref)
    return user_view(found)


def user_named(username: str) -> UserView:
    """Find a user by user name; raises UserUnknownError."""
    found = User.objects.filter(username=username.lower()).first()
    if found is None:
        raise UserUnknownError(ref=username)
    return user_view(found)


def staff() -> list[UserView]:
    """All users, by name."""
    return [user_view(found) for found in User.objects.order_by("display_name", "username")]


def names_of(user_refs: Iterable[Ref]) -> Mapping[Ref, str]:
    """The names of users, for screens."""
    rows = User.objects.filter(ref__in=set(user_refs)).values_list("ref", "display_name")
    return dict(rows)


def appointments(
    *, at: datetime, user_ref: Ref | None = None, controller_ref: Ref | None = None
) -> list[AppointmentView]:
    """The appointments that stand, of a user, at a controller, or all."""
    rows = Appointment.objects.filter(stands(at))
    if user_ref is not None:
        rows = rows.filter(user_id=user_ref)
    if controller_ref is not None:
        rows = rows.filter(controller_ref=controller_ref)
    return [
        AppointmentView(
            ref=row.ref,
            user_ref=row.user_id,
            controller_ref=row.controller_ref,
            role=Role(row.role),
            agent_code=row.agent_code,
            assessed_at=row.assessed_at,
            appointed_at=row.appointed_at,
        )
        for row in rows.order_by("appointed_at", "ref")
    ]


def agent_desk(user_ref: Ref, controller_ref: Ref, *, at: datetime) -> rules.AgentDesk | None:
    """The extension that a user answers at a controller, and since when, if any."""
    row = (
        Appointment.objects.filter(stands(at), user_id=user_ref, controller_ref=controller_ref)
        .exclude(agent_code="")
        .first()
    )
    if row is None or row.agent_code_since is None:
        return None
    return rules.AgentDesk(code=row.agent_code, since=row.agent_code_since)


def roles_of(user_ref: Ref, controller_ref: Ref, *, at: datetime) -> frozenset[Role]:
    """The roles that a user holds at a controller."""
    rows = Appointment.objects.filter(stands(at), user_id=user_ref, controller_ref=controller_ref)
    return frozenset(Role(role) for role in rows.values_list("role", flat=True))


def training_warnings(at: datetime) -> list[TrainingWarning]:
    """K-11: whose training lapses soon, so that nobody is shut out by surprise."""
    latest = _latest_trainings_of_all(at=at)
    days_before = settings.CALLWARD_TRAINING_WARNING_DAYS
    found = []
    for (user_ref, controller_ref), trainings in latest.items():
        for training in trainings:
            days = rules.warning_due(training.lapses_at, days_before=days_before, at=at)
            if days is not None:
                found.append(
                    TrainingWarning(
                        user_ref=user_ref,
                        controller_ref=controller_ref,
                        subject=training.subject,
                        due_on=training.due_on,
                        days_before=days,
                    )
                )
    return found


def grants(controller_ref: Ref, *, at: datetime, user_ref: Ref | None = None) -> list[GrantView]:
    """The grants of a controller that stand, those that end first in front."""
    rows = Grant.objects.filter(
        controller_ref=controller_ref, ends_at__gt=at, withdrawn_at__isnull=True
    )
    if user_ref is not None:
        rows = rows.filter(user_id=user_ref)
    return [_grant_view(row) for row in rows.order_by("ends_at", "ref")]


def ended_grants(controller_ref: Ref, *, at: datetime, limit: int) -> list[GrantView]:
    """The grants of a controller that ended or were withdrawn, the newest first."""
    rows = Grant.objects.filter(
        Q(ends_at__lte=at) | Q(withdrawn_at__isnull=False), controller_ref=controller_ref
    )
    return [_grant_view(row) for row in rows.order_by("-begins_at", "-ref")[:limit]]


def tokens(controller_ref: Ref) -> list[TokenView]:
    """The tokens of a controller's machines, those that stand in front."""
    rows = ApiToken.objects.filter(controller_ref=controller_ref)
    rows = rows.order_by(F("withdrawn_at").asc(nulls_first=True), "-ends_at", "ref")
    return [token_view(row) for row in rows]


def session_digest(session_key: str) -> str:
    """Name a session without giving it away; playbacks are bound to this."""
    return hashlib.sha256(session_key.encode()).hexdigest()


@cache
def known_capabilities() -> Mapping[str, Capability]:
    """Every capability that some package declares, by its value."""
    autodiscover_modules("states")
    return CAPABILITIES


def token_view(row: ApiToken) -> TokenView:
    """Show what may be shown of a token."""
    return TokenView(
        ref=row.ref,
        controller_ref=row.controller_ref,
        label=row.label,
        capability=known_capabilities()[row.capability],
        ends_at=row.ends_at,
        withdrawn_at=row.withdrawn_at,
    )


def _training_fact(row: Training) -> rules.TrainingFact:
    return rules.TrainingFact(subject=row.subject, due_on=row.due_on, lapses_at=row.lapses_at)


def _latest_trainings_of_all(
    *, at: datetime
) -> dict[tuple[Ref, Ref], tuple[rules.TrainingFact, ...]]:
    gathered: dict[tuple[Ref, Ref], list[rules.TrainingFact]] = {}
    for row in Training.objects.filter(user__is_active=True, lapses_at__gt=at).order_by("ref"):
        key = (row.user_id, row.controller_ref)
        gathered.setdefault(key, []).append(_training_fact(row))
    return {key: rules.latest_trainings(trainings) for key, trainings in gathered.items()}


def _grant_view(row: Grant) -> GrantView:
    return GrantView(
        ref=row.ref,
        user_ref=row.user_id,
        controller_ref=row.controller_ref,
        purpose=row.purpose,
        recording_ref=row.recording_ref,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        given_by=row.given_by,
        reason=row.reason,
        withdrawn_at=row.withdrawn_at,
    )


def is_sign_in_over(*, signed_in_at: datetime, seen_at: datetime, at: datetime) -> bool:
    """Tell whether a sign-in has ended by itself: idle too long, or simply too old."""
    ages = rules.SignInAges(
        idle=settings.CALLWARD_SIGN_IN_IDLE, longest=settings.CALLWARD_SIGN_IN_LONGEST
    )
    return rules.is_sign_in_over(signed_in_at=signed_in_at, seen_at=seen_at, ages=ages, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingView:
    """The last training about one subject, how near its due day is, and whether it is past."""

    subject: str
    due_on: date
    warning: int | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """One line of the roll: who it is, and what must be true before they hear anything."""

    ref: Ref
    username: str
    display_name: str
    is_active: bool
    must_change_password: bool
    joined_at: datetime
    left_at: datetime | None
    last_signed_in_at: datetime | None
    roles: tuple[Role, ...]
    signed_at: datetime | None
    trainings: tuple[TrainingView, ...]
    grants: int

    @property
    def training(self) -> TrainingView | None:
        """The training that is due first."""
        return self.trainings[0] if self.trainings else None


def people(controller_ref: Ref, *, at: datetime) -> list[PersonView]:
    """Everybody of a controller, by name, those who left too."""
    rows = User.objects.filter(_tied(controller_ref)).order_by("display_name", "username")
    return _views(list(rows), controller_ref, at=at)


def person(user_ref: Ref, controller_ref: Ref, *, at: datetime) -> PersonView:
    """One of a controller's people; raises UserUnknownError, for a stranger's person too."""
    rows = list(User.objects.filter(_tied(controller_ref), ref=user_ref))
    if not rows:
        raise UserUnknownError(ref=user_ref)
    return _views(rows, controller_ref, at=at)[0]


def _tied(controller_ref: Ref) -> Q:
    ties = (Appointment, Undertaking, Training, Grant)
    tied, anywhere = Q(joined_controller_ref=controller_ref), Q(joined_controller_ref__isnull=False)
    for tie in ties:
        tied |= Q(ref__in=tie.objects.filter(controller_ref=controller_ref).values("user_id"))
        anywhere |= Q(ref__in=tie.objects.values("user_id"))
    return tied | ~anywhere  # whoever belongs nowhere yet may be engaged by anybody


def _views(rows: Sequence[User], controller_ref: Ref, *, at: datetime) -> list[PersonView]:
    refs = [row.ref for row in rows]
    roles, signed = _roles(refs, controller_ref, at=at), _signed(refs, controller_ref, at=at)
    trainings = _trainings(refs, controller_ref, at=at)
    grants = _grants(refs, controller_ref, at=at)
    return [
        PersonView(
            ref=row.ref,
            username=row.username,
            display_name=row.display_name,
            is_active=row.is_active,
            must_change_password=row.must_change_password,
            joined_at=row.joined_at,
            left_at=row.left_at,
            last_signed_in_at=row.last_signed_in_at,
            roles=tuple(roles.get(row.ref, ())),
            signed_at=signed.get(row.ref),
            trainings=trainings.get(row.ref, ()),
            grants=grants[row.ref],
        )
        for row in rows
    ]


def _roles(refs: Iterable[Ref], controller_ref: Ref, *, at: datetime) -> dict[Ref, list[Role]]:
    rows = Appointment.objects.filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=at),
        user_id__in=refs,
        controller_ref=controller_ref,
        appointed_at__lte=at,
    ).order_by("appointed_at", "ref")
    found: dict[Ref, list[Role]] = {}
    for user_ref, role in rows.values_list("user_id", "role"):
        found.setdefault(user_ref, []).append(Role(role))
    return found


def _signed(refs: Iterable[Ref], controller_ref: Ref, *, at: datetime) -> dict[Ref, datetime]:
    rows = Undertaking.objects.filter(
        user_id__in=refs, controller_ref=controller_ref, signed_at__lte=at
    )
    return dict(rows.values_list("user_id").annotate(last=Max("signed_at")))


def _trainings(
    refs: Iterable[Ref], controller_ref: Ref, *, at: datetime
) -> dict[Ref, tuple[TrainingView, ...]]:
    gathered: dict[Ref, list[rules.TrainingFact]] = {}
    for row in Training.objects.filter(user_id__in=refs, controller_ref=controller_ref):
        fact = rules.TrainingFact(subject=row.subject, due_on=row.due_on, lapses_at=row.lapses_at)
        gathered.setdefault(row.user_id, []).append(fact)
    return {
        user_ref: tuple(_training_view(fact, at=at) for fact in rules.latest_trainings(facts))
        for user_ref, facts in gathered.items()
    }


def _training_view(fact: rules.TrainingFact, *, at: datetime) -> TrainingView:
    days = settings.CALLWARD_TRAINING_WARNING_DAYS
    return TrainingView(
        subject=fact.subject,
        due_on=fact.due_on,
        warning=rules.warning_due(fact.lapses_at, days_before=days, at=at),
        overdue=fact.lapses_at <= at,
    )


def _grants(refs: Iterable[Ref], controller_ref: Ref, *, at: datetime) -> Counter[Ref]:
    rows = Grant.objects.filter(
        user_id__in=refs,
        controller_ref=controller_ref,
        ends_at__gt=at,
        withdrawn_at__isnull=True,
    )
    return Counter(rows.values_list("user_id", flat=True))
