"""After a call: outcome, purpose, whether it holds a complaint (D-18); who waits for a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from callward.audit import services as audit
from callward.jobs.services import enqueue
from callward.kernel.actors import user_actor
from callward.kernel.references import new_ref
from callward.telephony.collection import call_links
from callward.telephony.desk import desk_calls
from callward.telephony.errors import NoSuchSettingError, WrappedUpError
from callward.telephony.models import LineCall, RingBack, WrapUp
from callward.telephony.states import COLLECT_TASK, TelephonyEvent

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.telephony.states import CallOutcome
    from callward.telephony.values import DeskCallView

_CASE_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What an agent says of a call at its end."""

    outcome: CallOutcome
    purpose: str
    contains_complaint: bool
    remark: str = ""


def close_call(
    call: Ref, closing: Closing, *, user_ref: Ref, controller_ref: Ref, at: datetime
) -> str:
    """Close one's own call; a complaint is a case and a hold at once. Tells the case, if any."""
    desk = desk_calls.own_call(call, user_ref=user_ref, controller_ref=controller_ref)
    row = _row(desk, closing, user_ref=user_ref, controller_ref=controller_ref, at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _write_down(row, at=at)
    except IntegrityError:
        raise WrappedUpError from None
    return row.case


def _row(
    desk: DeskCallView, closing: Closing, *, user_ref: Ref, controller_ref: Ref, at: datetime
) -> WrapUp:
    return WrapUp(
        ref=new_ref(at),
        controller_ref=controller_ref,
        line_call_ref=desk.ref,
        user_ref=user_ref,
        outcome=closing.outcome,
        purpose=closing.purpose,
        contains_complaint=closing.contains_complaint,
        remark=closing.remark,
        case=f"complaint-{desk.ref.hex[-_CASE_LENGTH:]}" if closing.contains_complaint else "",
        closed_at=at,
        started_at=desk.began_at,
    )


def _write_down(row: WrapUp, *, at: datetime) -> None:
    call = row.line_call_ref
    desk_calls.mark_closed(call, at=at)
    audit.record(
        TelephonyEvent.CALL_WRAPPED_UP,
        item=call,
        actor=user_actor(row.user_ref),
        at=at,
        purpose=row.purpose,
        outcome=str(row.outcome),
        complaint="yes" if row.contains_complaint else "no",
    )
    for collected in LineCall.objects.filter(line_call_ref=call):
        call_links.hold_complaint(collected, at=at)
    # One that still lies in the spool is collected now, and held as it comes in.
    enqueue(COLLECT_TASK, key=f"{COLLECT_TASK}:{call}")


def settle_ring_back(ref: Ref, *, controller_ref: Ref, actor: Actor, at: datetime) -> None:
    """Take somebody off the list; the number goes with it."""
    with transaction.atomic():
        settled = RingBack.objects.filter(
            ref=ref, controller_ref=controller_ref, settled_at=None
        ).update(settled_at=at, settled_by=str(actor)[:80], sealed_number=b"")
        if not settled:
            raise NoSuchSettingError(ref=ref)
        audit.record(TelephonyEvent.RING_BACK_SETTLED, item=ref, actor=actor, at=at)
