"""One meaning has one id, and the engine runs by exactly what the file says."""

from __future__ import annotations

import json
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies as st

from build.policies import (
    ABSENT,
    RECORDING_SAMPLES,
    SAMPLES,
    sample,
    sample_toml,
    tables_of,
    varied,
    varied_sample,
)
from callward.kernel.calendar import parse_period
from callward.policy import (
    Policy,
    canonical_json,
    compile_policy,
    from_canonical,
    load,
    policy_id_of,
)
from callward.policy.errors import CanonicalFormError, PolicyIncompleteError
from callward.policy.vocabulary import ConsentMode, Direction, Role

THERAPY = "therapy-association"
REC = "activity.call-recording"
VECTORS = Path(__file__).parents[1] / "vectors" / "policies"


def shuffled(value, random):
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: shuffled(value[key], random) for key in keys}
    if isinstance(value, list):
        return [shuffled(each, random) for each in value]
    return value


@settings(deadline=None, max_examples=20)
@given(name=st.sampled_from(SAMPLES), random=st.randoms(use_true_random=False))
def test_id_does_not_depend_on_the_order_of_keys(name, random):
    tables = shuffled(tables_of(name), random)
    policy = Policy.model_validate_json(json.dumps(tables))
    assert canonical_json(policy) == sample(name).canonical


@settings(deadline=None, max_examples=20)
@given(random=st.randoms(use_true_random=False))
def test_id_does_not_depend_on_the_order_within_a_set(random):
    purposes = tables_of(THERAPY)["activity"]["call-recording"]["purposes"]
    random.shuffle(purposes)
    assert varied_sample(THERAPY, {f"{REC}.purposes": purposes}) == sample(THERAPY)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        (f"{REC}.retain.period", "P5Y", "P60M"),
        (f"{REC}.access.playback", "PT15M", "PT900S"),
        ("rights.priority_words", [], ABSENT),
    ],
)
def test_two_ways_of_writing_one_meaning_have_one_id(path, one, other):
    first = varied_sample(THERAPY, {path: one})
    assert first.policy_id == varied_sample(THERAPY, {path: other}).policy_id


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{REC}.retain.period", "P4Y"),
        (f"{REC}.retain.start", "data.collected"),
        (f"{REC}.access.roles", ["dpo"]),
        ("version", "2026.2"),
        ("controller.legal_name", "Asociația Exemplu pentru terapie"),
        ("backup.keys.period", "P8D"),
        ("remark", [{"language": "en", "text": "We care."}]),
    ],
)
def test_every_change_of_meaning_changes_the_id(path, value):
    assert varied_sample(THERAPY, {path: value}).policy_id != sample(THERAPY).policy_id


@pytest.mark.parametrize("name", SAMPLES)
def test_canonical_form_is_sorted_utf8_without_spaces_decimals_or_empties(name):
    text = sample(name).canonical.decode()
    tables = json.loads(text, parse_float=pytest.fail)
    assert text == json.dumps(tables, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert "null" not in text
    assert "[]" not in text
    assert "{}" not in text


@pytest.mark.parametrize("name", SAMPLES)
def test_id_is_the_digest_of_the_canonical_form(name):
    policy = sample(name)
    assert policy.policy_id == policy_id_of(policy.canonical)
    assert compile_policy(load(sample_toml(name))) == policy


@settings(deadline=None, max_examples=30)
@given(
    name=st.sampled_from(RECORDING_SAMPLES),
    months=st.integers(1, 1200),
    roles=st.sets(st.sampled_from(list(Role)), min_size=1),
    brand=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40),
)
def test_archived_bytes_always_give_back_the_same_policy(name, months, roles, brand):
    changes = {
        f"{REC}.retain.period": f"P{months}M",
        f"{REC}.access.roles": [str(role) for role in roles],
        "controller.brand": brand,
    }
    policy = varied_sample(name, changes)
    assert from_canonical(policy.canonical) == policy


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 20_000,
        sample(THERAPY).canonical + b"\n",
        sample(THERAPY).canonical.replace(b'"P5Y"', b'"P5.5Y"'),
        sample(THERAPY).canonical.replace(b'"version":', b'"version": '),
        sample(THERAPY).canonical.replace(b'"basis"', b'"bases"'),
        sample(THERAPY).canonical[:-1] + b',"zz":1}',
        sample(THERAPY).canonical[:-1] + b',"zz":NaN}',
    ],
    ids=range(12),
)
def test_bytes_that_are_not_canonical_are_refused(damaged):
    with pytest.raises(CanonicalFormError):
        from_canonical(damaged)


