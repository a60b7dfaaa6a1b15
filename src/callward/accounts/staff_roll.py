"""The roll of one controller: its people, and nobody who belongs only to another one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Max, Q

from callward.accounts import rules
from callward.accounts.errors import UserUnknownError
from callward.accounts.models import Appointment, Grant, Training, Undertaking, User
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from callward.kernel.references import Ref


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
