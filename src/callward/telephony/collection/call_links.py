"""What a call that has come in belongs to: its permit, a ring-back, a complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.audit import services as audit
from callward.calls.states import PartyRole
from callward.kernel.actors import system_actor
from callward.kernel.errors import BadInputError
from callward.kernel.references import parse_ref
from callward.line.states import Entry
from callward.recordings import selectors as recordings
from callward.retention import services as retention
from callward.telephony.collection import call_description
from callward.telephony.models import DialPermit, RingBack, WrapUp
from callward.telephony.ports import sealed_texts
from callward.telephony.states import RingBackKind, TelephonyEvent

if TYPE_CHECKING:
    from datetime import datetime

    from callward.telephony.collection.spooled_call import OpenedCall
    from callward.telephony.models import LineCall

COMPLAINT = "complaint"
_WRAP_UP = system_actor("telephony.wrap-up")


def join_permit(row: LineCall, arrived: OpenedCall) -> None:
    """A call out names the permit that it was made by; the number is then only in the call."""
    told = arrived.judged.fact("permit")
    if not told:
        return
    try:
        ref = parse_ref(told)
    except BadInputError:
        return
    DialPermit.objects.filter(ref=ref, controller_ref=row.controller_ref, call_ref=None).update(
        call_ref=row.ref, sealed_number=b""
    )


def note_ring_back(row: LineCall, arrived: OpenedCall, *, at: datetime) -> None:
    """Somebody whom nobody answered waits to be rung back, as long as the record may be kept."""
    envelope = arrived.envelope
    caller = next((one for one in envelope.parties if one.role is PartyRole.CALLER), None)
    if not call_description.was_missed(envelope) or caller is None or caller.number is None:
        return
    asked = arrived.judged.has(Entry.CALLBACK_NOTED)
    RingBack.objects.get_or_create(
        line_call_ref=row.line_call_ref,
        defaults={
            "controller_ref": row.controller_ref,
            "kind": RingBackKind.ASKED if asked else RingBackKind.MISSED,
            "queue": envelope.queue or "",
            "sealed_number": sealed_texts.seal(caller.number, row.controller_ref),
            "since": min(envelope.started_at, at),
        },
    )


def hold_complaint(row: LineCall, *, at: datetime) -> None:
    """A call that its agent closed as a complaint is held from its first moment here (D-18)."""
    closed = WrapUp.objects.filter(line_call_ref=row.line_call_ref, hold_ref=None).first()
    if closed is None or not closed.contains_complaint or row.call_ref is None:
        return
    kept = [one.ref for one in recordings.recordings_of_call(row.call_ref)] or [row.call_ref]
    if COMPLAINT not in retention.hold_reasons(kept, at=at):
        return
    hold = retention.place_hold(
        kept,
        reason=COMPLAINT,
        case=closed.case,
        owner=closed.user_ref,
        actor=_WRAP_UP,
        at=at,
    )
    WrapUp.objects.filter(ref=closed.ref).update(hold_ref=hold.ref)
    audit.record(
        TelephonyEvent.COMPLAINT_OPENED, item=kept[0], actor=_WRAP_UP, at=at, hold=hold.ref
    )
