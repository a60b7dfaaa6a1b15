"""What this room does: draft, approve, publish, announce, verify."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.accounts.services import require_of
from callward.audit import services as audit
from callward.kernel.calendar import add_civil, local_day, parse_period, zone_named
from callward.kernel.references import new_ref
from callward.notices import selectors
from callward.notices.announcements import acknowledge
from callward.notices.approvals import approve, approve_after_delay, ask_approval, turn_down
from callward.notices.drafts import draft_policy, kinds_of, locked, preview, withdraw
from callward.notices.errors import NotPublishedError
from callward.notices.models import Review
from callward.notices.notice_archive import verify_archive
from callward.notices.publication import publish_due, what_blocks
from callward.notices.rules import successor
from callward.notices.states import NoticesCapability, NoticesEvent, NoticeVersionState
from callward.notices.values import ReviewDue
from callward.policy.vocabulary_notice import Reviewed

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref


def review(edition_ref: Ref, *, actor: Actor, at: datetime) -> None:
    """Note that somebody looked at what is published, and that it stays as it is."""
    with transaction.atomic():
        edition = locked(edition_ref)
        require_of(NoticesCapability.APPROVE_POLICY, actor, edition.controller_ref, at=at)
        if edition.state != NoticeVersionState.PUBLISHED:
            raise NotPublishedError(version=edition.version)
        Review.objects.create(
            ref=new_ref(at), edition=edition, reviewed_at=at, reviewed_by=str(actor)
        )
        audit.record(NoticesEvent.EDITION_REVIEWED, item=edition.ref, actor=actor, at=at)


def review_due(controller_ref: Ref, *, at: datetime) -> ReviewDue | None:
    """When the terms are to be looked at again; None where the policy names no such period."""
    current = selectors.current(controller_ref)
    policy = selectors.policy_of(current.ref)
    period = policy.review.get(Reviewed.RECORDING_TERMS)
    if period is None or current.published_at is None:
        return None
    rows = Review.objects.filter(edition=current.ref).order_by("-reviewed_at")
    last = rows.values_list("reviewed_at", flat=True).first() or current.published_at
    zone = zone_named(policy.timezone)
    due_on = add_civil(local_day(last, zone=zone), parse_period(period))
    overdue = local_day(at, zone=zone) > due_on
    return ReviewDue(last_looked_at=last, due_on=due_on, overdue=overdue)
