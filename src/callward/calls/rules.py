"""Pure rules about calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from callward.calls.states import CallDirection, PartyRole

if TYPE_CHECKING:
    from datetime import datetime


def other_party(direction: CallDirection) -> PartyRole:
    """The role of the person outside: the caller of a call in, else the callee."""
    match direction:
        case CallDirection.IN:
            return PartyRole.CALLER
        case CallDirection.OUT | CallDirection.INTERNAL:
            return PartyRole.CALLEE
        case _:
            assert_never(direction)


def times_agree(started_at: datetime, answered_at: datetime | None, ended_at: datetime) -> bool:
    """Whether a call starts, is answered and ends in this order."""
    return started_at <= (answered_at or started_at) <= ended_at
