"""The states of a recording, and the ladder that a listener climbs."""

from __future__ import annotations

from pathlib import Path

import pytest

from callward.policy import compile_policy, load
from callward.policy.vocabulary import Need, PlayRefusal, Role
from callward.recordings.rules import why_not_play
from callward.recordings.states import ALLOWED, PLAYABLE, RecordingState, may_become

EVERY_NEED = frozenset(Need)
POLICIES = Path(__file__).parents[2] / "policies"


@pytest.fixture(scope="module")
def therapy():
    return compile_policy(load((POLICIES / "therapy-association.toml").read_bytes()))


def test_every_state_says_where_it_may_go():
    assert set(ALLOWED) == set(RecordingState)


@pytest.mark.req("K-05")
def test_a_refused_recording_never_becomes_anything_that_plays():
    assert ALLOWED[RecordingState.REFUSED] == frozenset()
    assert ALLOWED[RecordingState.BLOCKED] == frozenset()


def test_nothing_is_verified_before_it_was_stored():
    before = {state for state in RecordingState if may_become(state, RecordingState.VERIFIED)}

    assert before == {RecordingState.STORED, RecordingState.DEGRADED, RecordingState.FAILED}


def test_what_plays_has_audio():
    silent = {RecordingState.ABSENT, RecordingState.REFUSED, RecordingState.INTENDED}

    assert not PLAYABLE & silent


@pytest.mark.req("K-10")
@pytest.mark.parametrize(
    ("roles", "purpose", "met", "refusal"),
    [
        (frozenset(Role), "complaints", EVERY_NEED, None),
        (frozenset(), "complaints", EVERY_NEED, PlayRefusal.ROLE_NOT_ALLOWED),
        ({Role.AUDITOR}, "complaints", EVERY_NEED, PlayRefusal.ROLE_NOT_ALLOWED),
        ({Role.AUDITOR}, "", frozenset(), PlayRefusal.ROLE_NOT_ALLOWED),
        (frozenset(Role), "", frozenset(), PlayRefusal.NO_PURPOSE),
        (frozenset(Role), None, frozenset(), PlayRefusal.NO_PURPOSE),
        (frozenset(Role), "curiosity", frozenset(), PlayRefusal.PURPOSE_NOT_DECLARED),
        (
            frozenset(Role),
            "complaints",
            EVERY_NEED - {Need.TRAINING_CURRENT},
            PlayRefusal.TRAINING_MISSING,
        ),
    ],
)
def test_the_first_missing_rung_is_the_one_named(therapy, roles, purpose, met, refusal):
    real = next(iter(sorted(therapy.recording.access.purposes)))
    asked = real if purpose == "complaints" else purpose

    assert why_not_play(therapy, roles=roles, purpose=asked, met=met) == refusal


def test_a_policy_that_records_no_calls_opens_nothing():
    clinic = compile_policy(load((POLICIES / "dermatology-clinic.toml").read_bytes()))

    refusal = why_not_play(clinic, roles=frozenset(Role), purpose="complaints", met=EVERY_NEED)

    assert refusal is PlayRefusal.RECORDS_NO_CALLS
