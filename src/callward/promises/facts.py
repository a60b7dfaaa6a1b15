"""What the tables say of everything kept and of the holds on it, in plain SQL."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from callward.holdings.kinds import KINDS
from callward.promises.probe_context import instant, reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from callward.holdings.kinds import Kind
    from callward.kernel.references import Ref
    from callward.promises.probe_context import ProbeContext, Row

# DESIGN section 3: what is due is destroyed at the latest this long after the due instant.
PATIENCE = timedelta(minutes=15)
_DAY = len("2026-03-29")
# What has a key in the vault: its rows may be anywhere, or gone while the key is not.
_SEALED = """
SELECT k.ref, k.ref, coalesce(r.policy_id, i.policy_id, ''), i.due_at,
coalesce(q.arrived_at, c.started_at, i.called_at), i.start_event, i.started_at
FROM (SELECT ref FROM recordings_recording WHERE controller_ref = %(controller)s
UNION SELECT ref FROM vault_item WHERE controller_ref = %(controller)s) k
LEFT JOIN recordings_recording r ON r.ref = k.ref
LEFT JOIN calls_call c ON c.ref = r.call_ref
LEFT JOIN retention_item i ON i.ref = k.ref
LEFT JOIN intake_quarantined q ON q.item_ref = k.ref
WHERE CASE WHEN q.ref IS NULL THEN coalesce(i.activity, 'call-recording') ELSE 'quarantine' END
= %(activity)s
"""
_ROWS = """
SELECT k.ref, k.{link}, {promised}, NULL, {starts} FROM {table} k
WHERE k.{controller} = %(controller)s {unless}
"""
_OLD_ENOUGH = " AND k.{first} <= %(young)s"
_COUNT = "SELECT count(*) FROM {table} k WHERE k.{controller} = %(controller)s {unless}"
# An entry of the audit ends by the rule of its controller, or by any where it is nobody's.
_ENTRIES = """
SELECT item, "at" FROM audit_leaf WHERE controller IN ('', %(whose)s) ORDER BY "at"
"""
_STILL_HELD = "SELECT ref FROM retention_hold WHERE closed_at IS NULL OR closed_at > %(since)s"
_ITS_CALL = "SELECT {link} FROM {table} WHERE ref = %(item)s"
# By what a row is named where its call is held; the others are named by themselves.
_LINKS = {
    "raw-row": "call_id",
    "wrap-up": "line_call_ref",
    "ring-back": "line_call_ref",
    "dial-permit": "call_ref",
}
# Where the engine keeps a start of its own making, the call itself says when it was.
_TOLD_BY_ITSELF = {"counts_from": "started_at"}
# A call of which nothing is left but what its recordings are ends with them.
_UNLESS = {
    "call": """
AND NOT (k.source_call_key = '' AND k.queue = '' AND k.agent_code = ''
AND k.did_number_ref IS NULL AND k.other_number_ref IS NULL
AND NOT EXISTS (SELECT 1 FROM calls_leg l WHERE l.call_id = k.ref)
AND EXISTS (SELECT 1 FROM recordings_recording r WHERE r.call_ref = k.ref))
"""
}
_BEGUN = "SELECT item_ref, event, happened_at FROM retention_begun"
_HOLDS = """
SELECT ref, placed_at, case_closed_at, closed_at, reason, policy_id, review_on, reviewed_at, "case"
FROM retention_hold WHERE controller_ref = %(controller)s
"""
_HELD = "SELECT hold_id, item_ref FROM retention_helditem"
# What is kept of the same call: the notes of a held recording are held with it.
_BESIDE = """
WITH named AS (SELECT hold_id, item_ref AS ref FROM retention_helditem UNION
SELECT i.hold_id, r.call_ref FROM retention_helditem i
JOIN recordings_recording r ON r.ref = i.item_ref)
SELECT n.hold_id, n.ref, l.ref, l.line_call_ref, l.call_ref FROM named n
LEFT JOIN telephony_linecall l ON l.ref = n.ref OR l.call_ref = n.ref
OR l.line_call_ref = n.ref OR l.recording_ref = n.ref
"""


class Fact(NamedTuple):
    """One kept thing as the tables show it."""

    ref: Ref
    of_call: Ref | None  # by what it is named where its call is held
    policy_id: str
    due_at: datetime | None
    starts: Mapping[str, datetime]  # by event, without those that have not come


class Hold(NamedTuple):
    """One hold as the tables show it; what it says of its own end is not read."""

    ref: Ref
    placed_at: datetime
    case_closed_at: datetime | None
    closed_at: datetime | None
    reason: str
    policy_id: str
    review_on: date
    reviewed_at: datetime | None
    case: str

    @property
    def begun(self) -> Mapping[str, datetime]:
        """The events that its longest life may count from, those that have come."""
        closed = {"case.closed": self.case_closed_at} if self.case_closed_at else {}
        return {"hold.placed": self.placed_at, **closed}


def held(glance: ProbeContext, kind: Kind) -> dict[Ref, list[Hold]]:
    """The holds on each thing, by the things' own names or by those of their calls."""
    holds = {hold.ref: hold for hold in map(_hold, glance.rows(_HOLDS))}
    found: dict[Ref, list[Hold]] = {}
    for hold_ref, *names in glance.rows(_HELD if kind.sealed else _BESIDE) if holds else ():
        hold = holds.get(reference(hold_ref))
        for name in {reference(name) for name in names if name is not None} if hold else ():
            found.setdefault(name, []).append(cast("Hold", hold))
    return found


