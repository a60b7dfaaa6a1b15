"""Does the phone line do what its policy says: tell first, stop in time, keep nothing of a no?"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, cast

from callward import texts
from callward.policy import policy_of
from callward.promises.probe_context import (
    Count,
    instant,
    openable,
    recording_of,
    reference,
    table,
    words,
)
from callward.promises.registry import probes
from callward.texts.states import Probe

if TYPE_CHECKING:
    from pathlib import Path

    from callward.promises.probe_context import ProbeContext, Table

_OUTBOUND = """
SELECT l.policy_id, p.reason, p.reference, p.ends_at, c.started_at
FROM telephony_linecall l JOIN calls_call c ON c.ref = l.call_ref
LEFT JOIN telephony_dialpermit p ON p.call_ref = l.ref
WHERE l.controller_ref = %(controller)s AND c.direction = 'out'
"""
_REFUSED = """
SELECT l.ref, l.line_call_ref, l.recording_ref FROM telephony_linecall l
WHERE l.controller_ref = %(controller)s AND l.fate = 'refused'
"""
_SEALED = "SELECT ref FROM vault_item WHERE controller_ref = %(controller)s"


@probes(Probe.CALLED_FOR_A_REASON)
def called_for_a_reason(glance: ProbeContext) -> Count | None:
    """Every call that the line placed had a permit, an allowed reason and its reference (K-03)."""
    looked = wrong = 0
    for policy_id, reason, case, ends_at, started_at in glance.rows(_OUTBOUND):
        looked += 1
        allowed = _reasons(glance.documents.get(str(policy_id), glance.document))
        late = ends_at is None or instant(ends_at) < instant(started_at)
        wrong += reason not in allowed or not case or late
    return Count(looked_at=looked, wrong=wrong) if looked or _reasons(glance.document) else None


def _reasons(document: Table) -> frozenset[str]:
    recorded = words(table(recording_of(document), "outbound"), "reasons")
    return recorded | words(table(document, "calling"), "reasons")


@probes(Probe.REFUSED_LEAVES_NOTHING)
def refused_leaves_nothing(glance: ProbeContext) -> Count | None:
    """Of a call whose recording was refused there is no audio: no row, no key, no file."""
    if glance.recording is None:
        return None
    sealed = {reference(row[0]) for row in glance.rows(_SEALED)}
    kept = set(openable())
    names = {path.name for path in (glance.world.spool / "line").rglob("*.audio")}
    looked = wrong = 0
    for row in glance.rows(_REFUSED):
        looked += 1
        refs = {reference(one) for one in row if one is not None}
        left = refs & (sealed | kept)
        wrong += bool(left) or any(str(ref) in name for ref in refs for name in names)
    return Count(looked_at=looked, wrong=wrong)


@probes(Probe.PROMPTS_MATCH)
def prompts_match(glance: ProbeContext) -> Count | None:
    """What the line would say now has the hash of its file and the words of the policy in force."""
    ours = _snapshot_of(glance)
    if ours is None:
        return None
    policy_text = str(ours["policy"])
    looked, wrong = 1, int(ours["policy_id"] != glance.policy_id)
    for language, prompts in table(ours, "prompts").items():
        says = texts.prompt_texts(policy_of(policy_text.encode()), language)
        for key, prompt in cast("Table", prompts).items():
            looked += 1
            one = cast("Table", prompt)
            heard = _digest(_prompt_file(glance, one))
            told = {str(name): text for name, text in says.items()}
            wrong += heard != one["sha256"] or told.get(key) != one["text"]
    return Count(looked_at=looked, wrong=wrong)


def _snapshot_of(glance: ProbeContext) -> Table | None:
    path = glance.world.root / "line" / "line.json"
    if not path.is_file():
        return None
    lines = json.loads(path.read_text())["controllers"]
    mine = [one for one in lines if one["controller"] == glance.slug]
    return cast("Table", mine[0]) if mine else None


def _prompt_file(glance: ProbeContext, prompt: Table) -> Path:
    return glance.world.root / "line" / "prompts" / str(prompt["file"])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
