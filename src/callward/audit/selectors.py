"""Reading the audit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.module_loading import autodiscover_modules

from callward.audit.leaves import NO_ITEM, instant_text
from callward.audit.models import Checkpoint, Leaf
from callward.audit.states import EVENTS, Event
from callward.kernel.references import Ref, parse_ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from django.db.models import QuerySet

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafView:
    """One entry as screens show it."""

    index: int
    at: datetime
    event: Event | str
    item: Ref | None
    actor: str
    facts: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointView:
    """One signed statement of what the tree was."""

    ref: Ref
    size: int
    note: str
    at: datetime


@cache
def known_events() -> Mapping[str, Event]:
    """Every event that some package declares, by what stands in the tree."""
    autodiscover_modules("states")
    return EVENTS


def _view(leaf: Leaf) -> LeafView:
    return LeafView(
        index=leaf.index,
        at=datetime.fromisoformat(leaf.at).astimezone(UTC),
        event=known_events().get(leaf.event, leaf.event),
        item=None if leaf.item == NO_ITEM else parse_ref(leaf.item),
        actor=leaf.actor,
        facts=json.loads(leaf.facts),
    )


def history(item: Ref, *, limit: int = 500) -> list[LeafView]:
    """What happened to one thing, oldest first."""
    return [_view(leaf) for leaf in Leaf.objects.filter(item=str(item)).order_by("index")[:limit]]


def latest(*, before: int | None = None, limit: int = 50) -> list[LeafView]:
    """The newest entries first, below an index when a page goes on."""
    rows = Leaf.objects.order_by("-index")
    if before is not None:
        rows = rows.filter(index__lt=before)
    return [_view(leaf) for leaf in rows[:limit]]


def last_at(event: Event) -> datetime | None:
    """When something last happened, whatever it happened to."""
    leaf = Leaf.objects.filter(event=event).order_by("-index").first()
    return None if leaf is None else _view(leaf).at


def size() -> int:
    """How many entries there are."""
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def latest_checkpoint() -> CheckpointView | None:
    """The newest checkpoint."""
    newest = checkpoints(newest=1)
    return newest[0] if newest else None


def checkpoints(*, newest: int = 50) -> Sequence[CheckpointView]:
    """The newest checkpoints first."""
    return [
        CheckpointView(ref=row.ref, size=row.size, note=row.note, at=row.at)
        for row in Checkpoint.objects.order_by("-size")[:newest]
    ]


def happened(controllers: Iterable[Ref | None], spans: Sequence[Span]) -> QuerySet[Leaf]:
    """The entries of some controllers, None for nobody's, that happened in these spans."""
    when = Q(pk__in=[])
    for since, until in spans:
        when |= Q(at__gte=instant_text(since), at__lt=instant_text(until))
    owners = ["" if ref is None else str(ref) for ref in controllers]
    return Leaf.objects.filter(when, controller__in=owners)


def unheld(entries: QuerySet[Leaf], held: Collection[Ref]) -> Iterator[int]:
    """The places of these entries, in order, but of none about a held thing."""
    stay = {str(ref) for ref in held}
    found = entries.order_by("index").values_list("index", "item").iterator()
    return (index for index, item in found if item not in stay)


def places(
    controllers: Iterable[Ref | None], spans: Sequence[Span], *, held: Collection[Ref]
) -> set[int]:
    """Where the entries of some controllers, None for nobody's, stand that happened in spans."""
    return set(unheld(happened(controllers, spans), held))
