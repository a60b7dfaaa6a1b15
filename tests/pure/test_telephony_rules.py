"""Every call is explained, or it alarms: no gap in the recordings is silent."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, strategies as st

from callward.recordings.states import RecordingState
from callward.telephony import rules
from callward.telephony.errors import MalformedNetworkError
from callward.telephony.rules import CallTrace
from callward.telephony.states import ALARMS, Explanation as Why, GateWord, RecordingFate as Fate

KEPT = {"has_object": True, "state": RecordingState.VERIFIED}
TRACES = [
    (CallTrace(answered=True, ledger_fate=Fate.STORED, **KEPT), Why.RECORDED),
    (
        CallTrace(answered=True, ledger_fate=Fate.STORED, paused=True, **KEPT),
        Why.RECORDED_WITH_PAUSE,
    ),
    (CallTrace(answered=True, ledger_fate=Fate.STORED, stopped=True, **KEPT), Why.STOPPED),
    (CallTrace(answered=True, ledger_fate=Fate.REFUSED), Why.REFUSED),
    (CallTrace(answered=True, ledger_fate=Fate.BLOCKED), Why.BLOCKED),
    (CallTrace(answered=False, ledger_fate=Fate.ABSENT), Why.NOT_ANSWERED),
    (CallTrace(answered=True, ledger_fate=Fate.ABSENT, required=False), Why.NOT_FOR_RECORDING),
    (CallTrace(answered=True, ledger_fate=Fate.ABSENT), Why.LOST_RECORDING),
    (CallTrace(answered=True, ledger_fate=Fate.DEGRADED, has_object=True), Why.DEGRADED),
    (CallTrace(answered=True, ledger_fate=Fate.STORED), Why.LOST_RECORDING),
    (CallTrace(answered=True, ledger_fate=Fate.STORED, destroyed=True), Why.DESTROYED),
    (CallTrace(answered=True, ledger_fate=Fate.STORED, quarantined=True), Why.QUARANTINED),
    (CallTrace(answered=True, ledger_fate=Fate.FAILED), Why.LOST_RECORDING),
    (CallTrace(answered=True), Why.LEDGER_MISSING),
    (CallTrace(answered=True, ledger_sound=False), Why.LEDGER_BROKEN),
    (CallTrace(answered=True, ledger_sound=False, quarantined=True), Why.QUARANTINED),
    (CallTrace(answered=True, collected=False), Why.LOST_CALL),
    (CallTrace(answered=True, collected=False, spool_waits=True), Why.WAITING),
    (CallTrace(answered=True, collected=False, spool_waits=True, overdue=True), Why.CAME_LATE),
    (CallTrace(answered=True, ledger_fate=Fate.REFUSED, has_object=True), Why.KEPT_THOUGH_REFUSED),
    (
        CallTrace(
            answered=True, ledger_fate=Fate.STORED, has_object=True, state=RecordingState.FAILED
        ),
        Why.CANNOT_BE_DECODED,
    ),
]


@pytest.mark.parametrize(("trace", "why"), TRACES)
def test_each_way_a_call_can_end_has_its_own_explanation(trace, why):
    assert rules.explain(trace) is why


def test_every_explanation_but_none_other_is_reached_by_some_call():
    assert {why for _, why in TRACES} == set(Why)


@given(
    fate=st.sampled_from([None, *Fate]),
    state=st.sampled_from([None, *RecordingState]),
    flags=st.tuples(*[st.booleans()] * 6),
)
def test_sound_of_a_refused_call_always_alarms_and_lost_sound_too(fate, state, flags):
    answered, paused, stopped, required, has_object, destroyed = flags
    trace = CallTrace(
        answered=answered,
        ledger_fate=fate,
        paused=paused,
        stopped=stopped,
        required=required,
        has_object=has_object,
        state=state,
        destroyed=destroyed,
    )
    why = rules.explain(trace)
    if fate is Fate.REFUSED and has_object:
        assert why in ALARMS
    if fate is Fate.STORED and not has_object and not destroyed:
        assert why in ALARMS


def test_a_day_adds_up():
    counted = rules.count([why for _, why in TRACES])
    assert counted.calls == len(TRACES)
    assert counted.calls == counted.recorded + counted.explained + counted.alarms
    assert counted.recorded == 3
    assert rules.count([]).calls == 0


@pytest.mark.req("S-03")
@pytest.mark.parametrize(("outbound", "gate"), list(product([True, False], GateWord)))
def test_nothing_personal_shows_on_a_call_out_before_the_answer(outbound, gate):
    silent = {GateWord.RINGING, GateWord.NOT_TOLD, GateWord.TOLD, GateWord.ASKED}
    assert rules.may_show_number(outbound=outbound, gate=gate) is (
        not outbound or gate not in silent
    )


@pytest.mark.req("C-14")
def test_only_addresses_and_networks_may_be_allowed():
    assert rules.networks("192.0.2.10\n192.0.2.17/28, 192.0.2.10") == (
        "192.0.2.10/32",
        "192.0.2.16/28",
    )
    with pytest.raises(MalformedNetworkError):
        rules.networks("carrier.example")


@pytest.mark.parametrize("fate", Fate)
def test_every_fate_is_a_state_of_a_recording(fate):
    assert rules.state_of(fate) in RecordingState
