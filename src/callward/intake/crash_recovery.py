"""Finishes what a crash left: nothing lost, nothing doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.audit import services as audit
from callward.audit.selectors import last_at
from callward.intake.models import Quarantined
from callward.intake.restored_orphans import adopt
from callward.intake.states import IntakeEvent, QuarantineState
from callward.intake.uploads import lock_file
from callward.kernel.actors import system_actor
from callward.kernel.disk import locked_if_free
from callward.kernel.references import made_at
from callward.retention import services as retention
from callward.vault import services as vault
from callward.vault.states import VaultEvent

if TYPE_CHECKING:
    from datetime import datetime

RECOVERY = system_actor("intake.recover")


def recover(at: datetime) -> int:
    """Discard sealed objects that no row knows, and finish decided quarantines; count both."""
    with locked_if_free(lock_file()) as alone:
        if alone is None:
            return 0  # somebody seals now; the next start-up or the nightly task comes back
        orphans = _discard_orphans(at)
    return orphans + _finish_decided(at)


def _discard_orphans(at: datetime) -> int:
    """Their sources were not deleted, since no row was written; they come in again.

    What a restore made an orphan has no source any more: it is sealed again in quarantine first.
    """
    found = vault.reconcile()
    orphans = sorted({*found.objects_without_rows, *found.wraps_without_rows})
    replayed_at = last_at(VaultEvent.BACKUP_REPLAYED)
    if replayed_at is not None:
        adopt([ref for ref in orphans if made_at(ref) <= replayed_at], at=at)
    if orphans:
        vault.discard(orphans)
        audit.record_each(IntakeEvent.ORPHAN_DISCARDED, items=orphans, actor=RECOVERY, at=at)
    return len(orphans)


def _finish_decided(at: datetime) -> int:
    decided = Quarantined.objects.filter(item_ref__isnull=False).exclude(
        state=QuarantineState.WAITING
    )
    refs = [row.item_ref for row in decided if row.item_ref]
    for ref in refs:
        retention.reject([ref], actor=RECOVERY, at=at)
    return len(refs)
