"""A revision of the policy before anybody approves it: drafted, looked at, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward import texts
from callward.accounts.services import require_of
from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.controllers.errors import PolicyChainError, PolicyKnownError, PolicyOfAnotherError
from callward.kernel.actors import system_actor
from callward.kernel.references import new_ref
from callward.notices import rules, selectors
from callward.notices.archived_notice import NoticeText, read_notice
from callward.notices.errors import (
    AlreadyPublishedError,
    NotADraftError,
    NoticeNotFoundError,
    NoticeVersionNotFoundError,
    VersionTakenError,
)
from callward.notices.models import NoticeVersion
from callward.notices.notice_archive import render
from callward.notices.selectors import edition_view
from callward.notices.states import PUBLIC, NoticesCapability, NoticesEvent, NoticeVersionState
from callward.policy import compile_policy, load
from callward.texts import LANGUAGES
from callward.texts.states import Format, NoticeKind

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView
    from callward.policy import CompiledPolicy


def draft_policy(
    controller_ref: Ref, toml: bytes, *, actor: Actor, at: datetime
) -> NoticeVersionView:
    """Keep a revision as a draft; lint may still have much to say about it."""
    require_of(NoticesCapability.MANAGE_POLICY, actor, controller_ref, at=at)
    policy = compile_policy(load(toml))
    with transaction.atomic():
        refuse_unfit(controller_ref, policy, at=at)
        edition = NoticeVersion.objects.create(
            ref=new_ref(at),
            controller_ref=controller_ref,
            policy_id=policy.policy_id,
            version=policy.version,
            label=policy.version,
            effective_on=policy.effective,
            languages=" ".join(rules.in_order(policy.languages, LANGUAGES)),
            source=toml,
            state=NoticeVersionState.DRAFT,
            drafted_at=at,
            drafted_by=str(actor),
        )
        audit.record(
            NoticesEvent.EDITION_DRAFTED,
            item=edition.ref,
            actor=actor,
            at=at,
            policy=policy.policy_id,
        )
    return edition_view(edition)


def refuse_unfit(controller_ref: Ref, policy: CompiledPolicy, *, at: datetime) -> None:
    """Refuse a revision that could never follow what is in force."""
    slug = controllers.controller(controller_ref).slug
    if policy.controller != slug:
        raise PolicyOfAnotherError(found=policy.controller, wanted=slug)
    in_force = controllers.policy_in_force(controller_ref, at=at)
    if policy.policy_id in {one.policy_id for one in controllers.revisions(controller_ref)}:
        raise PolicyKnownError(policy_id=policy.policy_id)
    if policy.previous != in_force.policy_id:
        raise PolicyChainError(found=policy.previous or "-", wanted=in_force.policy_id)
    taken = NoticeVersion.objects.filter(controller_ref=controller_ref, label=policy.version)
    if taken.filter(state__in=PUBLIC).exists() or policy.version == in_force.version:
        raise VersionTakenError(version=policy.version)


def kinds_of(edition_ref: Ref) -> tuple[NoticeKind, ...]:
    """Which notices a version has, or would have."""
    return texts.kinds_of(selectors.policy_of(edition_ref))


def preview(edition_ref: Ref, *, kind: str, language: str) -> NoticeText:
    """How a notice of a draft would read; nothing is kept."""
    policy = selectors.policy_of(edition_ref)
    if kind not in kinds_of(edition_ref):
        raise NoticeNotFoundError(ref=kind[:40])
    found = NoticeKind(kind)
    return read_notice(render(policy, kind=found, language=language, form=Format.JSON))


def withdraw(edition_ref: Ref, *, actor: Actor, at: datetime) -> NoticeVersionView:
    """Let go of a version that is not published; what was approved stays in the archive."""
    with transaction.atomic():
        edition = locked(edition_ref)
        require_of(NoticesCapability.MANAGE_POLICY, actor, edition.controller_ref, at=at)
        if edition.state == NoticeVersionState.PUBLISHED:
            raise AlreadyPublishedError(version=edition.version)
        if edition.state == NoticeVersionState.WITHDRAWN:
            raise NotADraftError(version=edition.version)
        edition.state = NoticeVersionState.WITHDRAWN
        edition.withdrawn_at, edition.withdrawn_by = at, str(actor)
        edition.save()
        audit.record(NoticesEvent.EDITION_WITHDRAWN, item=edition.ref, actor=actor, at=at)
    return edition_view(edition)


def locked(edition_ref: Ref) -> NoticeVersion:
    """One version, locked for a change; raises EditionNotFoundError."""
    edition = NoticeVersion.objects.select_for_update().filter(ref=edition_ref).first()
    if edition is None:
        raise NoticeVersionNotFoundError(ref=edition_ref)
    return edition


def note_blocked(edition_ref: Ref, codes: tuple[str, ...], *, at: datetime) -> None:
    """Write down once what stands in the way, so that the officer reads it."""
    said = " ".join(sorted(codes))
    with transaction.atomic():
        edition = locked(edition_ref)
        if edition.blocked_by == said:
            return
        edition.blocked_by = said
        edition.save(update_fields=["blocked_by"])
        audit.record(
            NoticesEvent.EDITION_BLOCKED,
            item=edition.ref,
            actor=system_actor("notices.publish"),
            at=at,
            reason=min(codes),
            checks=len(codes),
        )
