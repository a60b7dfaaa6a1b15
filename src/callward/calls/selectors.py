"""What may be asked about calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from callward.calls.states import CallDirection, Disposition, PartyRole, Told
    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilters:
    """What the list is narrowed by; nothing set means every call of the controller."""

    started_from: datetime | None = None
    started_before: datetime | None = None
    agent_code: str = ""
    direction: CallDirection | None = None
    number: PhoneNumber | None = None
    queue: str = ""
    disposition: Disposition | None = None
    longest: int | None = None
    shortest: int | None = None
    recorded: bool | None = None
    among: Collection[Ref] | None = None
    apart_from: Collection[Ref] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One line of the call list; `other_party` is the number in clear, for the screen alone."""

    ref: Ref
    controller_ref: Ref
    started_at: datetime
    direction: CallDirection
    other_party: str
    agent_code: str
    queue: str
    disposition: Disposition
    seconds: int
    talk_seconds: int
    recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list, and where the next one begins (None: this was the last)."""

    rows: tuple[CallRow, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """One party of a call, in clear, for somebody who may see the call."""

    role: PartyRole
    number: str
    name: str
    channel: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """Everything on the call page that calls knows."""

    row: CallRow
    answered_at: datetime | None
    ended_at: datetime
    did: str
    told: Told
    evidence_ref: Ref | None
    policy_id: str
    source_system: str
    source_account: str
    source_call_id: str
    parties: tuple[PartyView, ...]
    kept_at: datetime


def call_page(
    controller_ref: Ref, filters: CallFilters, *, after: str | None = None, limit: int = 50
) -> Page:
    """The calls of a controller, newest first, page by page without counting them."""
    raise NotImplementedError


def call(ref: Ref) -> CallView:
    """One call whole; raises CallMissingError."""
    raise NotImplementedError


def calls_of_number(controller_ref: Ref, number: PhoneNumber) -> list[Ref]:
    """Every call that the number took part in, newest first."""
    raise NotImplementedError


def known_calls(
    controller_ref: Ref, source_system: str, source_account: str, ids: Sequence[str]
) -> dict[str, Ref]:
    """The calls already kept under the ids of a source."""
    raise NotImplementedError
