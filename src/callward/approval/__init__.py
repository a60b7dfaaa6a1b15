"""What nobody does alone: asked for by one, and let happen by a second person or by the delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from callward.approval.errors import DelayRunningError, SamePersonError, SecondPersonError
from callward.kernel import calendar
from callward.kernel.actors import ActorKind
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from callward.kernel.actors import Actor
    from callward.policy.compiled import TwoPersonRule
    from callward.policy.vocabulary import Role


class TwoPersonAct(models.Model):
    """The fields of a row that an act of two people decides: who asked, and whose word it was."""

    asked_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=80, blank=True)
    passes_at = models.DateTimeField(null=True)  # under the policy's delay (D-19)
    officer_told_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_is_approved_by_a_second_person_or_a_task",
                condition=Q(approved_by="") | ~Q(approved_by=F("asked_by")),
            ),
        ]


def ask(
    act: TwoPersonAct, *, rule: TwoPersonRule, zone: ZoneInfo, actor: Actor, at: datetime
) -> str:
    """Note who asks and begin the policy's delay; tells whether the officer is told of it."""
    act.asked_at, act.asked_by = at, str(actor)
    act.passes_at = None if rule.delay is None else calendar.deadline_end(at, rule.delay, zone=zone)
    act.officer_told_at = None if act.passes_at is None else at
    return "not-needed" if act.officer_told_at is None else "told"


def turn_down(act: TwoPersonAct) -> None:
    """Let go of what was asked for."""
    act.asked_at = act.passes_at = act.officer_told_at = None
    act.asked_by = ""


def approve(
    act: TwoPersonAct,
    *,
    named: object,
    rule: TwoPersonRule,
    roles_of: Callable[..., Container[Role]],
    actor: Actor,
    delay_passed: Actor,
    at: datetime,
) -> Actor:
    """Note whose word lets it happen and tell it: the delay's when it has passed, else a second's.

    `roles_of` tells the roles of a user, and refuses whoever may not approve at all.
    """
    passed = act.passes_at is not None and act.passes_at <= at
    if not passed:
        _refuse_second(act, actor, named=named, rule=rule, roles_of=roles_of)
    approver = delay_passed if passed else actor
    act.approved_at, act.approved_by = at, str(approver)
    return approver


def _refuse_second(
    act: TwoPersonAct,
    actor: Actor,
    *,
    named: object,
    rule: TwoPersonRule,
    roles_of: Callable[..., Container[Role]],
) -> None:
    if rule.second is None:
        day = "-" if act.passes_at is None else f"{act.passes_at:%Y-%m-%d %H:%M} UTC"
        raise DelayRunningError(**{"ref": named, "from": day})
    if str(actor) == act.asked_by:
        raise SamePersonError(ref=named)
    person = actor.kind is ActorKind.USER
    if not person or rule.second not in roles_of(user_ref=parse_ref(actor.ref)):
        raise SecondPersonError(ref=named, role=str(rule.second))
