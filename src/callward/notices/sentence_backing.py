"""Asking what stands behind the sentences, also where nobody watches yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.ports import PortUnboundError
from callward.notices import ports
from callward.notices.models import LastCheck
from callward.notices.ports import SentenceCheck
from callward.notices.states import CheckState
from callward.texts.states import Probe

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


def checks_now(
    controller_ref: Ref, probes: Iterable[Probe], *, at: datetime
) -> Mapping[Probe, SentenceCheck]:
    """The last result of each of these probes; nothing where nobody watches."""
    watcher = _watcher()
    if watcher is None:
        return {}
    wanted, known = set(probes), watcher.states_of(controller_ref, at)
    return {probe: known[probe] for probe in sorted(wanted & known.keys())}


def blocking(controller_ref: Ref, *, at: datetime) -> tuple[str, ...]:
    """The codes of the checks that forbid to publish now."""
    watcher = _watcher()
    return () if watcher is None else tuple(watcher.may_publish(controller_ref, at))


def keep_last(edition: NoticeVersion, probes: Iterable[Probe], *, at: datetime) -> None:
    """Write down what the checks say of a version at the moment a newer one takes its place."""
    found = checks_now(edition.controller_ref, probes, at=at)
    LastCheck.objects.bulk_create(
        LastCheck(edition=edition, probe=probe, state=check.state, checked_at=check.checked_at)
        for probe, check in found.items()
    )


def checks_then(edition_ref: Ref) -> Mapping[Probe, SentenceCheck]:
    """What was written down then; always public, since it is over."""
    rows = LastCheck.objects.filter(edition=edition_ref)
    return {
        Probe(row.probe): SentenceCheck(
            state=CheckState(row.state), checked_at=row.checked_at, public=True
        )
        for row in rows
    }
