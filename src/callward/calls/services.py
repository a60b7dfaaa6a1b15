"""What may change about calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.kernel.references import Ref, new_ref

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from callward.calls.states import CallDirection, Disposition, PartyRole, Told
    from callward.kernel.actors import Actor
    from callward.kernel.numbers import PhoneNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """One party as the source tells it."""

    role: PartyRole
    number: PhoneNumber | None = None
    name: str = ""
    channel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """One call as the source tells it."""

    controller_ref: Ref
    policy_id: str
    source_system: str
    source_account: str
    source_call_id: str
    direction: CallDirection
    started_at: datetime
    ended_at: datetime
    disposition: Disposition
    told: Told
    answered_at: datetime | None = None
    talk_seconds: int = 0
    parties: tuple[NewParty, ...] = ()
    did: PhoneNumber | None = None
    queue: str = ""
    agent_code: str = ""
    evidence_ref: Ref | None = None
    raw: bytes = b""


def keep_call(call: NewCall, *, actor: Actor, at: datetime) -> Ref:
    """Keep one call; the call known from the same source by the same id is the same call."""
    return keep_calls([call], actor=actor, at=at)[0]


def keep_calls(calls: Sequence[NewCall], *, actor: Actor, at: datetime) -> list[Ref]:
    """Keep a group of calls with few queries; answers their references in the same order."""
    raise NotImplementedError


def delete_calls(refs: Sequence[Ref], *, at: datetime) -> int:
    """Remove calls with their legs and raw rows, then the numbers that nothing mentions any more."""
    raise NotImplementedError
