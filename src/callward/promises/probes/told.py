"""Was everybody told before, asked where it must be, and left alone where it must not be?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.numbers import parse_number
from callward.promises.probe_context import Count, reference, table, words
from callward.promises.registry import probes
from callward.subjects import selectors as subjects
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.promises.probe_context import ProbeContext, Row, Table

_WITH_AUDIO = """
SELECT r.ref, c.told, c.direction, c.did_number_ref, c.source_system, c.evidence_ref, r.policy_id
FROM recordings_recording r JOIN calls_call c ON c.ref = r.call_ref
WHERE r.controller_ref = %(controller)s
AND r.state IN ('stored', 'verified', 'degraded', 'failed')
"""
_OFFICER = """
SELECT count(*) FROM telephony_linecall WHERE controller_ref = %(controller)s AND officer
"""
_SIGNED = "SELECT ref FROM intake_sourcedeclaration WHERE controller_ref = %(controller)s"
_ASKED_FIRST = frozenset({"keypress", "spoken"})


def _recordings(glance: ProbeContext) -> Iterator[tuple[Row, Table]]:
    for row in glance.rows(_WITH_AUDIO):
        document = glance.documents.get(str(row[6]), glance.document)
        rules = table(table(document, "activity"), "call-recording")
        yield row, rules


@probes(Probe.TOLD_OR_ASKED)
def told_or_asked(glance: ProbeContext) -> Count | None:
    """No recording is kept without a word of what its party was told, and by what it is shown."""
    if glance.recording is None:
        return _none_at_all(glance)
    signed = {reference(row[0]) for row in glance.rows(_SIGNED)}
    looked = wrong = 0
    for (_ref, told, direction, _did, _system, evidence, _policy), rules in _recordings(glance):
        looked += 1
        side = table(rules, "inbound" if direction == "in" else "outbound")
        asked = side.get("consent") in _ASKED_FIRST
        enough = {"asked", "asserted"} if asked else {"asked", "asserted", "announced"}
        unsigned = told == "asserted" and (evidence is None or reference(evidence) not in signed)
        wrong += told not in enough or unsigned
    return Count(looked_at=looked, wrong=wrong)


_CALLS = "SELECT count(*) FROM calls_call WHERE controller_ref = %(controller)s"


def _none_at_all(glance: ProbeContext) -> Count:
    """A controller that records no calls has no recordings, which is a promise too."""
    return Count(looked_at=glance.number(_CALLS), wrong=sum(1 for _ in glance.rows(_WITH_AUDIO)))


@probes(Probe.ONLY_DECLARED_DIRECTIONS)
def only_declared_directions(glance: ProbeContext) -> Count | None:
    """No recording goes a way that the policy of its day does not record."""
    if glance.recording is None:
        return _none_at_all(glance)
    looked = wrong = 0
    for row, rules in _recordings(glance):
        looked += 1
        wrong += row[2] not in words(rules, "directions")
    return Count(looked_at=looked, wrong=wrong)


@probes(Probe.ONLY_DECLARED_NUMBERS)
def only_declared_numbers(glance: ProbeContext) -> Count | None:
    """Where the policy names the recorded numbers, no call of another number is recorded (M-01)."""
    if glance.recording is None:
        return _none_at_all(glance)
    officer = glance.recording.get("officer_unrecorded")
    if not (words(glance.recording, "numbers") or officer):
        return None
    looked = glance.number(_OFFICER) if officer else 0
    wrong = glance.number(f"{_OFFICER} AND recording_ref IS NOT NULL") if officer else 0
    allowed: dict[frozenset[str], set[object]] = {}
    for row, rules in _recordings(glance):
        numbers = words(rules, "numbers")
        if numbers not in allowed:
            allowed[numbers] = _kept_numbers(glance, numbers)
        looked += 1
        ours = None if row[3] is None else reference(row[3])
        wrong += bool(numbers) and ours not in allowed[numbers]
    return Count(looked_at=looked, wrong=wrong)


def _kept_numbers(glance: ProbeContext, numbers: frozenset[str]) -> set[object]:
    region = str(glance.document["jurisdiction"])
    found = (
        subjects.find(glance.controller_ref, parse_number(one, region=region)) for one in numbers
    )
    return {one.ref for one in found if one is not None}
