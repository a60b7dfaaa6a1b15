"""The reference of the policy file is what the code says today, and leaves nothing out."""

from __future__ import annotations

import json
import tomllib
from datetime import date

import jsonschema
import pytest
from tools.make_reference import REFERENCE, main, stale
from tools.reference_keys import word_lists

from build.policies import SAMPLES, sample_toml, varied
from callward.policy import line_of, lint, load, schema_for_editors
from callward.policy.lint_rule import RULES, Trouble

THE_DAY = date(2026, 3, 29)


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


METERING = sample_toml("smart-metering").decode()


@pytest.mark.parametrize(
    ("stands", "written", "code"),
    [
        ('other_voices = "mask"', 'other_voices = "veto"', "L-08"),
        ('form = "any"', 'form = "written"', "L-25"),
        ('period = "P6M"', 'period = "endless"', "L-15"),
    ],
)
def test_finding_points_to_its_line(stands, written, code):
    text = METERING.replace(stands, written, 1)
    policy = load(text)
    finding = next(each for each in lint(policy, on=THE_DAY) if each.code == code)
    line = line_of(finding, policy=policy, text=text.encode())
    assert written in text.split("\n")[line - 1]


def test_finding_points_to_the_page_of_its_rule():
    (finding,) = (each for each in lint(load(METERING), on=THE_DAY) if each.code == "P-45")
    page, _, heading = finding.page.partition("#")
    assert f"## {heading.upper()}" in (REFERENCE.parents[1] / page).read_text(encoding="utf-8")


ROWS = "a = 1\n[[recipient]]\n\n[[recipient]]\n\n[[remark]]\n\n[[waiver]]\n"


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("recipient.second.delete", 4),
        ("recipient.third", 2),
        ("recipient", None),
        ("remark 1", 6),
        ("waiver 1 (L-01)", 8),
        ("waiver", None),
        ("transfers", None),
    ],
)
def test_row_is_found_by_its_name_or_number(where, line):
    row = {"role": "recipient", "activity": "call-recording", "country": "RO"}
    rows = [{**row, "id": "first"}, {**row, "id": "second"}]
    policy = varied("smart-metering", {"recipient": rows})
    finding = RULES["L-01"].finding(Trouble(where))
    assert line_of(finding, policy=policy, text="\ufeff" + ROWS) == line


@pytest.mark.parametrize(
    "wrong", [{"brnad": 1}, {"purpose": {"x": {"dpv": "dpv:Whatever"}}}], ids=["key", "term"]
)
def test_schema_for_editors_refuses_what_is_not_known(wrong):
    tables = tomllib.loads(sample_toml("web-shop").decode()) | wrong
    tables = json.loads(json.dumps(tables, default=date.isoformat))
    validator = jsonschema.Draft202012Validator(json.loads(schema_for_editors()))
    assert not validator.is_valid(tables)
