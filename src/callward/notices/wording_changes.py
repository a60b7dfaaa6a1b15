"""The same policy in new words: what an upgrade of Callward changes in published notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.actors import system_actor
from callward.kernel.calendar import local_day, zone_named
from callward.kernel.references import new_ref
from callward.notices import rules
from callward.notices.models import NoticeVersion
from callward.notices.notice_archive import drifted, is_whole
from callward.notices.states import NoticeVersionState

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.policy import Policy

_REWORDED = system_actor("notices.reworded")
# Our words cannot change while a process runs, so each version is compared once in its life.
_compared: set[Ref] = set()


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
