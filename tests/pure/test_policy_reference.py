"""The reference of the policy file is what the code says today, and leaves nothing out."""

from __future__ import annotations

import json
import tomllib
from datetime import date

import jsonschema
import pytest
from tools.make_reference import REFERENCE, main, schema_for_editors, stale
from tools.reference_keys import word_lists

from build.policies import SAMPLES, sample_toml
from callward.policy.lint_rule import RULES


def test_reference_is_fresh():
    assert stale() == []
    assert main(["--check"]) == 0


@pytest.mark.parametrize("words", word_lists(), ids=lambda words: words.__name__)
def test_reference_names_every_word(words):
    page = (REFERENCE / "policy.md").read_text(encoding="utf-8")
    assert all(f"`{word}`" in page for word in words)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_a_page(code):
    page = (REFERENCE / "rules" / f"{code[0]}.md").read_text(encoding="utf-8")
    assert f"\n## {code}\n" in page


@pytest.mark.parametrize("name", SAMPLES)
def test_schema_for_editors_passes_the_samples(name):
    tables = json.loads(
        json.dumps(tomllib.loads(sample_toml(name).decode()), default=date.isoformat)
    )
    jsonschema.Draft202012Validator(json.loads(schema_for_editors())).validate(tables)


def test_schema_for_editors_refuses_a_key_that_is_not_known():
    tables = tomllib.loads(sample_toml("web-shop").decode()) | {"brnad": 1}
    tables = json.loads(json.dumps(tables, default=date.isoformat))
    validator = jsonschema.Draft202012Validator(json.loads(schema_for_editors()))
    assert not validator.is_valid(tables)
