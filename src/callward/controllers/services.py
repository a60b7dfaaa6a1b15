"""Adding controllers and activating their policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors
from callward.controllers.errors import (
    ControllerKnownError,
    ControllerNotFoundError,
    PolicyChainError,
    PolicyKnownError,
    PolicyLintError,
    PolicyOfAnotherError,
)
from callward.controllers.models import Controller, PolicyRevision
from callward.controllers.states import ControllersEvent
from callward.kernel.calendar import local_day, start_of_day
from callward.kernel.references import new_ref
from callward.policy import CompiledPolicy, compile_policy, lint, load

if TYPE_CHECKING:
    from datetime import datetime

    from callward.controllers.selectors import ControllerView, RevisionView
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


def add_controller(toml: bytes, *, actor: Actor, at: datetime) -> ControllerView:
    """Take up a controller with its first policy, in force since its effective date."""
    policy = _acceptable(toml, at=at)
    with transaction.atomic():
        if Controller.objects.filter(slug=policy.controller).exists():
            raise ControllerKnownError(slug=policy.controller)
        controller = Controller.objects.create(
            ref=new_ref(at),
            slug=policy.controller,
            legal_name=policy.legal_name,
            brand=policy.brand,
            added_at=at,
        )
        audit.record(
            ControllersEvent.CONTROLLER_ADDED,
            item=controller.ref,
            actor=actor,
            at=at,
            controller=controller.ref,
        )
        _keep(controller, policy, toml, after=None, actor=actor, at=at)
    return selectors.controller(controller.ref)


def activate_policy(
    controller_ref: Ref, toml: bytes, *, actor: Actor, at: datetime
) -> RevisionView:
    """Put the next revision into force, from its effective date but never in the past."""
    policy = _acceptable(toml, at=at)
    with transaction.atomic():
        controller = Controller.objects.select_for_update().filter(ref=controller_ref).first()
        if controller is None:
            raise ControllerNotFoundError(ref=controller_ref)
        if policy.controller != controller.slug:
            raise PolicyOfAnotherError(found=policy.controller, wanted=controller.slug)
        latest = controller.revisions.order_by("-number").first()
        _refuse_broken_chain(controller, policy, latest)
        _keep(controller, policy, toml, after=latest, actor=actor, at=at)
        controller.legal_name, controller.brand = policy.legal_name, policy.brand
        controller.save(update_fields=["legal_name", "brand"])
    return selectors.revisions(controller_ref)[0]


def _refuse_broken_chain(
    controller: Controller, policy: CompiledPolicy, latest: PolicyRevision | None
) -> None:
    if controller.revisions.filter(policy_id=policy.policy_id).exists():
        raise PolicyKnownError(policy_id=policy.policy_id)
    if latest is not None and policy.previous != latest.policy_id:
        raise PolicyChainError(found=policy.previous or "-", wanted=latest.policy_id)


def _acceptable(toml: bytes, *, at: datetime) -> CompiledPolicy:
    policy = load(toml)
    compiled = compile_policy(policy)
    findings = lint(policy, on=local_day(at, zone=compiled.zone))
    refusing = [finding for finding in findings if finding.refuses]
    if refusing:
        raise PolicyLintError(count=len(refusing), first=refusing[0].code)
    return compiled


def _keep(  # what is archived together is named together
    controller: Controller,
    policy: CompiledPolicy,
    toml: bytes,
    *,
    after: PolicyRevision | None,
    actor: Actor,
    at: datetime,
) -> None:
    effective = start_of_day(policy.effective, zone=policy.zone)
    revision = PolicyRevision.objects.create(
        ref=new_ref(at),
        controller=controller,
        number=after.number + 1 if after else 1,
        policy_id=policy.policy_id,
        source=toml,
        canonical=policy.canonical,
        version=policy.version,
        effective_on=policy.effective,
        in_force_from=max(effective, at) if after else effective,
        activated_at=at,
        activated_by=str(actor),
        previous=after,
    )
    audit.record(
        ControllersEvent.POLICY_ACTIVATED,
        item=revision.ref,
        actor=actor,
        at=at,
        controller=controller.ref,
        policy=policy.policy_id,
        effective=policy.effective,
    )