def _hold(row: Row) -> Hold:
    ref, placed, case_closed, closed, reason, policy_id, review_on, reviewed, case = row
    return Hold(
        ref=reference(ref),
        placed_at=instant(placed),
        case_closed_at=_maybe(case_closed),
        closed_at=_maybe(closed),
        reason=str(reason),
        policy_id=str(policy_id),
        review_on=date.fromisoformat(str(review_on)),
        reviewed_at=_maybe(reviewed),
        case=str(case),
    )


def _maybe(stored: object) -> datetime | None:
    return None if stored is None else instant(stored)


def count(glance: ProbeContext, kind: Kind) -> int:
    """How many rows of a kind a controller keeps."""
    return glance.number(_COUNT.format(**_places(kind)))


def facts(glance: ProbeContext, kind: Kind, *, young: datetime | None = None) -> Iterator[Fact]:
    """Everything of a kind that a controller keeps, or of its rows only what is not as young."""
    if not kind.controller:
        yield from _oldest_entry(glance, kind)
        return
    begun: dict[Ref, dict[str, datetime]] = {}
    for ref, event, happened in glance.rows(_BEGUN):
        begun.setdefault(reference(ref), {})[str(event)] = instant(happened)
    question = _question(kind) + (_OLD_ENOUGH.format(**_places(kind)) if young else "")
    for row in glance.rows(question, activity=kind.sealed, young=young):
        ref, of_call, policy_id, due, *told = row
        yield Fact(
            ref=reference(ref),
            of_call=None if of_call is None else reference(of_call),
            policy_id=str(policy_id),
            due_at=_maybe(due),
            starts=_starts(kind, told, glance.zone) | begun.get(reference(ref), {}),
        )


def _oldest_entry(glance: ProbeContext, kind: Kind) -> Iterator[Fact]:
    """The oldest entry that is not about a held thing: while it is young enough, all are."""
    named = _held_by_anybody(glance)
    for item, at in glance.rows(_ENTRIES, whose=str(glance.controller_ref)):
        ref = None if item == "-" else reference(item)
        if ref is None or not ({ref, *_calls_of(glance, ref, named)} & named):
            starts = {event: instant(at) for event in kind.starts}
            yield Fact(glance.controller_ref, None, "", None, starts)
            return


def _held_by_anybody(glance: ProbeContext) -> set[Ref]:
    """All holds of the house, and what they are on, until a run must have seen their end."""
    holds = {reference(ref) for (ref,) in glance.rows(_STILL_HELD, since=glance.at - PATIENCE)}
    rows = (row for row in glance.rows(_BESIDE) if reference(row[0]) in holds) if holds else ()
    return {reference(name) for row in rows for name in row if name is not None}


def _calls_of(glance: ProbeContext, item: Ref, named: set[Ref]) -> Iterator[Ref]:
    """The call that a note is kept of, where anything is held at all."""
    for name, link in _LINKS.items() if named else ():
        question = _ITS_CALL.format(link=link, table=KINDS[name].table)
        yield from (reference(row[0]) for row in glance.rows(question, item=item) if row[0])


def _starts(kind: Kind, told: list[object], zone: ZoneInfo) -> dict[str, datetime]:
    """The events that have come; what a call begins is begun with whatever is kept of it."""
    known = dict.fromkeys(("call.initiated", "data.collected"), told[0])
    if kind.sealed:
        known = {str(told[1]): told[2], **dict.fromkeys(kind.starts, told[0]), **known}
    else:
        known |= dict(zip(kind.starts, told, strict=True))
    return {event: _started(one, zone) for event, one in known.items() if one is not None}


def _question(kind: Kind) -> str:
    return _SEALED if kind.sealed else _ROWS.format(**_places(kind))


def _places(kind: Kind) -> dict[str, str]:
    """Where a row says what is asked of it."""
    columns = [_TOLD_BY_ITSELF.get(one, one) for one in kind.starts.values()]
    return {
        "link": _LINKS.get(kind.name, "ref"),
        "promised": f"k.{kind.promised}" if kind.promised else "''",
        "starts": ", ".join(f"k.{column}" for column in columns),
        "first": columns[0],
        "table": kind.table,
        "controller": kind.controller,
        "unless": _UNLESS.get(kind.name, ""),
    }


def _started(stored: object, zone: ZoneInfo) -> datetime:
    """The instant of a start; of a day its noon, which no change of clocks makes another day."""
    text = str(stored)
    if len(text) > _DAY:
        return instant(stored)
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=zone)
