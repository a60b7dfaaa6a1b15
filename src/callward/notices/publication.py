"""Publishing: policy and notices take effect together, on their day and never half.

The same policy in new words is what an upgrade of Callward changes in published notices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers, services as activating
from callward.controllers.errors import ControllersError
from callward.kernel.actors import system_actor
from callward.kernel.calendar import local_day, zone_named
from callward.kernel.references import new_ref
from callward.notices import rules, selectors
from callward.notices.announcements import announce
from callward.notices.drafts import locked, note_blocked
from callward.notices.models import LastCheck, NoticeVersion
from callward.notices.notice_archive import archive, drifted, is_whole
from callward.notices.selectors import checks_of, edition_view
from callward.notices.states import NoticesEvent, NoticeVersionState
from callward.policy import load
from callward.texts import LANGUAGES
from callward.texts.states import CheckName, Probe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from callward.controllers.selectors import RevisionView
    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView
    from callward.policy import Policy

_REWORDED = system_actor("notices.reworded")
# Our words cannot change while a process runs, so each version is compared once in its life.
_compared: set[Ref] = set()
_PUBLISHER = system_actor("notices.publish")


def publish_due(at: datetime, *, controller_ref: Ref | None = None) -> list[NoticeVersionView]:
    """Publish what is in force or whose day has come; a red or stale check blocks it."""
    known = [controller_ref] if controller_ref else [one.ref for one in controllers.controllers()]
    return [edition for ref in known for edition in _publish_of(ref, at=at)]


def what_blocks(at: datetime, *, controller_ref: Ref | None = None) -> tuple[str, ...]:
    """The checks that keep something from being published that is due."""
    known = [controller_ref] if controller_ref else [one.ref for one in controllers.controllers()]
    stopped = [ref for ref in known if _unpublished(ref, at=at) or _due(ref, at=at)]
    return tuple(sorted({code for ref in stopped for code in what_blocks_now(ref, at=at)}))


def _publish_of(controller_ref: Ref, *, at: datetime) -> list[NoticeVersionView]:
    in_force = _unpublished(controller_ref, at=at)
    due = _due(controller_ref, at=at)
    anew = _reissue(controller_ref, at=at)
    if not in_force and due is None:
        return anew
    blocked = what_blocks_now(controller_ref, at=at)
    if blocked:
        if due is not None:
            note_blocked(due, blocked, at=at)
        return anew
    found = [*anew, *(_publish_revision(revision, at=at) for revision in in_force)]
    published = None if due is None else _publish_edition(due, at=at)
    return found if published is None else [*found, published]


def what_blocks_now(controller_ref: Ref, *, at: datetime) -> tuple[str, ...]:
    """The checks that forbid to publish; what is published was compared by ourselves just now."""
    blocked = selectors.blocking(controller_ref, at=at)
    if not is_compared(controller_ref):
        return blocked
    return tuple(code for code in blocked if code != Probe.NOTICES_MATCH)


def _reissue(controller_ref: Ref, *, at: datetime) -> list[NoticeVersionView]:
    """Publish the same policy again where our own words have changed with a new Callward."""
    before = outdated(controller_ref)
    if before is None or {*selectors.blocking(controller_ref, at=at)} - {Probe.NOTICES_MATCH}:
        return []
    policy = load(bytes(before.source))
    with transaction.atomic():
        edition = copy_of(before, policy, at=at)
        _take_place(edition, at=at)
        archive(edition, policy, at=at)
        announce(edition, policy, at=at)
        audit.record(
            NoticesEvent.EDITION_REWORDED,
            item=edition.ref,
            actor=_PUBLISHER,
            at=at,
            policy=edition.policy_id,
        )
    note_compared(edition)
    return [edition_view(edition)]


def _unpublished(controller_ref: Ref, *, at: datetime) -> list[RevisionView]:
    """Revisions in force that came past this room: a controller's first, or one by command."""
    rows = NoticeVersion.objects.filter(
        controller_ref=controller_ref, state=NoticeVersionState.PUBLISHED
    )
    published = set(rows.values_list("policy_id", flat=True))
    return [
        revision
        for revision in reversed(controllers.revisions(controller_ref))
        if revision.policy_id not in published and revision.in_force_from <= at
    ]


def _due(controller_ref: Ref, *, at: datetime) -> Ref | None:
    waiting = NoticeVersion.objects.filter(
        controller_ref=controller_ref, state=NoticeVersionState.APPROVED, publish_at__lte=at
    )
    return waiting.values_list("ref", flat=True).first()


def _publish_revision(revision: RevisionView, *, at: datetime) -> NoticeVersionView:
    source = controllers.source(revision.policy_id)
    policy = load(source)
    with transaction.atomic():
        edition = _edition_of(revision, policy, source, at=at)
        _take_place(edition, at=at)
        archive(edition, policy, at=at)
        if revision.previous_id is not None:
            announce(edition, policy, at=at)
    return edition_view(edition)


