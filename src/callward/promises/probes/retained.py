"""Does what is over really not open any more, and does everything have an end?"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from callward.promises.probe_context import (
    Count,
    instant,
    key_rows,
    keys_left,
    openable,
    recording_of,
    reference,
    table,
)
from callward.promises.registry import probes
from callward.promises.second_calendar import cap_end, ended
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.promises.probe_context import ProbeContext

# DESIGN section 3: the key is destroyed at the latest this long after the due instant.
PATIENCE = timedelta(minutes=15)
_DUE_EPOCH = re.compile(r"c/([0-9a-f-]{36})/([^/]+)/(\d{4}-\d{2}-\d{2})")
_FROM_THE_CALL = frozenset({"call.initiated", "data.collected"})

_CALLED = """
SELECT r.ref, c.started_at, r.policy_id FROM recordings_recording r
JOIN calls_call c ON c.ref = r.call_ref WHERE r.controller_ref = %(controller)s
"""
_HELD = """
SELECT i.item_ref FROM retention_helditem i JOIN retention_hold h ON h.ref = i.hold_id
WHERE h.controller_ref = %(controller)s AND h.closed_at IS NULL
AND (h.ends_at IS NULL OR h.ends_at > %(at)s)
"""
_ITEMS = """
SELECT ref, called_at, policy_id, cap_at, zone FROM retention_item
WHERE controller_ref = %(controller)s AND activity = 'call-recording' AND cap_at IS NOT NULL
"""
_RAW = "SELECT started_at FROM calls_cdrrow WHERE controller_ref = %(controller)s"
_UNRECORDED = """
SELECT started_at FROM telephony_linecall
WHERE controller_ref = %(controller)s AND recording_ref IS NULL
"""
_SEALED = "SELECT ref FROM vault_item WHERE controller_ref = %(controller)s"
_KNOWN = """
SELECT ref FROM retention_item WHERE controller_ref = %(controller)s
AND (due_at IS NOT NULL OR start_event NOT IN ('call.initiated', 'data.collected'))
UNION SELECT item_ref FROM intake_quarantined
WHERE controller_ref = %(controller)s AND item_ref IS NOT NULL AND due_at IS NOT NULL
"""


def _keep(rule: object) -> tuple[str, str] | None:
    """Period and start of a cap, as written."""
    cap = rule if isinstance(rule, dict) else {}
    return (str(cap["period"]), str(cap["start"])) if cap.get("period") else None


def _own_end(called: datetime, policy_id: str, glance: ProbeContext) -> datetime | None:
    """When a call's recording ends under the policy it was made under and the one now."""
    ends = []
    for document in (glance.documents.get(policy_id), glance.document):
        cap = _keep(table(recording_of(document or {}), "retain"))
        if document is not None and cap is not None and cap[1] in _FROM_THE_CALL:
            ends.append(_counted(called, cap[0], str(document["timezone"])))
    return min(ends, default=None)


@lru_cache(maxsize=65536)
def _counted(called: datetime, period: str, zone: str) -> datetime:
    return cap_end(called, period, ZoneInfo(zone))


def _floored(glance: ProbeContext) -> bool:
    return any(table(recording_of(one), "floor").get("period") for one in glance.documents.values())


@probes(Probe.EXPIRED_UNREADABLE)
def expired_unreadable(glance: ProbeContext) -> Count | None:
    """No recording opens after its day, counted from the calls and from the keys themselves."""
    if glance.recording is None and not glance.number(
        "SELECT count(*) FROM retention_item WHERE controller_ref = %(controller)s"
    ):
        return None
    held = {reference(row[0]) for row in glance.rows(_HELD)}
    kept = openable()
    late = glance.at - PATIENCE
    looked, wrong = 0, set[object]()
    for ref, called, policy_id in glance.rows(_CALLED):
        looked += 1
        mine = reference(ref)
        end = _own_end(instant(called), str(policy_id), glance)
        if mine in kept and mine not in held and end and end <= late and not _floored(glance):
            wrong.add(mine)
    wrong.update(_overdue_epochs(glance, late))
    return Count(looked_at=looked, wrong=len(wrong))


def _overdue_epochs(glance: ProbeContext, late: datetime) -> Iterator[str]:
    today = late.astimezone(glance.zone).date()
    wrapped = {str(name) for (name,) in key_rows("wraps", _WRAPPED_EPOCHS)}
    for name in wrapped & keys_left():
        found = _DUE_EPOCH.fullmatch(name)
        ours = found is not None and found[1] == str(glance.controller_ref)
        if ours and found and date.fromisoformat(found[3]) <= today:
            yield name


