"""Where a change has to be announced, and who saw to it (I-18, S-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.accounts.errors import CapabilityMissingError
from callward.accounts.services import require_of
from callward.audit import services as audit
from callward.kernel.references import new_ref
from callward.notices.errors import AnnouncementNotFoundError
from callward.notices.models import Announcement
from callward.notices.selectors import announcement_view
from callward.notices.states import NoticesCapability, NoticesEvent
from callward.policy.vocabulary import AnnounceChange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.notices.models import NoticeVersion
    from callward.notices.values import AnnouncementView
    from callward.policy import Policy


def announce(edition: NoticeVersion, policy: Policy, *, at: datetime) -> None:
    """Write down every place that has to tell people, inside the caller's transaction.

    The portal's own banner needs nobody; a site and an office each need somebody to see to it.
    """
    Announcement.objects.bulk_create(
        Announcement(ref=new_ref(at), edition=edition, channel=channel, place=place, made_at=at)
        for channel, place in _places(policy)
    )


def _places(policy: Policy) -> Iterator[tuple[AnnounceChange, str]]:
    wanted = policy.change.announce
    if AnnounceChange.SITE in wanted:
        yield from ((AnnounceChange.SITE, site.name) for site in policy.controller.site)
    if AnnounceChange.OFFICES in wanted:
        yield from ((AnnounceChange.OFFICES, office.name) for office in policy.controller.office)


def acknowledge(announcement_ref: Ref, *, actor: Actor, at: datetime) -> AnnouncementView:
    """Note that a place tells people now: the poster hangs, the site shows the change."""
    with transaction.atomic():
        rows = Announcement.objects.select_for_update().select_related("edition")
        found = rows.filter(ref=announcement_ref).first()
        if found is None:
            raise AnnouncementNotFoundError(ref=announcement_ref)
        _require_any(actor, found.edition.controller_ref, at=at)
        if found.acknowledged_at is None:
            found.acknowledged_at, found.acknowledged_by = at, str(actor)
            found.save()
            audit.record(
                NoticesEvent.ANNOUNCEMENT_ACKNOWLEDGED,
                item=found.edition.ref,
                actor=actor,
                at=at,
                channel=found.channel,
            )
    return announcement_view(found)


def _require_any(actor: Actor, controller_ref: Ref, *, at: datetime) -> None:
    """Who writes the policy sees to it that people are told, and so does who approves it."""
    try:
        require_of(NoticesCapability.APPROVE_POLICY, actor, controller_ref, at=at)
    except CapabilityMissingError:
        require_of(NoticesCapability.MANAGE_POLICY, actor, controller_ref, at=at)
