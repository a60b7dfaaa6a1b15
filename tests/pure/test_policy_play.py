"""Who may play a recording: nobody by default, and never without a reason."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from build.policies import RECORDING_SAMPLES, SAMPLES, sample
from callward.policy import may_play
from callward.policy.vocabulary import Need, PlayRefusal, Role

ALL_NEEDS = frozenset(Need)
PURPOSES = (None, "", "quality", "complaints", "evidence", "bookings", "curiosity")


def subsets(needs):
    ordered = sorted(needs)
    sizes = range(len(ordered) + 1)
    return map(frozenset, chain.from_iterable(combinations(ordered, size) for size in sizes))


@pytest.mark.req("K-09")
@pytest.mark.req("K-10")
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_only_declared_role_purpose_and_preconditions_together_open_a_recording(name):
    access = sample(name).recording.access
    for role, purpose, met in product(Role, PURPOSES, subsets(ALL_NEEDS)):
        allowed = role in access.roles and purpose in access.purposes and access.needs <= met
        refusal = may_play(sample(name), role=role, purpose=purpose, met=met)
        assert (refusal is None) == allowed


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize("name", SAMPLES)
def test_vera_who_must_see_nothing_hears_nothing(name, role):
    for purpose in PURPOSES:
        assert may_play(sample(name), role=role, purpose=purpose, met=ALL_NEEDS) is not None


@pytest.mark.parametrize(
    ("purpose", "role", "met", "refusal"),
    [
        (None, Role.DPO, ALL_NEEDS, PlayRefusal.NO_PURPOSE),
        ("", Role.DPO, ALL_NEEDS, PlayRefusal.NO_PURPOSE),
        ("bookings", Role.DPO, ALL_NEEDS, PlayRefusal.PURPOSE_NOT_DECLARED),
        ("curiosity", Role.AGENT, frozenset(), PlayRefusal.PURPOSE_NOT_DECLARED),
        ("quality", Role.AGENT, ALL_NEEDS, PlayRefusal.ROLE_NOT_ALLOWED),
        ("quality", Role.DPO, frozenset(), PlayRefusal.OWN_LOGIN_MISSING),
        ("quality", Role.DPO, ALL_NEEDS - {Need.OWN_LOGIN}, PlayRefusal.OWN_LOGIN_MISSING),
        ("quality", Role.DPO, ALL_NEEDS - {Need.SECOND_FACTOR}, PlayRefusal.SECOND_FACTOR_MISSING),
        (
            "quality",
            Role.DPO,
            ALL_NEEDS - {Need.CONFIDENTIALITY_SIGNED},
            PlayRefusal.CONFIDENTIALITY_MISSING,
        ),
        ("quality", Role.DPO, ALL_NEEDS - {Need.TRAINING_CURRENT}, PlayRefusal.TRAINING_MISSING),
        ("quality", Role.DPO, ALL_NEEDS, None),
    ],
)
def test_refusal_names_the_first_thing_that_is_missing(purpose, role, met, refusal):
    policy = sample("therapy-association")
    assert may_play(policy, role=role, purpose=purpose, met=met) == refusal


@pytest.mark.req("K-11")
@pytest.mark.parametrize("name", RECORDING_SAMPLES)
def test_overdue_training_suspends_playback(name):
    access = sample(name).recording.access
    met = ALL_NEEDS - {Need.TRAINING_CURRENT}
    for role, purpose in product(access.roles, access.purposes):
        refusal = may_play(sample(name), role=role, purpose=purpose, met=met)
        assert refusal is PlayRefusal.TRAINING_MISSING


@pytest.mark.parametrize("name", ["dermatology-clinic", "voip-provider"])
def test_where_nothing_is_recorded_nothing_can_be_played(name):
    refusal = may_play(sample(name), role=Role.DPO, purpose="quality", met=ALL_NEEDS)
    assert refusal is PlayRefusal.RECORDS_NO_CALLS
