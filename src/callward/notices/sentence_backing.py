"""Asking what stands behind the sentences, also where nobody watches yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.ports import PortUnboundError
from callward.notices import ports
from callward.notices.models import LastCheck
from callward.notices.ports import SentenceCheck
from callward.notices.states import CheckState
from callward.texts.states import CheckName, Probe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.notices.models import NoticeVersion
    from callward.notices.ports import SentenceChecks


def _watcher() -> SentenceChecks | None:
    try:
        return ports.checks.get()
    except PortUnboundError:  # a house without promises: every sentence is simply not checked
        return None


def checks_now(controller_ref: Ref, *, at: datetime) -> Mapping[CheckName, SentenceCheck]:
    """The last result of every check; nothing where nobody watches."""
    watcher = _watcher()
    return {} if watcher is None else watcher.states_of(controller_ref, at)


def blocking(controller_ref: Ref, *, at: datetime) -> tuple[str, ...]:
    """The codes of the checks that forbid to publish now."""
    watcher = _watcher()
    return () if watcher is None else tuple(watcher.may_publish(controller_ref, at))


def keep_last(edition: NoticeVersion, names: Iterable[CheckName], *, at: datetime) -> None:
    """Write down what the checks say of a version at the moment a newer one takes its place."""
    found = checks_now(edition.controller_ref, at=at)
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


def checks_then(edition_ref: Ref) -> Mapping[CheckName, SentenceCheck]:
    """What was written down then; always public, since it is over."""
    rows = LastCheck.objects.filter(edition=edition_ref)
    return {
        CheckName(Probe(row.probe), row.kind): SentenceCheck(
            state=CheckState(row.state), checked_at=row.checked_at, public=True
        )
        for row in rows
    }
