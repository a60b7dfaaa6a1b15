"""`callward policy lint` names code, line, fact and mend in four languages; waived stands apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build.ops import CLONE
from callward.ops.commands.policies import LANGUAGES
from callward.ops.main import run

METERING = CLONE / "policies" / "smart-metering.toml"
PUBLISHED = CLONE / "policies" / "as-published"
WAIVER = """
[[waiver]]
code = "L-01"
by = "board of the company"
until = 2099-12-31
reason = "the notice in force says so; the greeting changes with the next revision"
"""


def said(capsys, *words):
    code = run(["policy", *words])
    heard = capsys.readouterr()
    return code, heard.out, heard.err


@pytest.fixture
def waived(tmp_path):
    text = METERING.read_text().replace('consent = "keypress"', 'consent = "continued"', 1)
    file = tmp_path / "waived.toml"
    file.write_text(text + WAIVER)
    return str(file)


@pytest.mark.req("S-02")
def test_going_on_as_consent_runs_only_under_a_dated_waiver_and_is_told_apart(capsys, waived):
    code, out, err = said(capsys, "lint", waived)
    assert (code, err.strip().endswith("no error.")) == (0, True)
    first, second = out.split("Waived until a day, and shown red to everybody:")
    assert "L-01" not in first
    assert "L-01" in second


def test_json_says_what_is_waived_and_where_it_stands(capsys, waived):
    _, out, _ = said(capsys, "lint", waived, "--json")
    [row] = [row for row in json.loads(out) if row["code"] == "L-01"]
    assert row["severity"] == "waived"
    line = Path(waived).read_text().split("\n")[row["line"] - 1]
    assert line.startswith("inbound =")
    assert row["page"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", sorted(PUBLISHED.glob("*.toml")), ids=lambda file: file.stem)
def test_every_finding_is_said_in_the_language_that_was_asked(capsys, file, language):
    code, out, _ = said(capsys, "lint", str(file), "--lang", language, "--json")
    _, english, _ = said(capsys, "lint", str(file), "--json")
    rows, plain = json.loads(out), json.loads(english)
    assert code == 1
    assert [row["code"] for row in rows] == [row["code"] for row in plain]
    same = [
        row["code"]
        for row, other in zip(rows, plain, strict=True)
        if row["fact"] == other["fact"] or row["mend"] == other["mend"]
    ]
    assert same == ([] if language != "en" else [row["code"] for row in plain])
    assert all("%(" not in row["fact"] + row["mend"] for row in rows)


def test_schema_for_editors_is_printed_and_written_once(capsys, tmp_path):
    code, out, _ = said(capsys, "schema")
    assert code == 0
    assert json.loads(out)["type"] == "object"
    file = tmp_path / "schema.json"
    assert said(capsys, "schema", "--to", str(file))[0] == 0
    assert file.read_text() == out
    assert said(capsys, "schema", "--to", str(file))[0] == 1


def test_mend_in_brackets_reaches_the_reader_whole(capsys):
    _, out, _ = said(capsys, "lint", str(PUBLISHED / "voip-provider.toml"))
    assert "Add objection_shown = [set-apart, first-contact]." in out


@pytest.mark.parametrize(
    ("language", "heading", "severity"),
    [
        ("en", "Severity", "warning"),
        ("ro", "Gravitate", "avertisment"),
        ("bg", "Тежест", "предупреждение"),
        ("lt", "Svarba", "įspėjimas"),
    ],
)
def test_the_table_is_said_in_the_language_that_was_asked(capsys, language, heading, severity):
    _, out, _ = said(capsys, "lint", str(METERING), "--lang", language)
    first, second, *_ = out.splitlines()
    assert heading in first.split()
    assert severity in second.split()
