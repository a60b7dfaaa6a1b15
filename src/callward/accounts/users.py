"""People: who joins, who leaves, whose password is whose."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from callward.accounts import rules, selectors
from callward.accounts.errors import (
    AppointedElsewhereError,
    InitialPasswordUsedError,
    OwnAppointmentError,
    OwnEndError,
    PasswordWeakError,
    UserInactiveError,
    UsernameMalformedError,
    UsernameTakenError,
    UserUnknownError,
)
from callward.accounts.models import Appointment, User
from callward.accounts.states import AccountsEvent
from callward.audit.services import record
from callward.kernel.actors import ActorKind, system_actor

if TYPE_CHECKING:
    from datetime import datetime

    from callward.audit.states import Event
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref

_INITIAL_PASSWORD_BYTES = 15  # 120 bits: nobody guesses it, and twenty signs can be typed


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialPassword:
    """The password that lets a user in once; it is shown now and never again."""

    user: selectors.UserView
    password: str


def add_user(
    *,
    username: str,
    display_name: str,
    actor: Actor,
    at: datetime,
    language: str = "",
    controller_ref: Ref | None = None,
) -> InitialPassword:
    """Add a person of staff with a login of their own and a password for one use."""
    if not rules.is_usable_username(username):
        raise UsernameMalformedError
    password = secrets.token_urlsafe(_INITIAL_PASSWORD_BYTES)
    user = User(
        username=username,
        display_name=display_name.strip(),
        language=language,
        joined_at=at,
        joined_controller_ref=controller_ref,
    )
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            record(AccountsEvent.USER_ADDED, item=user.ref, actor=actor, at=at)
    except IntegrityError as error:
        raise UsernameTakenError from error
    return InitialPassword(user=selectors.user(user.ref), password=password)


def change_password(user_ref: Ref, *, password: str, actor: Actor, at: datetime) -> None:
    """Put a user's own new password in place of the former one."""
    with transaction.atomic():
        user = present_user(user_ref)
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise PasswordWeakError from error
        user.set_password(password)
        user.must_change_password = False
        user.initial_password_used_at = None
        user.save(update_fields=["password", "must_change_password", "initial_password_used_at"])
        record(AccountsEvent.PASSWORD_CHANGED, item=user.ref, actor=actor, at=at)


def renew_password(user_ref: Ref, *, actor: Actor, at: datetime) -> InitialPassword:
    """Give a user who forgot theirs a new password for one use."""
    password = secrets.token_urlsafe(_INITIAL_PASSWORD_BYTES)
    with transaction.atomic():
        user = present_user(user_ref)
        user.set_password(password)
        user.must_change_password = True
        user.initial_password_used_at = None
        user.save(update_fields=["password", "must_change_password", "initial_password_used_at"])
        record(AccountsEvent.PASSWORD_RENEWED, item=user.ref, actor=actor, at=at)
    return InitialPassword(user=selectors.user(user.ref), password=password)


