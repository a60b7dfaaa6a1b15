"""Every lint rule refuses what it is there to refuse, and nothing else."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from build.lint_cases import A_WAIVER, CASES, METERING, REC, THERAPY, VOIP
from build.policies import ABSENT, SAMPLES, sample_toml, varied
from callward.policy import PolicyError, compile_policy, lint, load
from callward.policy.lint_rule import RULES, Rule, registered
from callward.policy.vocabulary import Severity

THE_DAY = date(2026, 3, 29)


def found(policy, code, on=THE_DAY):
    return [each for each in lint(policy, on=on) if each.code == code]


@pytest.mark.parametrize(("code", "name", "wrong", "right"), CASES)
def test_rule_finds_what_it_refuses_in_whole_sentences(code, name, wrong, right):
    policy = varied(name, wrong)
    findings = lint(policy, on=THE_DAY)
    broken = [each for each in findings if each.code == code]
    assert broken
    for each in broken:
        assert each.where in each.fact
        assert "%(" not in each.fact + each.mend
        assert each.severity == RULES[code].severity
    assert not found(varied(name, right) if right else whole(name), code)
    if not any(each.refuses for each in findings):
        assert compile_policy(policy).policy_id


@cache
def whole(name):
    """A sample as it is; read once."""
    return varied(name)


def test_every_rule_has_a_failing_and_a_passing_case():
    assert {code for code, *_ in CASES} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_names_its_law_and_mends(rule):
    assert rule.article
    assert rule.fact.endswith(".")
    assert rule.mend.endswith(".")


def test_endless_cap_beside_a_floor_is_said_once():
    policy = varied(VOIP, {"activity.accounting.retain.period": "endless"})
    assert found(policy, "L-15")
    assert not found(policy, "X-15")


def test_objection_is_owed_only_where_an_interest_is_the_basis():
    purposes = {"only": {"dpv": "dpv:CustomerCare", "basis": "A6-1-b"}}
    rights = ["A15", "A16", "A17", "A18", "A77"]
    assert not found(varied(THERAPY, {"purpose": purposes, "rights.all": rights}), "P-24")


def test_two_rules_cannot_share_a_code():
    with pytest.raises(ValueError, match="L-01"):
        registered(Rule(code="L-01", article="x", fact="x", mend="x"))


def test_dated_waiver_lets_going_on_stand_but_keeps_it_in_sight():
    wrong = {f"{REC}.inbound.consent": "continued", "waiver": [A_WAIVER]}
    (finding,) = found(varied(METERING, wrong), "L-01")
    assert finding.waived
    assert not finding.refuses


def test_waiver_still_counts_on_its_last_day():
    wrong = {f"{REC}.inbound.consent": "continued", "waiver": [A_WAIVER]}
    assert found(varied(METERING, wrong), "L-01", on=date(2027, 6, 30))[0].waived


def test_expired_waiver_waives_nothing():
    wrong = {f"{REC}.inbound.consent": "continued", "waiver": [A_WAIVER]}
    (finding,) = found(varied(METERING, wrong), "L-01", on=date(2027, 7, 1))
    assert finding.refuses


def test_waiver_of_an_untrue_promise_waives_nothing():
    wrong = {
        f"{REC}.inbound.announce": "never",
        "waiver": [{**A_WAIVER, "code": "X-02"}],
    }
    assert found(varied(THERAPY, wrong), "X-02")[0].refuses


@pytest.mark.parametrize(
    "code", ["X-02", "P-06", "P-07", "P-09", "G-01", "G-13", "X-21", "L-15", "P-11", "X-15", "X-11"]
)
def test_what_would_make_the_text_untrue_is_never_waivable(code):
    assert not RULES[code].waivable


@settings(deadline=None, max_examples=40)
@given(name=st.sampled_from(SAMPLES), data=st.data())
def test_taking_any_one_key_out_is_refused_by_somebody_or_harmless(name, data):
    lines = sample_toml(name).decode().split("\n")
    del lines[data.draw(st.integers(0, len(lines) - 1))]
    try:
        policy = load("\n".join(lines))
    except PolicyError:
        return
    if not any(each.refuses for each in lint(policy, on=THE_DAY)):
        assert compile_policy(policy).policy_id


def test_findings_come_errors_first_and_in_a_stable_order():
    policy = varied(THERAPY, {"purpose.quality.basis": ABSENT, "record.audit": ABSENT})
    findings = lint(policy, on=THE_DAY)
    assert findings == lint(policy, on=THE_DAY)
    severities = [each.severity for each in findings]
    assert severities == sorted(severities, key=[Severity.ERROR, Severity.WARNING].index)
