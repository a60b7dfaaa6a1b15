"""Signed source declarations: they stand in for the consent field that an export lacks (D-16)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.intake.errors import MalformedDeclarationError, NoSuchDeclarationError
from callward.intake.models import SourceDeclaration
from callward.intake.rules import Declared
from callward.intake.states import IntakeEvent
from callward.intake.values import DeclarationView
from callward.kernel.references import new_ref

if TYPE_CHECKING:
    from datetime import datetime

    from callward.calls.states import CallDirection
    from callward.kernel.actors import Actor
    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref

_LONGEST_GREETING = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeclaration:
    """What somebody of the controller signs about a source."""

    controller_ref: Ref
    system: str
    account: str  # "*" speaks for every account of the system
    line: PhoneNumber | None
    greeting: str
    directions: frozenset[CallDirection]
    begins_at: datetime
    ends_at: datetime | None = None


def declare_source(
    declaration: NewDeclaration, *, signed_by: Ref, actor: Actor, at: datetime
) -> DeclarationView:
    """Write down the signed word that a source's callers are told."""
    _refuse_malformed(declaration)
    row = SourceDeclaration(
        ref=new_ref(at),
        controller_ref=declaration.controller_ref,
        system=declaration.system,
        account=declaration.account,
        line=declaration.line.e164 if declaration.line else "",
        greeting=declaration.greeting,
        directions=" ".join(sorted(declaration.directions)),
        begins_at=declaration.begins_at,
        ends_at=declaration.ends_at,
        signed_by=signed_by,
        signed_at=at,
    )
    row.sha256 = _digest(row)
    with transaction.atomic():
        row.save(force_insert=True)
        audit.record(
            IntakeEvent.SOURCE_DECLARED, item=row.ref, actor=actor, at=at, signed_by=signed_by
        )
    return _view(row)


def withdraw_declaration(ref: Ref, *, actor: Actor, at: datetime) -> None:
    """End a declaration; what it vouched for stays."""
    with transaction.atomic():
        ended = SourceDeclaration.objects.filter(ref=ref, withdrawn_at=None).update(withdrawn_at=at)
        if not ended:
            raise NoSuchDeclarationError(ref=ref)
        audit.record(IntakeEvent.SOURCE_WITHDRAWN, item=ref, actor=actor, at=at)


def declared_by(controller_ref: Ref, *, at: datetime) -> tuple[Declared, ...]:
    """The signed words in force, newest first."""
    rows = SourceDeclaration.objects.filter(
        controller_ref=controller_ref, withdrawn_at=None, signed_at__lte=at
    ).order_by("-signed_at", "-ref")
    return tuple(
        Declared(
            ref=row.ref,
            system=row.system,
            account=row.account,
            line=row.line,
            directions=frozenset(row.directions.split()),
            begins_at=row.begins_at,
            ends_at=row.ends_at,
        )
        for row in rows
    )


def declarations(controller_ref: Ref) -> list[DeclarationView]:
    """Every source declaration of a controller, newest first."""
    rows = SourceDeclaration.objects.filter(controller_ref=controller_ref)
    return [_view(row) for row in rows.order_by("-signed_at", "-ref")]


def _refuse_malformed(declaration: NewDeclaration) -> None:
    ends_at = declaration.ends_at
    faults = {
        "system": not declaration.system or len(declaration.system) > 40,  # noqa: PLR2004  # column
        "account": not declaration.account or len(declaration.account) > 80,  # noqa: PLR2004  # column
        "greeting": not 0 < len(declaration.greeting.strip()) <= _LONGEST_GREETING,
        "directions": not declaration.directions,
        "until": ends_at is not None and ends_at <= declaration.begins_at,
    }
    for where, wrong in faults.items():
        if wrong:
            raise MalformedDeclarationError(where=where)


def _digest(row: SourceDeclaration) -> bytes:
    signed = {
        "controller": str(row.controller_ref),
        "system": row.system,
        "account": row.account,
        "line": row.line,
        "greeting": row.greeting,
        "directions": row.directions,
        "from": row.begins_at.isoformat(),
        "to": row.ends_at.isoformat() if row.ends_at else None,
        "signed_by": str(row.signed_by),
        "signed_at": row.signed_at.isoformat(),
    }
    return hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).digest()


def _view(row: SourceDeclaration) -> DeclarationView:
    return DeclarationView(
        ref=row.ref,
        controller_ref=row.controller_ref,
        system=row.system,
        account=row.account,
        line=row.line,
        greeting=row.greeting,
        directions=tuple(row.directions.split()),
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
        withdrawn_at=row.withdrawn_at,
        sha256=bytes(row.sha256).hex(),
    )
