"""Each notice as it was published shows exactly the defects that were read out of it.

The lists below are written by hand from sections 6 to 8 of the requirements (rows G, L and X),
controller by controller. `FOLLOWS` are findings that are not rows of their own for a controller
but follow from one; each says from which.
"""

from __future__ import annotations

from datetime import date

import pytest

from build.policies import POLICIES, SAMPLES, sample_toml
from callward.policy import lint, load
from callward.policy.lint_rule import RULES

THE_DAY = date(2026, 3, 29)

NAMED = {
    "therapy-association": """
        X-01 X-02 X-03 X-04 X-05 X-06 X-09 X-18 X-20 X-21 X-22 X-23 X-25
        G-01 G-02 G-03 G-04 G-09 G-10 G-11 G-12 G-13 G-15 G-16 G-17 G-19
        L-15 L-16 L-17 L-18 L-19 L-20 L-21 L-22 L-23 L-29 L-30 L-33 L-34 L-35 L-36 L-42 L-43
    """,
    "smart-metering": """
        X-10 X-11 X-16 X-20
        G-04 G-09 G-10 G-11 G-12 G-14 G-15 G-16
        L-01 L-03 L-04 L-05 L-07 L-08 L-24 L-25 L-29 L-30 L-33 L-37 L-43
    """,
    "dermatology-clinic": """
        X-12 X-17
        G-03 G-04 G-05 G-06 G-09 G-11 G-12 G-14 G-15 G-16 G-18 G-19
        L-02 L-15 L-26 L-27 L-29 L-30 L-33 L-39
    """,
    "web-shop": """
        X-07
        G-01 G-07 G-09 G-10 G-11 G-12 G-13 G-15 G-16 G-19
        L-28 L-29 L-33 L-38 L-42 L-43
    """,
    "voip-provider": """
        X-07 X-12 X-13 X-14 X-17 X-19 X-20 X-24
        G-04 G-08 G-09 G-11 G-12 G-16 G-18 G-19
        L-06 L-09 L-10 L-11 L-12 L-13 L-14 L-15 L-31 L-32 L-33 L-36 L-40 L-41 L-43
    """,
}
FOLLOWS = {
    "therapy-association": {},
    "smart-metering": {
        "P-45": "X-10: one consent is asked for several purposes",
        "P-53": "S-20: the officer's published telephone is the recorded line",
    },
    "dermatology-clinic": {
        "G-02": "X-12: the carrier of the messenger is named nowhere",
        "G-17": "G-06: no retention figure, so no category has a period",
        "L-03": "L-02: the interest beside the consent is named nowhere",
        "L-35": "G-06: no basis per purpose",
        "P-24": "G-06: no right of restriction, no portability",
        "X-10": "L-02: consent or legitimate interest are two bases",
    },
    "web-shop": {
        "X-11": "section 0: recordings are evidence, and nothing may exceed the period",
    },
    "voip-provider": {
        "G-17": "G-08: no retention for records, recordings, voice messages and logs",
        "L-29": "G-04, G-08 and G-09 are items of that checklist",
        "L-35": "G-08: no basis per purpose",
        "P-11": "X-15: at least three years, and no word of at most",
        "P-26": "section 0: the 72 hours of Article 33 are not spelled out",
        "X-21": "G-08: no retention at all for five activities",
    },
}
# Named for every notice, and answered elsewhere than in a finding.
ELSEWHERE = {
    "X-08": "30 days are later than a month: found as L-30, and the engine takes the earlier",
    "X-15": "a floor without a cap: found as P-11",
    "G-14": "a file cannot leave out version and day; where nothing rests on consent, nothing "
    "has to be proven (therapy association, web shop, VoIP provider)",
}


def published(name):
    return load((POLICIES / "as-published" / f"{name}.toml").read_bytes())


def findings_of(name):
    return lint(published(name), on=THE_DAY)


def expected(name):
    return sorted({*NAMED[name].split(), *FOLLOWS[name]})


@pytest.mark.parametrize("name", SAMPLES)
def test_notice_as_published_shows_exactly_the_expected_codes(name):
    assert sorted({finding.code for finding in findings_of(name)}) == expected(name)


@pytest.mark.parametrize("name", SAMPLES)
def test_no_list_names_a_code_twice(name):
    codes = [*NAMED[name].split(), *FOLLOWS[name]]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("name", SAMPLES)
def test_notice_as_published_cannot_be_put_into_force(name):
    refusing = [finding for finding in findings_of(name) if finding.refuses]
    assert len(refusing) > 10
    assert all(finding.waived is False for finding in refusing)


def test_together_they_show_every_row_that_a_notice_can_break():
    shown = {code for name in SAMPLES for code in expected(name)} | set(ELSEWHERE)
    rows = {code for code in RULES if code[0] in "GLX"}
    assert rows - shown == set()


@pytest.mark.parametrize("name", SAMPLES)
def test_complete_policy_has_none_of_them_as_an_error(name):
    findings = lint(load(sample_toml(name)), on=THE_DAY)
    assert [finding.code for finding in findings if finding.severity == "error"] == []


# What is left in the complete files asks counsel, or only says that days are not months.
REMARKS = {
    "therapy-association": ["L-20", "L-30", "L-42"],
    "smart-metering": ["L-30", "L-30", "P-45"],
    "dermatology-clinic": ["L-30"],
    "web-shop": ["L-30", "L-38", "L-42", "L-42"],
    "voip-provider": ["L-14", "L-30"],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_complete_policy_leaves_exactly_these_remarks(name):
    findings = lint(load(sample_toml(name)), on=THE_DAY)
    assert [finding.code for finding in findings] == REMARKS[name]
    assert not any(finding.waived for finding in findings)


@pytest.mark.parametrize("name", SAMPLES)
def test_notice_as_published_names_only_invented_contacts(name):
    text = (POLICIES / "as-published" / f"{name}.toml").read_text()
    own = text[: text.index("[authority]")] + text[text.index("[category") :]
    for word in own.replace('"', " ").split():
        if "@" in word or "://" in word:
            assert ".example" in word
        if word.startswith("+"):
            assert word.startswith("+442079460")