def _edition_of(
    revision: RevisionView, policy: Policy, source: bytes, *, at: datetime
) -> NoticeVersion:
    return NoticeVersion(
        ref=new_ref(at),
        controller_ref=revision.controller_ref,
        policy_id=revision.policy_id,
        version=revision.version,
        label=_free_label(revision),
        effective_on=revision.effective_on,
        languages=" ".join(rules.in_order(policy.languages, LANGUAGES)),
        source=source,
        drafted_at=at,
        drafted_by=revision.activated_by,
        approved_at=revision.activated_at,
        approved_by=revision.activated_by,
        publish_at=revision.in_force_from,
        announced_until=rules.announced_until(
            revision.effective_on, notice_days=policy.change.notice_days
        ),
    )


def _free_label(revision: RevisionView) -> str:
    rows = NoticeVersion.objects.filter(
        controller_ref=revision.controller_ref, label=revision.version
    )
    taken = rows.exclude(
        state__in=[NoticeVersionState.DRAFT, NoticeVersionState.WITHDRAWN]
    ).exists()
    return f"{revision.version}-{revision.number}" if taken else revision.version


def _publish_edition(edition_ref: Ref, *, at: datetime) -> NoticeVersionView | None:
    try:
        with transaction.atomic():
            edition = locked(edition_ref)
            activating.activate_policy(
                edition.controller_ref, bytes(edition.source), actor=_PUBLISHER, at=at
            )
            _take_place(edition, at=at)
            return edition_view(edition)
    except ControllersError as error:  # the law or the chain has changed since the approval
        note_blocked(edition_ref, (error.code,), at=at)
        return None


def _take_place(edition: NoticeVersion, *, at: datetime) -> None:
    """Close the version before with what the checks say of it, and open this one."""
    rows = NoticeVersion.objects.filter(
        controller_ref=edition.controller_ref, state=NoticeVersionState.PUBLISHED
    )
    before = rows.order_by("-number").first()
    if before is not None and not before.last_checks.exists():
        _keep_last(before, checks_of(before.ref), at=at)
    edition.state, edition.blocked_by = NoticeVersionState.PUBLISHED, ""
    edition.published_at, edition.published_by = at, str(_PUBLISHER)
    edition.number = 1 if before is None or before.number is None else before.number + 1
    edition.save()
    audit.record(
        NoticesEvent.EDITION_PUBLISHED,
        item=edition.ref,
        actor=_PUBLISHER,
        at=at,
        policy=edition.policy_id,
        effective=edition.effective_on,
    )


def outdated(controller_ref: Ref) -> NoticeVersion | None:
    """What people read today, if our words for it have changed and its archive is whole.

    An archive that somebody has changed is no new wording: that stays red until a person looks.
    """
    edition = _current(controller_ref)
    if edition is None or edition.ref in _compared:
        return None
    kept = list(edition.documents.all())
    if not is_whole(kept):
        return None
    if drifted(edition, kept):
        return edition
    _compared.add(edition.ref)
    return None


def _current(controller_ref: Ref) -> NoticeVersion | None:
    rows = NoticeVersion.objects.filter(
        controller_ref=controller_ref, state=NoticeVersionState.PUBLISHED
    )
    return rows.order_by("-number").first()


def is_compared(controller_ref: Ref) -> bool:
    """Whether what people read today is, byte for byte, what we write today."""
    edition = _current(controller_ref)
    return edition is not None and edition.ref in _compared


def note_compared(edition: NoticeVersion) -> None:
    """A version just written needs no comparing."""
    _compared.add(edition.ref)


def forget_compared() -> None:
    """Compare everything again, as a new process does."""
    _compared.clear()


def copy_of(before: NoticeVersion, policy: Policy, *, at: datetime) -> NoticeVersion:
    """The next version of the same policy: no rule changes, so nobody has to approve it."""
    same = NoticeVersion.objects.filter(
        controller_ref=before.controller_ref,
        policy_id=before.policy_id,
        state=NoticeVersionState.PUBLISHED,
    )
    today = local_day(at, zone=zone_named(policy.timezone))
    return NoticeVersion(
        ref=new_ref(at),
        controller_ref=before.controller_ref,
        policy_id=before.policy_id,
        version=before.version,
        label=f"{before.version}-{same.count() + 1}",
        reworded=True,
        effective_on=before.effective_on,
        announced_until=rules.announced_until(today, notice_days=policy.change.notice_days),
        languages=before.languages,
        source=before.source,
        drafted_at=at,
        drafted_by=str(_REWORDED),
        approved_at=at,
        approved_by=str(_REWORDED),
        publish_at=at,
    )


def _keep_last(edition: NoticeVersion, names: Iterable[CheckName], *, at: datetime) -> None:
    """Write down what the checks say of a version at the moment a newer one takes its place."""
    found = selectors.checks_now(edition.controller_ref, at=at)
    LastCheck.objects.bulk_create(
        LastCheck(
            edition=edition,
            probe=name.probe,
            kind=name.kind,
            state=found[name].state,
            checked_at=found[name].checked_at,
        )
        for name in sorted(found.keys() & set(names))
    )
