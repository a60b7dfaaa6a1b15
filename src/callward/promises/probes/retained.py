"""Does everything that is kept end as promised? One walk over the rows of each kind.

It believes nobody: facts are the rows, the key files, the policies as written, and now. What stands
in a column about the end is only compared with what is counted again here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from callward.promises.ends import (
    end_of,
    life_of_hold,
    rule_of_hold,
    soonest,
    written_at,
    zone_of_days,
)
from callward.promises.facts import PATIENCE, count, facts, held
from callward.promises.probe_context import Count, key_rows, keys_left, openable
from callward.promises.registry import probes_kinds
from callward.promises.second_calendar import day_after, span
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from callward.holdings.kinds import Kind
    from callward.kernel.references import Ref
    from callward.promises.ends import End, Revision
    from callward.promises.facts import Fact, Hold
    from callward.promises.probe_context import ProbeContext

_DUE_EPOCH = re.compile(r"c/([0-9a-f-]{36})/([^/]+)/(\d{4}-\d{2}-\d{2})")
_WRAPPED_EPOCHS = "SELECT DISTINCT e.name FROM wrap w JOIN epoch e ON e.id = w.epoch"


@dataclass(slots=True, kw_only=True)
class Walk:
    """What one walk over a kind saw."""

    looked_at: int = 0
    late: set[Ref] = field(default_factory=set)  # still there, although over and held by nobody
    put_off: set[Ref] = field(default_factory=set)  # with a stored end later than the promised one
    endless: set[Ref] = field(default_factory=set)
    holds: dict[Ref, tuple[Hold, datetime | None]] = field(default_factory=dict)  # with their ends


def walk(glance: ProbeContext, kind: Kind) -> Walk:
    """Look at every row of a kind, once for all probes."""
    if kind.name not in glance.seen:
        glance.seen[kind.name] = _walked(glance, kind)
    return glance.seen[kind.name]


def _walked(glance: ProbeContext, kind: Kind) -> Walk:
    rows = bool(kind.controller) and not kind.sealed
    least = soonest(kind, glance.revisions) if rows else None
    by_day = zone_of_days(kind, glance.revisions)
    judge = _Judge(glance=glance, kind=kind, held=held(glance, kind), by_day=by_day)
    for fact in facts(glance, kind, young=glance.at - least if least else None):
        judge.look(fact)
    if rows:
        judge.seen.looked_at = count(glance, kind)
        judge.seen.holds = _holds_on_rows(glance, kind)
    return judge.seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """Holds one fact of a kind after the other against what was promised of it."""

    glance: ProbeContext
    kind: Kind
    held: Mapping[Ref, Sequence[Hold]]
    by_day: ZoneInfo | None  # where all its rules count days of one zone
    seen: Walk = field(default_factory=Walk)
    ends: dict[object, End] = field(default_factory=dict)

    def look(self, fact: Fact) -> None:
        """Write down what is wrong with it."""
        told = self.glance.told(fact.policy_id, min(fact.starts.values(), default=self.glance.at))
        end, seen = self._end(fact, told), self.seen
        let_go = self._let_go(fact, end.known_from, told)
        seen.looked_at += 1
        if let_go is not None and let_go + PATIENCE <= self.glance.at:
            seen.late.add(fact.ref)
        if end.at is not None and fact.due_at is not None and fact.due_at > end.at:
            seen.put_off.add(fact.ref)
        counted = end.at is not None and (fact.due_at is not None or not self.kind.sealed)
        if not counted and not (end.waits and fact.starts):
            seen.endless.add(fact.ref)

    def _end(self, fact: Fact, told: Sequence[Revision]) -> End:
        """What began on one day under the same policies ends on one day: counted once."""
        begun, zone = fact.starts.values(), self.by_day
        days = begun if zone is None else [one.astimezone(zone).date() for one in begun]
        key = (told[0].policy_id, len(told), *fact.starts, *days)
        if key not in self.ends:
            self.ends[key] = end_of(self.kind, fact.starts, told)
        return self.ends[key]

    def _let_go(
        self, fact: Fact, let_go: datetime | None, told: Sequence[Revision]
    ) -> datetime | None:
        """When the last hold on it is over too; None while one holds it."""
        named = [ref for ref in (fact.ref, fact.of_call) if ref in self.held]
        holds = {hold.ref: hold for ref in named if ref for hold in self.held[ref]}
        for hold in sorted(holds.values(), key=_placed):
            ids = (hold.policy_id, fact.policy_id or told[0].policy_id)
            both = [one for one in self.glance.revisions if one.policy_id in ids]
            life = life_of_hold(self.kind, hold.reason, hold.begun, both)
            if hold.closed_at is None:
                self.seen.holds[hold.ref] = (hold, life)
            let_go = _later(let_go, hold, life)
        return let_go


def _holds_on_rows(glance: ProbeContext, kind: Kind) -> dict[Ref, tuple[Hold, datetime | None]]:
    """The open holds with a reason that counts for a kind: rows too young to end are not read."""
    found = {}
    for hold in {
        hold.ref: hold for group in held(glance, kind).values() for hold in group
    }.values():
        told = [one for one in glance.revisions if one.policy_id == hold.policy_id]
        named = any(rule_of_hold(kind, hold.reason, one.document) for one in told)
        if hold.closed_at is None and named:
            found[hold.ref] = (hold, life_of_hold(kind, hold.reason, hold.begun, told))
    return found


def _later(let_go: datetime | None, hold: Hold, life: datetime | None) -> datetime | None:
    """When a thing is let go after this hold too; a hold on what is over holds nothing."""
    if let_go is None or hold.placed_at >= let_go:
        return let_go
    ends = [end for end in (hold.closed_at, life) if end is not None]
    return max(let_go, min(ends)) if ends else None


def _placed(hold: Hold) -> datetime:
    return hold.placed_at


@probes_kinds(Probe.DUE_DATES_FOLLOW_POLICY)
def due_dates_follow_policy(glance: ProbeContext, kind: Kind) -> Count | None:
    """Nothing of this kind is there after its day, or is down for a later one than promised."""
    seen = walk(glance, kind)
    return _counted(glance, kind, len(seen.late | seen.put_off))


@probes_kinds(Probe.EVERYTHING_HAS_A_DUE_DATE)
def everything_has_a_due_date(glance: ProbeContext, kind: Kind) -> Count | None:
    """Nothing of this kind lies here without a rule that ends it, or without the day it gives."""
    return _counted(glance, kind, len(walk(glance, kind).endless))


@probes_kinds(Probe.EXPIRED_UNREADABLE)
def expired_unreadable(glance: ProbeContext, kind: Kind) -> Count | None:
    """Nothing of this kind opens after its day, by its rows or by the key files themselves."""
    kept = openable()
    late = walk(glance, kind).late & kept.keys()
    known = {kept[ref] for ref in late}
    return _counted(glance, kind, len(late) + len(_overdue_epochs(glance, kind) - known))


def _counted(glance: ProbeContext, kind: Kind, wrong: int) -> Count | None:
    looked = walk(glance, kind).looked_at
    paths = (*kind.rules, *kind.otherwise)
    promised = any(written_at(glance.document, path) for path in paths)
    return Count(looked_at=looked, wrong=wrong) if promised or looked or wrong else None


def _overdue_epochs(glance: ProbeContext, kind: Kind) -> set[str]:
    """The epochs of days that are over which still have a key, whatever the rows say."""
    today = (glance.at - PATIENCE).astimezone(glance.zone).date()
    wrapped = {str(name) for (name,) in key_rows("wraps", _WRAPPED_EPOCHS)} & keys_left()
    ours = (str(glance.controller_ref), kind.sealed)
    return {
        name
        for name in wrapped
        if (found := _DUE_EPOCH.fullmatch(name))
        and (found[1], found[2]) == ours
        and date.fromisoformat(found[3]) <= today
    }


@probes_kinds(Probe.HOLDS_REVIEWED)
def holds_reviewed(glance: ProbeContext, kind: Kind) -> Count | None:
    """Every hold on this kind has a case, is looked at in time and ends with its longest life."""
    holds = walk(glance, kind).holds.values()
    if not holds and not any(_may_be_held(kind, one) for one in glance.revisions):
        return None
    wrong = sum(_is_broken(hold, life, kind, glance) for hold, life in holds)
    return Count(looked_at=len(holds), wrong=wrong)


def _may_be_held(kind: Kind, revision: Revision) -> bool:
    rules = [written_at(revision.document, f"activity.{name}") for name in kind.activities]
    return any(rule.get("hold") for rule in rules)


def _is_broken(hold: Hold, life: datetime | None, kind: Kind, glance: ProbeContext) -> bool:
    looked = hold.reviewed_at or hold.placed_at
    [then] = glance.told("", looked)[:1]
    every = rule_of_hold(kind, hold.reason, then.document).get("review")
    review = hold.review_on
    if every is not None:
        counted = day_after(looked.astimezone(then.zone).date(), span(str(every)))
        review = min(review, counted)
    over = life is not None and life + timedelta(hours=1) + PATIENCE <= glance.at
    return over or not hold.case or review < glance.at.astimezone(glance.zone).date()
