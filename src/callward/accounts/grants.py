"""Roles, grants to hear recordings, and tokens of machines (S-11, S-15, K-11)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import BinaryField, DateTimeField

from callward.accounts import rules, selectors
from callward.accounts.errors import (
    AccountsError,
    AgentCodeMisplacedError,
    AgentCodeTakenError,
    AppointedAlreadyError,
    AppointmentUnknownError,
    AssessmentMissingError,
    CapabilityMissingError,
    GrantSpanError,
    GrantUnknownError,
    TokenLabelError,
    TokenRefusedError,
    TokenUnknownError,
    TrainingSpanError,
    UndertakingMissingError,
)
from callward.accounts.models import ApiToken, Appointment, Grant, Training, Undertaking
from callward.accounts.rules import is_usable_desk
from callward.accounts.states import AccountsEvent
from callward.accounts.users import present_user, refuse_own, refuse_own_end
from callward.audit.services import record
from callward.compiled_query import Question, columns_of, row_of
from callward.kernel.actors import ActorKind
from callward.kernel.calendar import end_of_day, local_day
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from callward.accounts.rules import AgentDesk
    from callward.accounts.states import Capability
    from callward.audit.states import Event
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy.vocabulary import Role


def sign_undertaking(user_ref: Ref, *, controller_ref: Ref, actor: Actor, at: datetime) -> Ref:
    """Keep that a user signed confidentiality towards a controller."""
    with transaction.atomic():
        user = present_user(user_ref)
        undertaking = Undertaking.objects.create(
            user=user, controller_ref=controller_ref, signed_at=at, recorded_by=str(actor)
        )
        record(
            AccountsEvent.UNDERTAKING_SIGNED,
            item=user.ref,
            actor=actor,
            at=at,
            controller=controller_ref,
        )
    return undertaking.ref


def appoint(
    user_ref: Ref,
    role: Role,
    *,
    controller_ref: Ref,
    assessed_at: datetime | None,
    assessed_by: Actor | None,
    actor: Actor,
    at: datetime,
    desk: AgentDesk | None = None,
) -> Ref:
    """Give a role after an assessment fitted to the duties and a signed undertaking (S-15)."""
    with transaction.atomic():
        user = present_user(user_ref)
        if assessed_at is None or assessed_by is None or assessed_at > at:
            raise AssessmentMissingError(role=role)
        refuse_own(user_ref, actor)
        refuse_own(user_ref, assessed_by)
        _refuse_unsigned(user_ref, controller_ref=controller_ref, at=at)
        _refuse_desk(desk, role, controller_ref=controller_ref, at=at)
        appointment = Appointment(
            user=user,
            controller_ref=controller_ref,
            role=role,
            agent_code=desk.code if desk else "",
            agent_code_since=desk.since if desk else None,
            assessed_at=assessed_at,
            assessed_by=str(assessed_by),
            appointed_at=at,
            appointed_by=str(actor),
        )
        _insert(appointment, role)
        _write_down(AccountsEvent.APPOINTMENT_MADE, appointment, actor=actor, at=at)
    return appointment.ref


def _refuse_unsigned(user_ref: Ref, *, controller_ref: Ref, at: datetime) -> None:
    signed = Undertaking.objects.filter(
        user_id=user_ref, controller_ref=controller_ref, signed_at__lte=at
    )
    if not signed.exists():
        raise UndertakingMissingError


def _refuse_desk(desk: AgentDesk | None, role: Role, *, controller_ref: Ref, at: datetime) -> None:
    if desk is None:
        return
    if not is_usable_desk(desk, role=role, at=at):
        raise AgentCodeMisplacedError
    if Appointment.objects.filter(
        controller_ref=controller_ref, agent_code=desk.code, withdrawn_at__isnull=True
    ).exists():
        raise AgentCodeTakenError


def _insert(appointment: Appointment, role: Role) -> None:
    try:
        with transaction.atomic():
            appointment.save(force_insert=True)
    except IntegrityError as error:
        raise AppointedAlreadyError(role=role) from error


def _ended(
    given: type[_Given], unknown: AccountsError, ref: Ref, *, actor: Actor, at: datetime
) -> _Given:
    """Take back what still stands."""
    row = given.objects.filter(ref=ref, withdrawn_at__isnull=True).first()
    if row is None:
        raise unknown
    row.withdrawn_at, row.withdrawn_by = at, str(actor)
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return row


def withdraw_appointment(appointment_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Take a role away from now on."""
    with transaction.atomic():
        unknown = AppointmentUnknownError(ref=appointment_ref)
        appointment = _ended(Appointment, unknown, appointment_ref, actor=actor, at=at)
        refuse_own_end(appointment.user_id, actor)
        _write_down(AccountsEvent.APPOINTMENT_ENDED, appointment, actor=actor, at=at)


def _write_down(event: Event, appointment: Appointment, *, actor: Actor, at: datetime) -> None:
    record(
        event,
        item=appointment.user_id,
        actor=actor,
        at=at,
        controller=appointment.controller_ref,
        role=str(appointment.role),
    )


