"""Two people, or the policy's delay and a notice to the officer, stand behind each version."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from callward import approval
from callward.accounts.services import require, require_of
from callward.approval.errors import NotAskedError
from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.controllers.errors import PolicyLintError
from callward.kernel.actors import system_actor
from callward.kernel.calendar import local_day
from callward.kernel.errors import CallwardError
from callward.notices import rules
from callward.notices.announcements import announce
from callward.notices.drafts import locked, note_blocked, refuse_unfit
from callward.notices.errors import (
    NotADraftError,
    NoticeTooShortError,
    OneAtATimeError,
)
from callward.notices.models import NoticeVersion
from callward.notices.notice_archive import archive, render_all
from callward.notices.selectors import edition_view
from callward.notices.states import OPEN, NoticesCapability, NoticesEvent, NoticeVersionState
from callward.policy import compile_policy, lint, load
from callward.policy.change import changes_between

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView
    from callward.policy import Policy

_DELAY_PASSED = system_actor("notices.delay-passed")


def ask_approval(edition_ref: Ref, *, actor: Actor, at: datetime) -> NoticeVersionView:
    """Ask a second person to approve a draft, or start the policy's delay (D-19)."""
    with transaction.atomic():
        edition = locked(edition_ref)
        require_of(NoticesCapability.MANAGE_POLICY, actor, edition.controller_ref, at=at)
        if edition.state != NoticeVersionState.DRAFT:
            raise NotADraftError(version=edition.version)
        _refuse_second_in_line(edition)
        policy = _fit(edition, at=at)
        _refuse_too_short(edition, policy, at=at)
        for _written in render_all(policy):
            pass  # what cannot be written must not be found out on the day of its approval
        in_force = controllers.policy_in_force(edition.controller_ref, at=at)
        edition.state = NoticeVersionState.ASKED
        officer = approval.ask(
            edition, rule=in_force.two_person, zone=in_force.zone, actor=actor, at=at
        )
        edition.save()
        audit.record(
            NoticesEvent.EDITION_APPROVAL_ASKED,
            item=edition.ref,
            actor=actor,
            at=at,
            officer=officer,
        )
    return edition_view(edition)


def _refuse_second_in_line(edition: NoticeVersion) -> None:
    waiting = NoticeVersion.objects.filter(
        controller_ref=edition.controller_ref, state__in=OPEN
    ).first()
    if waiting is not None:
        raise OneAtATimeError(version=waiting.version)


def _fit(edition: NoticeVersion, *, at: datetime) -> Policy:
    """The policy of a version: lint has nothing against it, and it follows what is in force."""
    policy = load(bytes(edition.source))
    compiled = compile_policy(policy)
    refuse_unfit(edition.controller_ref, compiled, at=at)
    findings = lint(policy, on=local_day(at, zone=compiled.zone))
    refusing = [finding for finding in findings if finding.refuses]
    if refusing:
        raise PolicyLintError(count=len(refusing), first=refusing[0].code)
    return policy


def _refuse_too_short(edition: NoticeVersion, policy: Policy, *, at: datetime) -> None:
    """Art. 13(3): what needs notice may not take effect before people had their days."""
    in_force = controllers.policy_in_force(edition.controller_ref, at=at)
    before = load(controllers.source(in_force.policy_id))
    if not any(change.needs_notice for change in changes_between(before, policy)):
        return
    days = before.change.notice_days
    earliest = rules.earliest_effective(at, notice_days=days, zone=in_force.zone)
    if edition.effective_on < earliest:
        raise NoticeTooShortError(version=edition.version, days=days, earliest=earliest)


def turn_down(edition_ref: Ref, *, actor: Actor, at: datetime) -> NoticeVersionView:
    """Send an asked version back to be a draft; the officer may, and so may a second person."""
    with transaction.atomic():
        edition = _asked(edition_ref)
        require_of(NoticesCapability.APPROVE_POLICY, actor, edition.controller_ref, at=at)
        edition.state = NoticeVersionState.DRAFT
        approval.turn_down(edition)
        edition.save()
        audit.record(NoticesEvent.EDITION_TURNED_DOWN, item=edition.ref, actor=actor, at=at)
    return edition_view(edition)


def approve(edition_ref: Ref, *, actor: Actor, at: datetime) -> NoticeVersionView:
    """Stand behind a version that somebody else asked for: it is archived, announced, and waits."""
    with transaction.atomic():
        edition = _asked(edition_ref)
        return _approved(edition, actor=actor, at=at)


def _asked(edition_ref: Ref) -> NoticeVersion:
    edition = locked(edition_ref)
    if edition.state != NoticeVersionState.ASKED:
        raise NotAskedError(ref=edition.version)
    return edition


def _approver(edition: NoticeVersion, actor: Actor, *, at: datetime) -> Actor:
    return approval.approve(
        edition,
        named=edition.version,
        rule=controllers.policy_in_force(edition.controller_ref, at=at).two_person,
        roles_of=partial(
            require, NoticesCapability.APPROVE_POLICY, controller_ref=edition.controller_ref, at=at
        ),
        actor=actor,
        delay_passed=_DELAY_PASSED,
        at=at,
    )


def _approved(edition: NoticeVersion, *, actor: Actor, at: datetime) -> NoticeVersionView:
    approver = _approver(edition, actor, at=at)
    policy = _fit(edition, at=at)
    zone = compile_policy(policy).zone
    edition.state, edition.blocked_by = NoticeVersionState.APPROVED, ""
    edition.publish_at = rules.publish_instant(edition.effective_on, approved_at=at, zone=zone)
    edition.announced_until = rules.announced_until(
        edition.effective_on, notice_days=policy.change.notice_days
    )
    edition.save()
    kept = archive(edition, policy, at=at)
    announce(edition, policy, at=at)
    audit.record(
        NoticesEvent.EDITION_APPROVED,
        item=edition.ref,
        actor=approver,
        at=at,
        policy=edition.policy_id,
        effective=edition.effective_on,
        documents=kept,
    )
    return edition_view(edition)


def approve_after_delay(at: datetime) -> int:
    """Approve every version whose delay has passed without the officer turning it down (D-19)."""
    waiting = NoticeVersion.objects.filter(state=NoticeVersionState.ASKED, passes_at__lte=at)
    refs = list(waiting.values_list("ref", flat=True))
    return sum(_passed(ref, at=at) for ref in refs)


def _passed(edition_ref: Ref, *, at: datetime) -> bool:
    try:
        approve(edition_ref, actor=_DELAY_PASSED, at=at)
    except CallwardError as error:  # what stood in order when it was asked for does so no more
        note_blocked(edition_ref, (error.code,), at=at)
        return False
    return True
