"""Reading controllers and the policies they run by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import DateTimeField, OuterRef, Subquery, UUIDField

from callward.compiled_query import Question
from callward.controllers.errors import (
    ControllerNotFoundError,
    NoPolicyInForceError,
    PolicyNotFoundError,
)
from callward.controllers.models import Controller, PolicyRevision

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from callward.compiled_query import Given
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerView:
    """One legal entity as screens show it."""

    ref: Ref
    slug: str
    legal_name: str
    brand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """One activated policy as screens show it."""

    ref: Ref
    controller_ref: Ref
    number: int
    policy_id: str
    version: str
    effective_on: date
    in_force_from: datetime
    activated_at: datetime
    activated_by: str
    previous_id: str | None


def _view(row: Controller) -> ControllerView:
    return ControllerView(ref=row.ref, slug=row.slug, legal_name=row.legal_name, brand=row.brand)


def controller(slug_or_ref: str | Ref) -> ControllerView:
    """One controller; raises ControllerNotFoundError."""
    wanted = {"ref": slug_or_ref} if isinstance(slug_or_ref, UUID) else {"slug": slug_or_ref}
    row = Controller.objects.filter(**wanted).first()
    if row is None:
        raise ControllerNotFoundError(ref=slug_or_ref)
    return _view(row)


def controllers() -> list[ControllerView]:
    """Every controller, by slug."""
    return [_view(row) for row in Controller.objects.order_by("slug")]


def _line(controller_ref: Ref | Given | OuterRef) -> QuerySet[PolicyRevision]:
    return PolicyRevision.objects.filter(controller_id=controller_ref).order_by("-number")


def revisions(controller_ref: Ref) -> list[RevisionView]:
    """Every activated policy of a controller, the newest first."""
    rows = _line(controller_ref).select_related("previous").defer("source", "canonical")
    return [
        RevisionView(
            ref=row.ref,
            controller_ref=controller_ref,
            number=row.number,
            policy_id=row.policy_id,
            version=row.version,
            effective_on=row.effective_on,
            in_force_from=row.in_force_from,
            activated_at=row.activated_at,
            activated_by=row.activated_by,
            previous_id=row.previous.policy_id if row.previous else None,
        )
        for row in rows
    ]


_IN_FORCE = Question(
    lambda controller, at: (
        _line(controller).filter(in_force_from__lte=at).values_list("policy_id")[:1]
    ),
    controller=UUIDField(),
    at=DateTimeField(),
)


def policy_in_force(controller_ref: Ref, *, at: datetime) -> CompiledPolicy:
    """The policy that a controller runs by at an instant; raises NoPolicyInForceError."""
    row = _IN_FORCE.first(controller=controller_ref, at=at)
    if row is None:
        raise NoPolicyInForceError(ref=controller_ref)
    return policy(row[0])


def policy_id_in_force(controller_column: str, *, at: datetime | Given) -> Subquery:
    """The same as a part of another room's question; None when no policy is in force."""
    line = _line(OuterRef(controller_column)).filter(in_force_from__lte=at)
    return Subquery(line.values("policy_id")[:1])


@lru_cache(maxsize=256)
def policy(policy_id: str) -> CompiledPolicy:
    """One activated policy, compiled once per process; raises PolicyNotFoundError."""
    from callward.policy import from_canonical  # noqa: PLC0415  # many commands ask for no policy

    row = PolicyRevision.objects.filter(policy_id=policy_id).values_list("canonical").first()
    if row is None:
        raise PolicyNotFoundError(policy_id=policy_id)
    compiled = from_canonical(bytes(row[0]))
    if compiled.policy_id != policy_id:
        raise PolicyNotFoundError(policy_id=policy_id)
    return compiled


def source(policy_id: str) -> bytes:
    """The activated file, byte for byte; raises PolicyNotFoundError."""
    row = PolicyRevision.objects.filter(policy_id=policy_id).values_list("source").first()
    if row is None:
        raise PolicyNotFoundError(policy_id=policy_id)
    return bytes(row[0])
