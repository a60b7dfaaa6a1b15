"""When a kept thing ends, counted again from the policy documents as they were written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from callward.promises.second_calendar import cap_end, floor_end, span, year_end

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from callward.holdings.kinds import Kind
    from callward.promises.probe_context import Table

    Ending = Callable[[datetime, str, ZoneInfo], datetime]

_YEAR_ENDED = "fy.ended"
_SHORTEST_MONTH = 28
_AT_THE_CALL = "call.initiated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One policy as it was written, and the instant from which it was in force."""

    policy_id: str
    since: datetime
    document: Table

    @property
    def zone(self) -> ZoneInfo:
        """Where its civil days are counted."""
        return ZoneInfo(str(self.document["timezone"]))


class End(NamedTuple):
    """From when a thing may not be there any more, and from when somebody could know."""

    at: datetime | None  # None: no rule has begun to count
    known_from: datetime | None  # a shorter rule that came later counts from its own first instant
    waits: bool  # for an event, so that it has no end yet


def written_at(document: Table, path: str) -> Table:
    """The rule at a path of a policy document; empty where the policy does not write it."""
    found: object = document
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def end_of(kind: Kind, starts: Mapping[str, datetime], told: Sequence[Revision]) -> End:
    """The earliest end that any of these policies gives it, put off by every floor of theirs."""
    caps: list[tuple[datetime, datetime]] = []
    floors: list[datetime] = []
    waits = held_open = False
    for revision in told:
        rules = _caps_of(kind, revision.document)
        ends = list(_ends(rules, starts, revision, cap_end))
        caps += [(end, max(end, revision.since)) for end in ends]
        waits = waits or len(ends) < len(rules)
        orders = _floors_of(kind, revision.document)
        until = list(_ends(orders, starts, revision, floor_end))
        floors += until
        held_open = held_open or len(until) < len(orders)
    if not caps or held_open:
        return End(None, None, waits or held_open)
    last = max(floors, default=min(end for end, _known in caps))
    return End(
        max(last, min(end for end, _known in caps)),
        max(last, min(known for _end, known in caps)),
        waits=False,
    )


def soonest(kind: Kind, told: Sequence[Revision]) -> timedelta | None:
    """How long anything of a kind is kept at the very least; None where a policy has no rule."""
    caps = [[span(str(rule["period"])) for rule in _caps_of(kind, one.document)] for one in told]
    least = [
        timedelta(seconds=one.seconds)
        if one.seconds
        else timedelta(days=one.months * _SHORTEST_MONTH + one.days - 1)
        for spans in caps
        for one in spans
    ]
    return min(least) if all(caps) else None


def zone_of_days(kind: Kind, told: Sequence[Revision]) -> ZoneInfo | None:
    """Where the days of all rules of a kind are counted; None where one counts hours."""
    rules = [
        rule
        for one in told
        for rule in (*_caps_of(kind, one.document), *_floors_of(kind, one.document))
    ]
    zones = {one.zone for one in told}
    exact = any(span(str(rule["period"])).seconds for rule in rules)
    return None if exact or len(zones) > 1 else zones.pop()


def _floors_of(kind: Kind, document: Table) -> list[Table]:
    return [rule for path in kind.floors if (rule := written_at(document, path))]


def _caps_of(kind: Kind, document: Table) -> list[Table]:
    own = [rule for path in kind.rules if (rule := written_at(document, path))]
    return own or [rule for path in kind.otherwise if (rule := written_at(document, path))]


def _ends(
    rules: Sequence[Table], starts: Mapping[str, datetime], revision: Revision, ending: Ending
) -> Iterator[datetime]:
    for rule in rules:
        begun = _begun(str(rule["start"]), starts, revision)
        if begun is not None:
            yield ending(begun, str(rule["period"]), revision.zone)


def _begun(event: str, starts: Mapping[str, datetime], revision: Revision) -> datetime | None:
    if event == _YEAR_ENDED and _AT_THE_CALL in starts:
        ends = str(written_at(revision.document, "controller")["financial_year_ends"])
        return year_end(starts[_AT_THE_CALL], ends, revision.zone)
    return starts.get(event)


def rule_of_hold(kind: Kind, reason: str, document: Table) -> Table:
    """The shortest that a policy says of a hold with this reason on this kind; empty: nothing."""
    written = [written_at(document, f"activity.{name}").get("hold") for name in kind.activities]
    found = [
        rule
        for rules in written
        for rule in (rules if isinstance(rules, list) else ())
        if isinstance(rule, dict) and rule["reason"] == reason
    ]
    return min(found, key=_longest_life, default={})


def _longest_life(rule: Table) -> datetime:
    return cap_end(datetime(1970, 1, 1, tzinfo=UTC), str(rule["max"]), ZoneInfo("UTC"))


def life_of_hold(
    kind: Kind, reason: str, begun: Mapping[str, datetime], told: Sequence[Revision]
) -> datetime | None:
    """When a hold ends by its longest life, the shortest that was told; None while it is open.

    One that no policy knows holds nothing.
    """
    rules = [
        (rule, revision.zone)
        for revision in told
        if (rule := rule_of_hold(kind, reason, revision.document))
    ]
    if not rules:
        return begun["hold.placed"]
    ends = [
        cap_end(begun[str(rule["from"])], str(rule["max"]), zone)
        for rule, zone in rules
        if rule["from"] in begun
    ]
    return min(ends, default=None)
