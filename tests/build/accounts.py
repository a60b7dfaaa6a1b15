"""The cast: staff with appointments, undertakings and trainings, and Vera who has none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password

from callward.accounts import selectors, services
from callward.accounts.models import User
from callward.kernel.actors import system_actor
from callward.policy.vocabulary import Role

if TYPE_CHECKING:
    from datetime import date, datetime

    from callward.accounts.selectors import UserView
    from callward.kernel.references import Ref

PASSWORD = "seven quiet herons"
TRAINING = "data-protection"
SETUP = system_actor("tests")
BUCHAREST = ZoneInfo("Europe/Bucharest")


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody on the staff side of the stories."""

    ana: UserView
    boris: UserView
    daiva: UserView
    radu: UserView
    rita: UserView
    audra: UserView
    vera: UserView


ROLES = {
    "ana": Role.AGENT,
    "boris": Role.SUPERVISOR,
    "daiva": Role.DPO,
    "radu": Role.ADMINISTRATOR,
    "rita": Role.CALL_REVIEWER,
    "audra": Role.AUDITOR,
}


@cache
def _hashed(_hasher: str) -> str:
    return make_password(PASSWORD)


def add_person(username: str, *, at: datetime, display_name: str | None = None) -> UserView:
    """Add a user who has chosen PASSWORD already; hashed once for all tests, argon2 is slow."""
    name = display_name or username.capitalize()
    person = User(username=username, display_name=name, joined_at=at, must_change_password=False)
    person.password = _hashed(settings.PASSWORD_HASHERS[0])
    person.save(force_insert=True)
    return selectors.user(person.ref)


def appoint_fully(
    user_ref: Ref,
    role: Role,
    controller_ref: Ref,
    *,
    at: datetime,
    trained_until: date | None = None,
) -> Ref:
    """Give a role with everything that must come first: undertaking, assessment, training."""
    services.sign_undertaking(user_ref, controller_ref=controller_ref, actor=SETUP, at=at)
    train(user_ref, controller_ref, at=at, until=trained_until)
    return services.appoint(
        user_ref,
        role,
        controller_ref=controller_ref,
        assessed_at=at,
        assessed_by=SETUP,
        actor=SETUP,
        at=at,
    )


def train(user_ref: Ref, controller_ref: Ref, *, at: datetime, until: date | None = None) -> Ref:
    """Record a training that counts through `until`, by default a year and a day from `at`."""
    day = at.astimezone(BUCHAREST).date()
    return services.record_training(
        user_ref,
        controller_ref=controller_ref,
        subject=TRAINING,
        done_on=day - timedelta(days=400) if until and until <= day else day,
        due_on=until or day + timedelta(days=366),
        zone=BUCHAREST,
        actor=SETUP,
        at=at,
    )


def cast(controller_ref: Ref, *, at: datetime) -> Cast:
    """Everybody, each with one role at the controller; Vera is a user with no role at all."""
    people = {username: add_person(username, at=at) for username in [*ROLES, "vera"]}
    for username, role in ROLES.items():
        appoint_fully(people[username].ref, role, controller_ref, at=at)
    return Cast(**people)


def grant(
    user_ref: Ref,
    controller_ref: Ref,
    *,
    at: datetime,
    purpose: str = "complaints",
    recording_ref: Ref | None = None,
    ends_at: datetime | None = None,
) -> Ref:
    """Let a user hear one recording or all for a purpose, by default for thirty days."""
    return services.give_grant(
        services.NewGrant(
            user_ref=user_ref,
            controller_ref=controller_ref,
            purpose=purpose,
            recording_ref=recording_ref,
            begins_at=at,
            ends_at=ends_at or at + timedelta(days=30),
            reason="complaint of March",
        ),
        actor=SETUP,
        at=at,
    )
