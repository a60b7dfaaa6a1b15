"""What the line needs no longer goes before its record does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from callward.telephony import ports
from callward.telephony.models import DialPermit
from callward.vault import services as vault

if TYPE_CHECKING:
    from datetime import datetime


def forget_unused_numbers(at: datetime) -> int:
    """Blank the numbers of permits that led to no call and have ended."""
    return DialPermit.objects.filter(call_ref=None, ends_at__lte=at).update(sealed_number=b"")


def forget_spool_days(at: datetime) -> int:
    """Destroy the keys of spool days that are over, unless something still waits to be opened."""
    door = ports.spool.get()
    if door.finished() or door.unfinished():
        return 0
    return vault.forget_spool_days(before=(at - settings.CALLWARD_SPOOL_DAYS).date())
