"""Whatever the product does is described by a place of the policy file (POLICY.md 3.15)."""

from __future__ import annotations

import tomllib

import pytest
from tools.reverse_check import DESCRIBED, Found, gaps, places_of_the_policy

NOTHING: frozenset[str] = frozenset()


def found(**kinds: frozenset[str]) -> Found:
    every = dict.fromkeys(("route", "model", "job", "host", "field"), NOTHING)
    return Found(**{**every, **kinds})


@pytest.mark.parametrize("kind", ["route", "model", "job", "host", "field"])
def test_what_no_rule_describes_is_refused(kind):
    [gap] = gaps(found(**{kind: frozenset({"/secret/"})}), {})
    assert gap == f"{kind} /secret/: no rule of the policy describes it"


def test_a_description_of_something_that_is_gone_is_refused():
    [gap] = gaps(found(), {"route": {"/gone/": "rights"}})
    assert gap == "route /gone/: described, but it does not exist"


def test_a_description_must_name_a_real_place_of_the_file():
    there = found(job=frozenset({"a.job"}))
    assert list(gaps(there, {"job": {"a.job": "activity.*.retain"}})) == []
    [gap] = gaps(there, {"job": {"a.job": "activity.*.retention"}})
    assert "is no place of the policy file" in gap


def test_every_technical_exception_says_why():
    described = tomllib.loads(DESCRIBED.read_text())
    reasons = [
        place.partition(": ")[2]
        for kind in described.values()
        for place in kind.values()
        if place.startswith("technical")
    ]
    assert reasons
    assert all(len(reason.split()) > 3 for reason in reasons)


def test_the_places_reach_into_tables_that_the_controller_names_itself():
    assert {
        "activity.*.retain.period",
        "category.*.dpv",
        "record.*.retain",
    } <= places_of_the_policy()