_WRAPPED_EPOCHS = "SELECT DISTINCT e.name FROM wrap w JOIN epoch e ON e.id = w.epoch"


@probes(Probe.DUE_DATES_FOLLOW_POLICY)
def due_dates_follow_policy(glance: ProbeContext) -> Count | None:
    """No stored end is later than a second calendar counts from the policy as written."""
    looked = wrong = 0
    for _ref, called, policy_id, cap_at, _zone in glance.rows(_ITEMS):
        looked += 1
        own = _own_end(instant(called), str(policy_id), glance)
        wrong += own is not None and instant(cap_at) > own
    rows = _rows_beside(glance)
    looked, wrong = looked + rows.looked_at, wrong + rows.wrong
    return Count(looked_at=looked, wrong=wrong) if looked or glance.recording else None


def _rows_beside(glance: ProbeContext) -> Count:
    """Raw rows of a source and calls without a recording end by rules of their own."""
    raw = table(table(glance.recording, "intake"), "raw")
    detail = table(table(table(glance.document, "record"), "call-detail"), "retain")
    looked = wrong = 0
    for question, rule in ((_RAW, raw), (_UNRECORDED, detail)):
        kept = _keep(rule)
        for (called,) in glance.rows(question) if kept else ():
            looked += 1
            zone = str(glance.document["timezone"])
            late = glance.at - PATIENCE
            wrong += kept is not None and _counted(instant(called), kept[0], zone) <= late
    return Count(looked_at=looked + 1, wrong=wrong + _audit_too_old(glance))


def _audit_too_old(glance: ProbeContext) -> bool:
    """Whether the audit, which all controllers share, holds an entry older than this one says."""
    kept = _keep(table(table(table(glance.document, "record"), "audit"), "retain"))
    oldest = next(iter(glance.rows("SELECT min(at) FROM audit_leaf")), (None,))[0]
    if kept is None or oldest is None:
        return False
    return ended(instant(oldest), kept[0], glance.zone, at=glance.at)


@probes(Probe.EVERYTHING_HAS_A_DUE_DATE)
def everything_has_a_due_date(glance: ProbeContext) -> Count:
    """Nothing lies in the vault without a day on which it ends or a rule that waits for one."""
    sealed = {reference(row[0]) for row in glance.rows(_SEALED)}
    known = {reference(row[0]) for row in glance.rows(_KNOWN)}
    return Count(looked_at=len(sealed), wrong=len(sealed - known))


_HOLDS = """
SELECT review_on, placed_at, start_event, ends_at, reason, policy_id, case_closed_at, "case"
FROM retention_hold WHERE controller_ref = %(controller)s AND closed_at IS NULL
"""


@probes(Probe.HOLDS_REVIEWED)
def holds_reviewed(glance: ProbeContext) -> Count | None:
    """Every hold has a case, is looked at in time and ends when its longest life is over."""
    if not table(glance.document, "activity"):
        return None
    today = glance.at.astimezone(glance.zone).date()
    looked = wrong = 0
    for review_on, placed, start, _ends, reason, policy_id, closed, case in glance.rows(_HOLDS):
        looked += 1
        late = date.fromisoformat(str(review_on)) < today
        begun = closed if start == "case.closed" else placed
        life = _longest(glance, str(policy_id), str(reason))
        over = (
            begun is not None
            and life
            and ended(
                instant(begun), life, glance.zone, at=glance.at - timedelta(hours=1) - PATIENCE
            )
        )
        wrong += bool(late or over or not case)
    return Count(looked_at=looked, wrong=wrong)


def _longest(glance: ProbeContext, policy_id: str, reason: str) -> str:
    document = glance.documents.get(policy_id, glance.document)
    rules = (recording_of(document) or {}).get("hold") or []
    assert isinstance(rules, list)
    return next(
        (str(one["max"]) for one in rules if isinstance(one, dict) and one["reason"] == reason), ""
    )


_WAITING = """
SELECT item_ref, arrived_at FROM intake_quarantined
WHERE controller_ref = %(controller)s AND item_ref IS NOT NULL
AND state = 'waiting'
"""


@probes(Probe.QUARANTINE_EMPTIED)
def quarantine_emptied(glance: ProbeContext) -> Count | None:
    """Nothing that waits for a decision opens after the quarantine's own period."""
    period = _keep(table(table(glance.recording, "intake"), "quarantine"))
    if period is None:
        return None
    kept: dict[Ref, str] = openable()
    looked = wrong = 0
    for ref, arrived in glance.rows(_WAITING):
        looked += 1
        over = ended(instant(arrived), period[0], glance.zone, at=glance.at - PATIENCE)
        wrong += over and reference(ref) in kept
    return Count(looked_at=looked, wrong=wrong)
