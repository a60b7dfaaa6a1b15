"""The call list: any filter, newest first, page by page, never counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Q

from callward.calls.errors import CallFilterError
from callward.calls.models import Call, Leg
from callward.calls.states import CallDirection, Disposition
from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref
from callward.subjects.selectors import clear_texts, find

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref

_REFS_IN_ONE_QUERY = 10_000
Place = tuple[datetime, "Ref"]


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
    shortest: int | None = None
    longest: int | None = None
    recorded: bool | None = None
    among: Collection[Ref] | None = None


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


def call_page(
    controller_ref: Ref, filters: CallFilters, *, after: str | None = None, limit: int = 50
) -> Page:
    """The calls of a controller, newest first, page by page without counting them."""
    last = None if after is None else _parse_place(after)
    found = list(islice(_places(controller_ref, filters, last, limit + 1), limit + 1))
    shown = found[:limit]
    kept = Call.objects.in_bulk([ref for _, ref in shown])
    texts = clear_texts([c.other_number_ref for c in kept.values() if c.other_number_ref])
    rows = tuple(row_of(kept[ref], texts) for _, ref in shown if ref in kept)
    return Page(rows=rows, after=_text_of(shown[-1]) if len(found) > limit else None)


def row_of(call: Call, texts: dict[Ref, str]) -> CallRow:
    """A kept call as a line of the list."""
    return CallRow(
        ref=call.ref,
        controller_ref=call.controller_ref,
        started_at=call.started_at,
        direction=CallDirection(call.direction),
        other_party=texts.get(call.other_number_ref, "") if call.other_number_ref else "",
        agent_code=call.agent_code,
        queue=call.queue,
        disposition=Disposition(call.disposition),
        seconds=call.seconds,
        talk_seconds=call.talk_seconds,
        recorded=call.recorded,
    )


def _text_of(place: Place) -> str:
    return f"{place[0].isoformat()}~{place[1]}"


def _parse_place(text: str) -> Place:
    moment, _, ref = text.partition("~")
    try:
        started_at = datetime.fromisoformat(moment)
        place = (started_at, parse_ref(ref))
    except (ValueError, CallwardError) as error:
        raise CallFilterError(field="after") from error
    if started_at.tzinfo is None:
        raise CallFilterError(field="after")
    return place


def _places(
    controller_ref: Ref, filters: CallFilters, last: Place | None, limit: int
) -> Iterator[Place]:
    """Where the matching calls stand in the list; the index alone answers this."""
    if filters.number is not None:
        yield from _places_of_number(controller_ref, filters.number, filters, last, limit)
        return
    narrowed = Call.objects.filter(
        _narrowed(filters, last, started="started_at", ref="ref", call=""),
        controller_ref=controller_ref,
    )
    ordered = narrowed.order_by("-started_at", "-ref").values_list("started_at", "ref")
    if filters.among is None:
        yield from ordered[:limit]
        return
    wanted = sorted(filters.among)
    groups = range(0, len(wanted), _REFS_IN_ONE_QUERY)
    pages = [ordered.filter(ref__in=wanted[at : at + _REFS_IN_ONE_QUERY])[:limit] for at in groups]
    yield from merge(*pages, reverse=True)


def _places_of_number(
    controller_ref: Ref, number: PhoneNumber, filters: CallFilters, last: Place | None, limit: int
) -> Iterator[Place]:
    known = find(controller_ref, number)
    if known is None:
        return
    legs = Leg.objects.filter(
        _narrowed(filters, last, started="started_at", ref="call_id", call="call__"),
        number_ref=known.ref,
    ).order_by("-started_at", "-call_id")
    wanted = None if filters.among is None else set(filters.among)
    seen: set[Ref] = set()
    for place in legs.values_list("started_at", "call_id").iterator(chunk_size=500):
        if place[1] not in seen and (wanted is None or place[1] in wanted):
            seen.add(place[1])
            yield place
        if len(seen) == limit:
            return


def _narrowed(filters: CallFilters, last: Place | None, *, started: str, ref: str, call: str) -> Q:
    asked = {
        f"{started}__gte": filters.started_from,
        f"{started}__lt": filters.started_before,
        f"{call}agent_code": filters.agent_code or None,
        f"{call}queue": filters.queue or None,
        f"{call}direction": filters.direction,
        f"{call}disposition": filters.disposition,
        f"{call}talk_seconds__gte": filters.shortest,
        f"{call}talk_seconds__lte": filters.longest,
        f"{call}recorded": filters.recorded,
    }
    narrowed = Q(**{lookup: value for lookup, value in asked.items() if value is not None})
    if last is None:
        return narrowed
    started_at, last_ref = last
    return narrowed & Q(
        Q(**{f"{started}__lt": started_at}) | Q(**{f"{ref}__lt": last_ref}),
        **{f"{started}__lte": started_at},
    )
