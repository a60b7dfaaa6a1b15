"""The reference of the policy file leaves out no key, no word and no rule."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest
from pydantic import BaseModel

from callward.policy import schema, schema_activity, vocabulary
from callward.policy.lint_rule import RULES

REFERENCE = (Path(__file__).parents[2] / "docs" / "reference" / "policy.md").read_text()
NOT_IN_THE_FILE = {"PlayRefusal"}


def kinds(module, root):
    return [
        each
        for name, each in vars(module).items()
        if isinstance(each, type) and issubclass(each, root) and each.__module__ == module.__name__
    ]


@pytest.mark.parametrize("table", [*kinds(schema, BaseModel), *kinds(schema_activity, BaseModel)])
def test_reference_names_every_key(table):
    for name, key in table.model_fields.items():
        assert f"`{key.alias or name}`" in REFERENCE


@pytest.mark.parametrize("words", kinds(vocabulary, StrEnum))
def test_reference_names_every_word(words):
    if words.__name__ not in NOT_IN_THE_FILE:
        assert all(f"`{word}`" in REFERENCE for word in words)


@pytest.mark.parametrize("code", RULES)
def test_reference_names_every_rule(code):
    assert f"| {code} | {RULES[code].severity} | {RULES[code].article} |" in REFERENCE