@pytest.mark.parametrize("name", SAMPLES)
def test_policy_archived_by_an_earlier_version_still_reads_with_its_id(name):
    ids = tomllib.loads((VECTORS / "ids.toml").read_text())
    policy = from_canonical((VECTORS / f"{name}.json").read_bytes())
    assert policy.policy_id == ids[name]
    assert policy.controller == name


def test_compiled_policy_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        sample(THERAPY).version = "other"
    with pytest.raises(TypeError):
        sample(THERAPY).rules["activity.call-recording.retain"] = None


def test_compiled_policy_says_plainly_what_the_file_says():
    policy = sample(THERAPY)
    assert policy.zone == ZoneInfo("Europe/Bucharest")
    assert policy.languages == ("ro", "en")
    assert policy.financial_year_ends == (12, 31)
    assert policy.backup_life == parse_period("P30D")
    assert policy.key_backup_life == parse_period("P7D")
    assert policy.two_person.second is Role.DPO
    assert policy.two_person.delay == parse_period("P2D")
    recording = policy.recording
    assert policy.rules["activity.call-recording.intake.quarantine"].period == parse_period("P30D")
    assert policy.rules["activity.call-recording.intake.raw"].period == parse_period("P30D")
    assert recording.match_within == parse_period("PT24H")
    assert recording.length_tolerance == parse_period("PT2S")
    assert recording.stop_within == parse_period("PT1S")
    assert recording.access.playback == parse_period("PT15M")
    assert recording.source_deletion == parse_period("P1D")
    assert "activity.call-recording.floor" not in policy.rules


def test_brand_is_the_legal_name_where_there_is_none():
    policy = varied_sample(THERAPY, {"controller.brand": ABSENT})
    assert policy.brand == policy.legal_name


def test_two_person_rule_may_have_a_person_and_no_delay():
    assert sample("smart-metering").two_person.delay is None


def test_internal_calls_are_recorded_without_asking_anybody():
    changes = {f"{REC}.directions": ["in", "out", "internal"]}
    consent = varied_sample(THERAPY, changes).recording.consent
    assert consent[Direction.INTERNAL] is ConsentMode.NONE


def test_direction_that_is_not_recorded_asks_nobody():
    only_internal = varied_sample(THERAPY, {f"{REC}.directions": ["internal"]})
    assert set(only_internal.recording.consent) == {Direction.INTERNAL}


def test_recording_under_a_law_has_its_floor():
    floor = {"kind": "floor", "period": "P1Y", "start": "call.initiated", "law": "some-law"}
    policy = varied_sample(THERAPY, {f"{REC}.floor": floor})
    assert policy.rules["activity.call-recording.floor"].period == parse_period("P1Y")


@pytest.mark.parametrize(
    "changes",
    [{"recipient": []}, {"recipient.0.delete": ABSENT}, {"recipient.0.activity": "site-log"}],
)
def test_carrier_without_a_duty_has_no_deadline_to_delete(changes):
    assert varied_sample(THERAPY, changes).recording.source_deletion is None


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (f"{REC}.retain", ABSENT, f"{REC}.retain"),
        (f"{REC}.retain.kind", ABSENT, f"{REC}.retain.kind"),
        (f"{REC}.retain.period", ABSENT, f"{REC}.retain.period"),
        (f"{REC}.retain.period", "endless", f"{REC}.retain.period"),
        (f"{REC}.retain.start", ABSENT, f"{REC}.retain.start"),
        (f"{REC}.hold.0.max", ABSENT, f"{REC}.hold.max"),
        (f"{REC}.access", ABSENT, f"{REC}.access"),
        (f"{REC}.access.playback", ABSENT, f"{REC}.access.playback"),
        (f"{REC}.release", ABSENT, f"{REC}.release"),
        (f"{REC}.locate", ABSENT, f"{REC}.locate"),
        (f"{REC}.stop", ABSENT, f"{REC}.stop"),
        (f"{REC}.intake", ABSENT, f"{REC}.intake"),
        (f"{REC}.inbound", ABSENT, f"{REC}.inbound"),
        (f"{REC}.outbound", ABSENT, f"{REC}.outbound"),
        ("purpose.quality", ABSENT, "purpose.quality"),
        ("purpose.quality.basis", ABSENT, "purpose.quality.basis"),
        ("two_person", {}, "two_person"),
        ("two_person.delay", "as-needed", "two_person.delay"),
        ("backup.data.period", ABSENT, "backup.data.period"),
    ],
)
def test_engine_never_guesses_what_the_file_leaves_out(path, value, key):
    with pytest.raises(PolicyIncompleteError) as refusal:
        compile_policy(varied(THERAPY, {path: value}))
    assert refusal.value.key == key
