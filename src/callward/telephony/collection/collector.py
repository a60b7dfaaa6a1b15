"""What the phone line recorded comes into the house: nothing lost, nothing doubled.

Seal, write down, and only then let go of the spool; whatever a crash cuts off is done again and
finds what is there already.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings

from callward.controllers import selectors as controllers
from callward.kernel.actors import system_actor
from callward.kernel.disk import locked_if_free, own_folder
from callward.kernel.errors import CallwardError
from callward.line.errors import SpoolKeyGoneError
from callward.telephony import ports
from callward.telephony.collection import call_writer
from callward.telephony.collection.spooled_call import OpenedCall, arriving
from callward.telephony.line_paths import line_folder
from callward.telephony.models import DialPermit, LineCall
from callward.telephony.values import Collected
from callward.vault import services as vault
from callward.vault.services import crash_point

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.telephony.ports import SpoolDoor

_LOCK = "collecting.lock"
COLLECTING = system_actor("telephony.collect")
_log = logging.getLogger(__name__)


def collect(at: datetime) -> Collected:
    """Take in everything that waits in the spool, also what a fallen line left unfinished."""
    report = Collected()
    # One collector at a time, so that nobody lets go of what another still reads.
    with locked_if_free(own_folder(line_folder()) / _LOCK) as alone:
        if alone is not None:
            door = ports.spool.get()
            for ref in dict.fromkeys([*door.finished(), *door.unfinished()]):
                _collect_or_wait(door, ref, report, at=at)
    return report


def _collect_or_wait(door: SpoolDoor, ref: Ref, report: Collected, *, at: datetime) -> None:
    try:
        if LineCall.objects.filter(ref=ref).exists():  # a crash came before letting go
            report.repeated += 1
        else:
            with door.open(ref) as spooled:
                _collect_one(arriving(ref, spooled), report, at=at)
        crash_point("telephony.kept")
        door.discard(ref)
    except SpoolKeyGoneError:  # power was lost: nothing opens it any more, and the count says so
        door.discard(ref)
        report.lost += 1
    except Exception as error:  # noqa: BLE001  # whatever one call holds, the others come in
        # It waits for the next look; the nightly count says so when it waits too long.
        report.waiting += 1
        code = error.code if isinstance(error, CallwardError) else type(error).__name__
        _log.error("spooled call %s waits: %s", ref, code)  # its words may name things


def _collect_one(arrived: OpenedCall, report: Collected, *, at: datetime) -> None:
    controller = controllers.controller(arrived.envelope.source.account)
    room = call_writer.Room(controller_ref=controller.ref, actor=COLLECTING, at=at)
    if arrived.has_audio:
        call_writer.keep_with_audio(arrived, room, report)
    else:
        call_writer.keep_without_audio(arrived, room)
        report.without_audio += 1
    report.salvaged += not arrived.whole


def forget_unused_numbers(at: datetime) -> int:
    """Blank the numbers of permits that led to no call and have ended."""
    return DialPermit.objects.filter(call_ref=None, ends_at__lte=at).update(sealed_number=b"")


def forget_spool_days(at: datetime) -> int:
    """Destroy the keys of spool days that are over, unless something still waits to be opened."""
    door = ports.spool.get()
    if door.finished() or door.unfinished():
        return 0
    return vault.forget_spool_days(before=(at - settings.CALLWARD_SPOOL_DAYS).date())
