"""Finishes what a crash left: nothing lost, nothing doubled.

Of recordings that came after a backup, a restore took the rows: quarantine keeps them.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from callward.audit import services as audit
from callward.audit.selectors import last_at
from callward.intake.arrivals import Candidate, Suspect
from callward.intake.context import open_context
from callward.intake.models import Quarantined
from callward.intake.quarantine_store import quarantine_group
from callward.intake.states import IntakeEvent, QuarantineReason, QuarantineState
from callward.intake.triage import arrival_of
from callward.intake.uploads import lock_file
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.kernel.disk import locked_if_free
from callward.kernel.errors import CallwardError
from callward.kernel.references import made_at, parse_ref
from callward.retention import services as retention
from callward.vault import services as vault
from callward.vault.errors import ObjectStoreError
from callward.vault.states import AUDIO, VaultEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from callward.intake.context import IntakeContext
    from callward.kernel.references import Ref

_log = logging.getLogger(__name__)
_ADOPTION = system_actor("intake.adopt")
RECOVERY = system_actor("intake.recover")


def adopt(refs: Iterable[Ref], *, at: datetime) -> int:
    """Seal again, in quarantine, what its key still opens and what is not past due.

    Doing it twice gives one: the same bytes for the same reason wait once. The first copies stay
    for the caller to discard.
    """
    by_controller: dict[Ref, list[Ref]] = defaultdict(list)
    for ref in refs:
        if vault.has_key(ref):
            by_controller[_controller_of(vault.epoch_of(ref))].append(ref)
    return sum(_adopt_of(controller, each, at=at) for controller, each in by_controller.items())


def _controller_of(epoch: str) -> Ref:
    return parse_ref(epoch.split("/")[1])


def _adopt_of(controller_ref: Ref, refs: Iterable[Ref], *, at: datetime) -> int:
    try:
        context = open_context(controller_ref, actor=_ADOPTION, at=at)
    except CallwardError:  # a controller that the restored database does not know, or no recording
        return 0
    suspects = [suspect for ref in refs if (suspect := _suspect(ref, context)) is not None]
    return len(quarantine_group(suspects, context)) if suspects else 0


def _suspect(ref: Ref, context: IntakeContext) -> Suspect | None:
    if _is_past_due(vault.epoch_of(ref), context):
        return None
    try:
        reader = vault.open_part(ref, AUDIO)
        audio = reader.read(0, reader.plain_size)
    except ObjectStoreError:
        raise  # it says nothing about the recording, and its source may be gone
    except CallwardError:  # nothing whole lies there: a crash left it, and its source still exists
        return None
    kind = min(context.rules.imports)
    arrival = arrival_of(Candidate(kind=kind, size=len(audio)), audio)
    return Suspect(arrival=arrival, reason=QuarantineReason.ROWS_LOST)


def _is_past_due(epoch: str, context: IntakeContext) -> bool:
    try:
        due = date.fromisoformat(epoch.rpartition("/")[2])
    except ValueError:  # an open epoch, or a hold's
        return False
    return due <= calendar.local_day(context.at, zone=context.policy.zone)


def recover(at: datetime) -> int:
    """Discard sealed objects that no row knows, and finish decided quarantines; count both."""
    try:
        return _recover(at)
    except ObjectStoreError as error:
        _log.error("recovery waits for the object store: %s", error.code)
        return 0


def _recover(at: datetime) -> int:
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
    if found.rows_without_objects or found.foreign_objects:
        _log.error(
            "the store lacks objects of %s recordings and has %s that are none of ours",
            len(found.rows_without_objects),
            found.foreign_objects,
        )
    vault.clear_half_written()
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
