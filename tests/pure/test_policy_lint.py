"""Every lint rule refuses what it is there to refuse, and nothing else."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from hypothesis import given, settings, strategies as st

from build.lint_cases import CASES
from build.policies import ABSENT, SAMPLES, sample_toml, varied
from callward.policy import PolicyError, compile_policy, lint, load
from callward.policy.lint_rule import RULES, Rule, registered
from callward.policy.vocabulary import Severity

THE_DAY = date(2026, 3, 29)
THERAPY, METERING, CLINIC = "therapy-association", "smart-metering", "dermatology-clinic"
SHOP, VOIP = "web-shop", "voip-provider"
REC = "activity.call-recording"
CAP = {"kind": "cap", "period": "P6M", "start": "call.initiated"}
A_WAIVER = {"code": "L-01", "by": "the board", "until": "2027-06-30", "reason": "until the menu"}

# code, sample, what breaks it, what of that would be right again ({} = the sample as it is)
BROKEN = [
    ("L-16", THERAPY, {"purpose.quality.dpv": "dpv:Purpose"}, {}),
    (
        "L-16",
        THERAPY,
        {"purpose.any-other": {"dpv": "dpv:CustomerCare", "basis": "A6-1-b"}},
        {},
    ),
    ("P-01", THERAPY, {"purpose.quality.dpv": "dpv:Whatever"}, {}),
    ("P-01", THERAPY, {f"{REC}.dpv": "dpv:Listen"}, {}),
    ("P-02", THERAPY, {"purpose.polls": {"dpv": "dpv:CustomerCare", "basis": "A6-1-b"}}, {}),
    ("P-03", THERAPY, {"purpose.quality": ABSENT}, {}),
    ("P-03", THERAPY, {"category.voice": ABSENT}, {}),
    ("P-05", THERAPY, {f"{REC}.purposes": []}, {}),
    ("P-05", THERAPY, {f"{REC}.categories": []}, {}),
    ("P-34", THERAPY, {"category.shoe-size": {"dpv": "pd:Age"}}, {}),
    ("L-35", THERAPY, {"purpose.quality.basis": ABSENT}, {}),
    ("L-03", THERAPY, {"purpose.quality.interest": ABSENT}, {}),
    ("L-03", THERAPY, {"purpose.quality.balancing": ABSENT}, {}),
    ("P-44", THERAPY, {"purpose.legal-duty.law": ABSENT}, {}),
    ("L-01", METERING, {f"{REC}.inbound.consent": "continued"}, {}),
    ("L-01", METERING, {f"{REC}.outbound.consent": "continued"}, {}),
    ("P-04", METERING, {f"{REC}.inbound.consent": "none"}, {}),
    ("P-04", CLINIC, {"activity.marketing.consent": ABSENT}, {}),
    ("P-45", METERING, {}, {"purpose.training.basis": "A6-1-b", "purpose.needs.basis": "A6-1-b"}),
    (
        "L-42",
        THERAPY,
        {},
        {"purpose.quality.basis": "A6-1-a", "purpose.therapy-offer.basis": "A6-1-a"},
    ),
    ("X-02", THERAPY, {f"{REC}.inbound.announce": "never"}, {}),
    ("X-02", THERAPY, {f"{REC}.inbound.announce": "after-identification"}, {}),
    ("X-02", THERAPY, {f"{REC}.outbound.announce": "never"}, {}),
    ("P-06", THERAPY, {f"{REC}.outbound.announce": "after-identification"}, {}),
    ("P-06", THERAPY, {f"{REC}.outbound.announce": "before-connect"}, {}),
    ("P-07", THERAPY, {f"{REC}.inbound": ABSENT}, {}),
    ("P-07", THERAPY, {f"{REC}.outbound": ABSENT}, {}),
    ("P-07", THERAPY, {f"{REC}.directions": []}, {}),
    ("P-08", THERAPY, {f"{REC}.outbound.reasons": []}, {}),
    ("P-09", THERAPY, {f"{REC}.stop.on": ["hangup"]}, {}),
    ("P-09", THERAPY, {f"{REC}.stop": ABSENT}, {}),
    ("G-01", THERAPY, {f"{REC}.unrecorded": []}, {}),
    ("G-13", THERAPY, {f"{REC}.inbound.refuse": ABSENT}, {}),
    ("G-13", THERAPY, {f"{REC}.outbound.refuse": ABSENT}, {}),
    ("P-20", THERAPY, {f"{REC}.intake": ABSENT}, {}),
    ("P-20", THERAPY, {f"{REC}.intake.formats": []}, {}),
    ("P-20", THERAPY, {f"{REC}.intake.max_bytes": 0}, {}),
    ("P-20", THERAPY, {f"{REC}.intake.match_within": "P1D"}, {}),
    ("X-21", THERAPY, {f"{REC}.retain": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.retain.kind": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.retain.period": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.retain.start": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.intake.quarantine.start": ABSENT}, {}),
    ("X-21", THERAPY, {"backup.keys.period": ABSENT}, {}),
    ("X-21", THERAPY, {"record.audit.retain.start": ABSENT}, {}),
    ("X-21", THERAPY, {"recipient.0.delete.start": ABSENT}, {}),
    ("P-10", THERAPY, {f"{REC}.retain.kind": "deadline"}, {}),
    ("P-10", THERAPY, {"backup.data.kind": "floor"}, {}),
    ("L-15", THERAPY, {f"{REC}.retain.period": "as-needed"}, {}),
    ("L-15", THERAPY, {f"{REC}.retain.period": "indeterminate"}, {}),
    ("L-15", THERAPY, {f"{REC}.hold.0.max": "endless"}, {}),
    ("L-15", THERAPY, {f"{REC}.hold.0.max": ABSENT}, {}),
    ("L-15", THERAPY, {f"{REC}.hold.0.review": ABSENT}, {}),
    ("P-11", VOIP, {"activity.accounting.retain": ABSENT}, {}),
    ("P-11", VOIP, {"activity.accounting.retain.kind": "floor"}, {}),
    ("X-24", VOIP, {"activity.accounting.floor.law": ABSENT}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.period": "P10Y"}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.period": "P9Y"}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.period": "PT24H"}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.start": "contract.ended"}, {}),
    ("P-13", THERAPY, {f"{REC}.hold.0.review": "P4Y"}, {}),
    ("P-14", THERAPY, {f"{REC}.hold.1.reason": "complaint"}, {}),
    ("X-11", THERAPY, {f"{REC}.hold": []}, {}),
    ("X-11", SHOP, {f"{REC}.hold": []}, {}),
    ("P-15", THERAPY, {f"{REC}.access.roles": []}, {}),
    ("P-15", THERAPY, {f"{REC}.access": ABSENT}, {}),
    ("P-16", THERAPY, {f"{REC}.access.purposes": []}, {}),
    ("P-17", THERAPY, {f"{REC}.access.purposes": ["quality", "sites-and-systems"]}, {}),
    ("P-18", THERAPY, {f"{REC}.access.needs": ["own-login"]}, {}),
    ("P-19", THERAPY, {f"{REC}.access.playback": ABSENT}, {}),
    ("P-19", THERAPY, {f"{REC}.access.playback": "P1D"}, {}),
    ("P-25", THERAPY, {f"{REC}.access.roles": ["call-reviewer", "administrator"]}, {}),
    ("P-21", THERAPY, {f"{REC}.release": ABSENT}, {}),
    ("P-21", THERAPY, {f"{REC}.release.to": ["authority"]}, {}),
    ("P-21", THERAPY, {f"{REC}.release.channels": []}, {}),
    ("L-08", THERAPY, {f"{REC}.release.other_voices": "veto"}, {}),
    ("P-22", THERAPY, {f"{REC}.locate": ABSENT}, {}),
    ("P-22", THERAPY, {f"{REC}.locate.regions": []}, {}),
    ("P-52", THERAPY, {"recipient.0.activity": "nothing"}, {}),
    ("P-51", THERAPY, {"recipient.0.contract": ABSENT}, {}),
    ("L-07", METERING, {"controller.fax": ABSENT}, {}),
    ("L-07", METERING, {"rights.channels": ["account"]}, {}),
    ("L-07", THERAPY, {f"{REC}.release.channels": ["courier"]}, {}),
    ("P-23", THERAPY, {"rights.channels": []}, {}),
    ("X-07", THERAPY, {"rights.answer": ABSENT}, {}),
    ("X-08", THERAPY, {"rights.answer": "P31D"}, {"rights.answer": "P1M"}),
    ("X-08", THERAPY, {"rights.answer": "P2M"}, {"rights.answer": "P28D"}),
    ("X-08", THERAPY, {"rights.extend": "P61D"}, {"rights.extend": "P60D"}),
    ("L-30", THERAPY, {}, {"rights.answer": "P1M", "rights.extend": ABSENT}),
    ("P-24", THERAPY, {"rights.all": ["A15", "A16", "A17", "A18", "A77"]}, {}),
    ("P-24", CLINIC, {"rights.all": ["A15", "A16", "A17", "A18", "A20", "A21", "A77"]}, {}),
    ("L-38", SHOP, {}, {"rights.all": ["A15", "A16", "A17", "A18", "A21", "A77"]}),
    ("G-12", THERAPY, {"rights.restriction_clock": ABSENT}, {}),
    ("L-29", THERAPY, {"controller.post": ABSENT, "controller.email": ABSENT}, {}),
    ("G-06", THERAPY, {"controller.registration": ABSENT}, {}),
    ("G-06", THERAPY, {"dpo": ABSENT}, {}),
    ("G-06", THERAPY, {"dpo": {}}, {}),
    ("P-26", THERAPY, {"breach.authority": ABSENT}, {}),
    ("P-26", THERAPY, {"breach.authority": "P4D"}, {}),
    ("L-13", VOIP, {"breach.authority_as_provider": ABSENT}, {}),
    ("L-13", VOIP, {"breach.authority_as_provider": "PT72H"}, {}),
    ("L-12", THERAPY, {"breach.contents": ["nature"]}, {}),
    ("G-16", THERAPY, {"record.audit": ABSENT}, {}),
    ("P-30", THERAPY, {"two_person": {}}, {}),
    ("P-30", THERAPY, {"two_person": {"second": "dpo", "delay": "endless"}}, {}),
    ("P-40", THERAPY, {"waiver": [{**A_WAIVER, "code": "L-99"}]}, {}),
    ("P-41", THERAPY, {"waiver": [{**A_WAIVER, "code": "X-02"}]}, {}),
    ("P-42", THERAPY, {"waiver": [{**A_WAIVER, "until": "2026-03-28"}]}, {}),
    ("P-43", THERAPY, {"waiver": [A_WAIVER]}, {}),
    *CASES,
]


def found(policy, code, on=THE_DAY):
    return [each for each in lint(policy, on=on) if each.code == code]


@pytest.mark.parametrize(("code", "name", "wrong", "right"), BROKEN)
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
    assert {code for code, *_ in BROKEN} == set(RULES)


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
