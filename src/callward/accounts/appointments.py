"""Roles, and what must be true before somebody gets one (S-11, S-15, K-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from callward.accounts.errors import (
    AgentCodeMisplacedError,
    AgentCodeTakenError,
    AppointedAlreadyError,
    AppointmentUnknownError,
    AssessmentMissingError,
    TrainingSpanError,
    UndertakingMissingError,
)
from callward.accounts.models import Appointment, Training, Undertaking
from callward.accounts.rules import is_usable_desk
from callward.accounts.states import AccountsEvent
from callward.accounts.users import present_user, refuse_own, refuse_own_end
from callward.audit.services import record
from callward.kernel.calendar import end_of_day, local_day

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from callward.accounts.rules import AgentDesk
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


def withdraw_appointment(appointment_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Take a role away from now on."""
    with transaction.atomic():
        appointment = Appointment.objects.filter(
            ref=appointment_ref, withdrawn_at__isnull=True
        ).first()
        if appointment is None:
            raise AppointmentUnknownError(ref=appointment_ref)
        refuse_own_end(appointment.user_id, actor)
        appointment.withdrawn_at = at
        appointment.withdrawn_by = str(actor)
        appointment.save(update_fields=["withdrawn_at", "withdrawn_by"])
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