def record_training(
    user_ref: Ref,
    *,
    controller_ref: Ref,
    subject: str,
    done_on: date,
    due_on: date,
    zone: ZoneInfo,
    actor: Actor,
    at: datetime,
) -> Ref:
    """Keep that a user was trained; it counts through the end of `due_on` in the zone."""
    if done_on > local_day(at, zone=zone) or due_on <= done_on:
        raise TrainingSpanError
    with transaction.atomic():
        user = present_user(user_ref)
        training = Training.objects.create(
            user=user,
            controller_ref=controller_ref,
            subject=subject,
            done_on=done_on,
            due_on=due_on,
            lapses_at=end_of_day(due_on, zone=zone),
            recorded_by=str(actor),
        )
        record(
            AccountsEvent.TRAINING_RECORDED,
            item=user.ref,
            actor=actor,
            at=at,
            controller=controller_ref,
        )
    return training.ref


_TOKEN_BYTES = 32
_Given = TypeVar("_Given", Appointment, Grant, ApiToken)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """A token as it is shown this once; only its digest is kept."""

    ref: Ref
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """Who may hear what, for which purpose, from when until when, and why; None means all."""

    user_ref: Ref
    controller_ref: Ref
    purpose: str
    recording_ref: Ref | None
    begins_at: datetime
    ends_at: datetime
    reason: str


def require(
    capability: Capability, *, user_ref: Ref, controller_ref: Ref, at: datetime
) -> frozenset[Role]:
    """Tell the user's standing roles at this controller; refuses unless one allows the act."""
    roles = selectors.roles_of(user_ref, controller_ref, at=at)
    if capability not in rules.capabilities_of_all(roles):
        raise CapabilityMissingError(capability=capability)
    return roles


def require_of(capability: Capability, actor: Actor, controller_ref: Ref, *, at: datetime) -> None:
    """Refuse a user without the capability; commands of the root key's owner may."""
    if actor.kind is ActorKind.USER:
        require(capability, user_ref=parse_ref(actor.ref), controller_ref=controller_ref, at=at)


def give_grant(new: NewGrant, *, actor: Actor, at: datetime) -> Ref:
    """Let a named user hear one recording, or all, for one purpose until an end."""
    if new.ends_at <= new.begins_at or new.ends_at <= at:
        raise GrantSpanError
    refuse_own(new.user_ref, actor)
    with transaction.atomic():
        user = present_user(new.user_ref)
        grant = Grant.objects.create(
            user=user,
            controller_ref=new.controller_ref,
            purpose=new.purpose,
            recording_ref=new.recording_ref,
            begins_at=new.begins_at,
            ends_at=new.ends_at,
            given_by=str(actor),
            reason=new.reason,
        )
        record(
            AccountsEvent.GRANT_GIVEN,
            item=user.ref,
            actor=actor,
            at=at,
            controller=new.controller_ref,
            grant=grant.ref,
            purpose=new.purpose,
        )
    return grant.ref


def withdraw_grant(grant_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """End a grant before its end."""
    with transaction.atomic():
        unknown = GrantUnknownError(ref=grant_ref)
        grant = _ended(Grant, unknown, grant_ref, actor=actor, at=at)
        record(
            AccountsEvent.GRANT_WITHDRAWN,
            item=grant.user_id,
            actor=actor,
            at=at,
            controller=grant.controller_ref,
            grant=grant.ref,
        )


def issue_token(
    *,
    controller_ref: Ref,
    label: str,
    capability: Capability,
    ends_at: datetime,
    actor: Actor,
    at: datetime,
) -> IssuedToken:
    """Give a machine the right to do one thing for one controller until an end."""
    if ends_at <= at:
        raise GrantSpanError
    if not rules.is_usable_label(label):
        raise TokenLabelError
    token = "cw_" + secrets.token_urlsafe(_TOKEN_BYTES)
    with transaction.atomic():
        row = ApiToken.objects.create(
            controller_ref=controller_ref,
            label=label,
            capability=capability,
            digest=_digest(token),
            issued_at=at,
            issued_by=str(actor),
            ends_at=ends_at,
        )
        record(
            AccountsEvent.TOKEN_ISSUED,
            item=row.ref,
            actor=actor,
            at=at,
            controller=controller_ref,
            capability=capability.value,
        )
    return IssuedToken(ref=row.ref, token=token)


def withdraw_token(token_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """End a machine's right at once."""
    with transaction.atomic():
        row = _ended(ApiToken, TokenUnknownError(ref=token_ref), token_ref, actor=actor, at=at)
        record(
            AccountsEvent.TOKEN_WITHDRAWN,
            item=row.ref,
            actor=actor,
            at=at,
            controller=row.controller_ref,
        )


_TOKEN_COLUMNS = columns_of(ApiToken)
_TOKEN = Question(
    lambda digest, at: ApiToken.objects.filter(digest=digest, ends_at__gt=at).values_list(
        *_TOKEN_COLUMNS
    ),
    digest=BinaryField(),
    at=DateTimeField(),
)


def token_bearer(token: str, *, at: datetime) -> selectors.TokenView:
    """Tell what the machine with this token may do; raises TokenRefusedError."""
    found = _TOKEN.first(digest=_digest(token), at=at)
    row = None if found is None else row_of(ApiToken, _TOKEN_COLUMNS, found)
    if row is None or row.withdrawn_at is not None:
        raise TokenRefusedError
    return selectors.token_view(row)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
