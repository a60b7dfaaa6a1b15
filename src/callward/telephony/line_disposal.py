"""What the line keeps beside recordings goes on its own day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from callward.audit import services as audit
from callward.calls.services import delete_calls
from callward.kernel.actors import system_actor
from callward.recordings.selectors import recordings_of_calls
from callward.telephony import ports
from callward.telephony.models import DeskCall, DialPermit, LineCall, RingBack, WrapUp
from callward.telephony.states import TelephonyEvent
from callward.vault import services as vault

if TYPE_CHECKING:
    from datetime import datetime

_FORGETTING = system_actor("telephony.forget")
_AT_ONCE = 500


def forget_due(at: datetime) -> int:
    """Delete the records of unrecorded calls, ring-backs and permits whose day has come."""
    RingBack.objects.filter(due_at__lte=at).delete()
    DialPermit.objects.filter(call_ref=None, ends_at__lte=at).update(sealed_number=b"")
    known = LineCall.objects.values("line_call_ref")
    WrapUp.objects.filter(due_at__lte=at).exclude(line_call_ref__in=known).delete()
    forgotten = 0
    while rows := list(LineCall.objects.filter(due_at__lte=at)[:_AT_ONCE]):
        forgotten += _forget(rows, at=at)
    return forgotten


def _forget(rows: list[LineCall], *, at: datetime) -> int:
    calls = {row.call_ref for row in rows if row.call_ref}
    kept = {ref for ref, found in recordings_of_calls(sorted(calls)).items() if found}
    with transaction.atomic():
        names = [row.line_call_ref for row in rows]
        WrapUp.objects.filter(line_call_ref__in=names).delete()
        DeskCall.objects.filter(ref__in=names).delete()
        DialPermit.objects.filter(call_ref__in=[row.ref for row in rows]).delete()
        LineCall.objects.filter(ref__in=[row.ref for row in rows]).delete()
        delete_calls(sorted(calls - kept))
        audit.record_each(
            TelephonyEvent.RECORD_DELETED,
            items=sorted(calls - kept),
            actor=_FORGETTING,
            at=at,
        )
    return len(rows)


def forget_spool_days(at: datetime) -> int:
    """Destroy the keys of spool days that are over, unless something still waits to be opened."""
    door = ports.spool.get()
    if door.finished() or door.unfinished():
        return 0
    return vault.forget_spool_days(before=(at - settings.CALLWARD_SPOOL_DAYS).date())
