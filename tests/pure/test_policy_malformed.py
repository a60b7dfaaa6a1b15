"""Two hundred malformed policies and more: one clear refusal each, within a second."""

from __future__ import annotations

import time
import tomllib
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from build.malformed import malformed, text_of, toml_of
from build.policies import SAMPLES
from callward.ops.main import run
from callward.policy import Finding, PolicyError, compile_policy, lint, load

THE_DAY = date(2026, 3, 29)
CASES = malformed()


def verdict_on(text):
    """What the product says of a policy: the error that stops it, or the findings that do."""
    try:
        policy = load(text)
        refusing = [finding for finding in lint(policy, on=THE_DAY) if finding.refuses]
        if not refusing:
            compile_policy(policy)
    except PolicyError as error:
        return error
    return refusing


def test_there_are_more_than_two_hundred_of_them():
    assert len(CASES) >= 200
    assert len({bytes(text) if isinstance(text, bytes) else text for _, text in CASES}) == len(
        CASES
    )


@pytest.mark.parametrize(("name", "text"), CASES, ids=[name for name, _ in CASES])
def test_malformed_policy_is_refused_clearly_within_a_second(name, text):
    began = time.process_time()
    verdict = verdict_on(text)
    assert time.process_time() - began < 1
    assert verdict, "nothing refuses it"
    for said in verdict if isinstance(verdict, list) else (verdict, *verdict.others):
        assert isinstance(said, Finding | PolicyError)
        sentence = f"{said.fact} {said.mend}" if isinstance(said, Finding) else str(said)
        assert said.code
        assert "%(" not in sentence
        assert sentence.isprintable()
        assert len(sentence) < 600


@pytest.mark.parametrize("kind", ["huge", "text", "toml", "twice", "type", "homoglyph", "conflict"])
def test_the_command_says_one_line_and_no_traceback(kind, tmp_path, capsys):
    for number, text in enumerate([text for name, text in CASES if name.startswith(kind)][::9]):
        file = tmp_path / f"{number}.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode(errors="replace"))
        assert run(["policy", "lint", str(file)]) == 1
        said = capsys.readouterr().err.rstrip("\n")
        assert said.startswith("callward: ")
        assert "\n" not in said
        assert "Traceback" not in said


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_written_anew_is_the_same_policy(name):
    assert load(toml_of(tomllib.loads(text_of(name)))) == load(text_of(name))


values = st.recursive(
    st.none().map(lambda _: "")
    | st.booleans()
    | st.integers(-5, 10**13)
    | st.sampled_from(["cap", "P6M", "endless", "RO", "A15", "x", "2026-01-01", "+442079460999"])
    | st.text(alphabet="aеz-.@ \u202e", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kind", "period", "id", "x", "a-b"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(SAMPLES), data=st.data())
def test_whatever_stands_in_the_place_of_a_value_is_read_or_refused(name, data):
    tables = tomllib.loads(text_of(name))
    for _ in range(data.draw(st.integers(1, 3))):
        here = tables
        while True:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            key = data.draw(st.sampled_from(keys))
            deeper = isinstance(here[key], dict | list) and here[key]
            if not deeper or data.draw(st.integers(0, 4)) == 0:
                break
            here = here[key]
        if data.draw(st.booleans()):
            here[key] = data.draw(values)
        elif isinstance(here, dict) and len(here) > 1:
            del here[key]
    verdict = verdict_on(toml_of(tables))
    assert isinstance(verdict, PolicyError | list)
