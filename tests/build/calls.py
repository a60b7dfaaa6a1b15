"""Calls of the cast, on numbers that ring nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from callward.calls.services import NewCall, NewParty
from callward.calls.states import CallDirection, Disposition, PartyRole, Told
from callward.kernel import clock
from callward.kernel.numbers import PhoneNumber
from callward.kernel.references import new_ref

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref

MARA = PhoneNumber(e164="+442079460001")
PETRAS = PhoneNumber(e164="+442079460002")
THE_LINE = PhoneNumber(e164="+442079460100")


def a_call(
    controller_ref: Ref,
    policy_id: str,
    *,
    started_at: datetime | None = None,
    source_call_id: str | None = None,
    direction: CallDirection = CallDirection.IN,
    caller: PhoneNumber = MARA,
    callee: PhoneNumber = THE_LINE,
    name: str = "",
    queue: str = "bookings",
    agent_code: str = "ana",
    disposition: Disposition = Disposition.ANSWERED,
    seconds: int = 60,
    raw: bytes = b"",
) -> NewCall:
    """A call of Mara to the line, answered by Ana, unless told otherwise."""
    start = started_at or clock.now() - timedelta(hours=1)
    return NewCall(
        controller_ref=controller_ref,
        policy_id=policy_id,
        source_system="folder",
        source_account="main",
        source_call_id=source_call_id or str(new_ref()),
        direction=direction,
        started_at=start,
        answered_at=start + timedelta(seconds=5),
        ended_at=start + timedelta(seconds=5 + seconds),
        disposition=disposition,
        told=Told.ASSERTED,
        talk_seconds=seconds,
        parties=(
            NewParty(role=PartyRole.CALLER, number=caller, name=name, channel=0),
            NewParty(role=PartyRole.CALLEE, number=callee, channel=1),
        ),
        did=THE_LINE,
        queue=queue,
        agent_code=agent_code,
        raw=raw,
    )
