"""Every defect of the published notices has its rule, as severe as it was found to be."""

from __future__ import annotations

import pytest

from callward.policy.lint_rule import RULES
from callward.policy.vocabulary import Severity

# What the readers of the five notices called a warning; everything else stops a policy.
WARNED_OF = {5, 11, *range(13, 15), *range(17, 26), 28, *range(30, 33), 34, 38, 39, *range(41, 44)}
GAPS_WARNED_OF = {2, 12}
CONTRADICTIONS_WARNED_OF = {19, 20, 23}
WAIVABLE = {
    "L-01",
    "L-02",
    "L-03",
    "L-08",
    "L-27",
    "L-37",
    "G-09",
    "G-10",
    "G-11",
    "P-02",
    "X-13",
    "X-16",
}


@pytest.mark.parametrize("number", range(1, 44))
def test_error_of_a_published_notice_has_its_rule(number):
    severity = Severity.WARNING if number in WARNED_OF else Severity.ERROR
    assert RULES[f"L-{number:02}"].severity is severity


@pytest.mark.parametrize("number", range(1, 20))
def test_gap_of_a_published_notice_has_its_rule(number):
    severity = Severity.WARNING if number in GAPS_WARNED_OF else Severity.ERROR
    assert RULES[f"G-{number:02}"].severity is severity


@pytest.mark.parametrize("number", range(1, 26))
def test_contradiction_of_published_notices_has_its_rule(number):
    severity = Severity.WARNING if number in CONTRADICTIONS_WARNED_OF else Severity.ERROR
    assert RULES[f"X-{number:02}"].severity is severity


def test_only_what_leaves_the_text_true_can_be_waived():
    assert {code for code, rule in RULES.items() if rule.waivable} == WAIVABLE
