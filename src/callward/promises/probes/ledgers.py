"""Do the ledgers of recorded calls show that people were told first and that recording stopped?"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

from callward.promises.probe_context import Count, instant, recording_of, reference, table, words
from callward.promises.registry import probes
from callward.promises.second_calendar import span
from callward.texts.states import Probe
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.promises.probe_context import ProbeContext, Table

Line = dict[str, object]

_OF_THE_LINE = """
SELECT l.recording_ref, l.policy_id, c.ended_at, r.seconds
FROM telephony_linecall l JOIN calls_call c ON c.ref = l.call_ref
JOIN recordings_recording r ON r.ref = l.recording_ref
WHERE l.controller_ref = %(controller)s AND r.state IN ('stored', 'verified', 'degraded')
AND EXISTS (SELECT 1 FROM vault_part p WHERE p.item_ref = l.recording_ref AND p.name = 'ledger')
"""
_A_FRAME = timedelta(milliseconds=20)


def _read(ref: Ref) -> list[Line]:
    """The lines of a ledger; empty when its own chain does not hold."""
    raw = vault.read_range(ref, "ledger", 0, vault.part_size(ref, "ledger"))
    lines, before = [], None
    for text in raw.splitlines():
        line = json.loads(text)
        if before is not None and line["previous"] != hashlib.sha256(before).hexdigest():
            return []
        lines.append(line)
        before = text
    return lines


def _ledgers(glance: ProbeContext) -> Iterator[tuple[list[Line], tuple[object, ...]]]:
    for row in glance.rows(_OF_THE_LINE):
        yield _read(reference(row[0])), row


def _first(lines: list[Line], entry: str) -> int | None:
    return next((n for n, line in enumerate(lines) if line["entry"] == entry), None)


@probes(Probe.TOLD_BEFORE_RECORDED)
def told_before_recorded(glance: ProbeContext) -> Count | None:
    """In every ledger the announcement was heard to its end before the first frame was kept."""
    if glance.recording is None:
        return None
    looked = wrong = 0
    for lines, _row in _ledgers(glance):
        looked += 1
        opened = _first(lines, "opened")
        told = [
            n
            for n, line in enumerate(lines)
            if line["entry"] == "announcement-ended" and _facts(line).get("complete") is True
        ]
        wrong += opened is None or not told or told[0] > opened
    return Count(looked_at=looked, wrong=wrong)


def _facts(line: Line) -> dict[str, object]:
    found = line.get("facts")
    return found if isinstance(found, dict) else {}


@probes(Probe.STOPPED_IN_TIME)
def stopped_in_time(glance: ProbeContext) -> Count | None:
    """Nothing is recorded later than the policy's seconds after a hang-up or a refusal (K-05)."""
    if glance.recording is None:
        return None
    looked = wrong = 0
    for lines, (_ref, policy_id, ended_at, seconds) in _ledgers(glance):
        looked += 1
        document = glance.documents.get(str(policy_id), glance.document)
        allowed = table(recording_of(document), "stop").get("within_seconds")
        spare = timedelta(seconds=int(str(allowed)))
        opened = _first(lines, "opened")
        if opened is None:
            wrong += 1
            continue
        length = timedelta(seconds=float(str(seconds))) - _A_FRAME
        last = _at(lines[opened]) + length
        late = last > min(instant(ended_at), _stop(lines)) + spare
        wrong += late or _paused_too_long(lines, table(recording_of(document), "pause"), spare)
    return Count(looked_at=looked, wrong=wrong)


def _paused_too_long(lines: list[Line], pause: Table, spare: timedelta) -> bool:
    """Whether some pause lasted longer than the policy's longest (then it ends by itself)."""
    longest, named = pause.get("max"), words(pause, "reasons")
    begun: dict[object, datetime] = {}
    for line in lines:
        reason = _facts(line).get("reason")
        if line["entry"] == "paused" and reason in named:  # a hold or a transfer has no longest
            begun[reason] = _at(line)
        if line["entry"] == "resumed" and reason in begun and longest is not None:
            limit = timedelta(seconds=span(str(longest)).seconds) + spare
            if _at(line) - begun.pop(reason) > limit:
                return True
    return False


def _at(line: Line) -> datetime:
    return instant(str(line["at"]))


def _stop(lines: list[Line]) -> datetime:
    """When the call had to stop being recorded: the first refusal, stop or the ledger's end."""
    ends = [line for line in lines if line["entry"] in {"refused", "stopped", "shut"}]
    return _at(ends[0] if ends else lines[-1])