def note_sign_in(user_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Write a sign-in down; an initial password opens once and no second time."""
    with transaction.atomic():
        user = present_user(user_ref)
        if user.must_change_password:
            if user.initial_password_used_at is not None:
                raise InitialPasswordUsedError
            user.initial_password_used_at = at
        user.last_signed_in_at = at
        user.save(update_fields=["initial_password_used_at", "last_signed_in_at"])
        record(AccountsEvent.SIGN_IN_SUCCEEDED, item=user.ref, actor=actor, at=at)


def choose_language(user_ref: Ref, *, language: str) -> None:
    """Remember in which language a user reads."""
    User.objects.filter(ref=user_ref).update(language=language)


def deactivate_user(user_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Shut a person out who has left and free their extension; what they did stays written."""
    with transaction.atomic():
        user = present_user(user_ref)
        refuse_own_end(user_ref, actor)
        user.is_active = False
        user.left_at = at
        user.save(update_fields=["is_active", "left_at"])
        Appointment.objects.filter(user=user).exclude(agent_code="").update(
            agent_code="", agent_code_since=None
        )
        record(AccountsEvent.USER_DEACTIVATED, item=user.ref, actor=actor, at=at)


def reactivate_user(user_ref: Ref, *, actor: Actor, at: datetime) -> InitialPassword:
    """Let a person in again who came back, with a new password for one use."""
    with transaction.atomic():
        changed = User.objects.filter(ref=user_ref).update(is_active=True, left_at=None)
        if not changed:
            raise UserUnknownError(ref=user_ref)
        record(AccountsEvent.USER_REACTIVATED, item=user_ref, actor=actor, at=at)
        return renew_password(user_ref, actor=actor, at=at)


def refuse_own(user_ref: Ref, actor: Actor) -> None:
    """Refuse that anybody appoints, assesses or grants to themselves."""
    if actor.kind is ActorKind.USER and actor.ref == str(user_ref):
        raise OwnAppointmentError


def refuse_own_end(user_ref: Ref, actor: Actor) -> None:
    """Refuse that anybody ends their own work: one who can appoint must be left."""
    if actor.kind is ActorKind.USER and actor.ref == str(user_ref):
        raise OwnEndError


def refuse_elsewhere(user_ref: Ref, *, controller_ref: Ref) -> None:
    """Refuse to touch a whole user who also stands at another controller than this one."""
    standing = Appointment.objects.filter(user_id=user_ref, withdrawn_at__isnull=True)
    if standing.exclude(controller_ref=controller_ref).exists():
        raise AppointedElsewhereError


def present_user(user_ref: Ref) -> User:
    """Find a user who has not left; raises UserUnknownError or UserInactiveError."""
    user = User.objects.filter(ref=user_ref).first()
    if user is None:
        raise UserUnknownError(ref=user_ref)
    if not user.is_active:
        raise UserInactiveError
    return user


def note_sign_in_ended(user_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Write down that a user signed out."""
    with transaction.atomic():
        record(AccountsEvent.SIGN_IN_ENDED, item=user_ref, actor=actor, at=at)


def note_sign_in_refused(username: str, *, step: str, at: datetime) -> None:
    """Write down a wrong password or code; an unknown user name is not repeated."""
    _note_refused(AccountsEvent.SIGN_IN_REFUSED, username, step=step, at=at)


def note_lockout(username: str, *, at: datetime) -> None:
    """Write down that a user name was shut after too many wrong passwords."""
    _note_refused(AccountsEvent.SIGN_IN_LOCKED, username, step="password", at=at)


def _note_refused(event: Event, username: str, *, step: str, at: datetime) -> None:
    known = User.objects.filter(username=username.lower()).values_list("ref", flat=True).first()
    with transaction.atomic():
        record(event, item=known, actor=system_actor("sign-in"), at=at, step=step)


def note_second_factor_added(user_ref: Ref, *, kind: str, actor: Actor, at: datetime) -> None:
    """Write down that a user enrolled an app or a key."""
    with transaction.atomic():
        record(AccountsEvent.SECOND_FACTOR_ADDED, item=user_ref, actor=actor, at=at, kind=kind)


def note_second_factor_removed(user_ref: Ref, *, kind: str, actor: Actor, at: datetime) -> None:
    """Write down that a user gave up an app or a key."""
    with transaction.atomic():
        record(AccountsEvent.SECOND_FACTOR_REMOVED, item=user_ref, actor=actor, at=at, kind=kind)


def reset_second_factor(user_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Take every second factor of a user who lost theirs, and end where they are signed in.

    The next sign-in enrols a new one.
    """
    with transaction.atomic():
        user = present_user(user_ref)
        refuse_own(user_ref, actor)
        Authenticator.objects.filter(user_id=user.ref).delete()
        _end_sign_ins(user.ref)
        record(AccountsEvent.SECOND_FACTOR_REMOVED, item=user.ref, actor=actor, at=at, kind="all")


def _end_sign_ins(user_ref: Ref) -> None:
    """Whoever is in would enrol the new factor; only the password says that it is the person."""
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user_ref):
            session.delete()
