"""Our own lint rules find what they are for, and leave good code alone."""

from __future__ import annotations

import textwrap

import pytest
from tools.check_house import check_module_names, check_source, check_text

GOOD = '''
"""A room."""

def keep(recording: str, *, at: str) -> str:
    """Keep it."""
    return recording + at
'''

ENGINE = "src/callward/retention/rules.py"


def rules_broken(text: str, path: str = ENGINE) -> set[str]:
    return {finding.rule for finding in check_source(path, textwrap.dedent(text))}


def test_good_code_breaks_no_rule():
    assert rules_broken(GOOD) == set()


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("H001", "a = 1\n" * 401),
        ("H002", "def keep():\n" + "    a = 1\n" * 26),
        ("H003", "def keep():\n if a:\n  if b:\n   if c:\n    if d:\n     pass\n"),
        ("H004", "def keep(data): return data\n"),
        ("H004", "class Manager: pass\n"),
        ("H004", "info = 3\n"),
        ("H005", "# TODO later\n"),
        ("H007", "from datetime import timedelta\nlimit = timedelta(hours=72)\n"),
        ("H008", "limit = 'P6M'\n"),
    ],
)
def test_each_rule_finds_its_fault(rule: str, text: str):
    assert rules_broken(text) == {rule}


def test_a_function_of_25_lines_below_its_docstring_fits():
    assert rules_broken('def keep():\n    """Promise."""\n' + "    a = 1\n" * 25) == set()


def test_elif_does_not_nest():
    branches = "".join(f" elif a == {n}:\n  pass\n" for n in range(9))
    assert rules_broken("def keep(a):\n if a:\n  pass\n" + branches) == set()


def test_a_span_computed_from_the_policy_is_fine():
    assert rules_broken("end = at + timedelta(seconds=rule.seconds)\n") == set()


def test_technical_rooms_may_hold_spans():
    assert rules_broken("pause = timedelta(seconds=2)\n", "src/callward/jobs/x.py") == set()


def test_a_todo_with_its_issue_is_fine():
    assert list(check_text("a.py", "# TODO(#7) later\n")) == []


@pytest.mark.parametrize("trace", ["see /home/someone/x", "cd /work/main", "from pypi.org"])
def test_traces_of_a_machine_are_found(trace: str):
    assert [finding.rule for finding in check_text("README.md", trace)] == ["H006"]


@pytest.mark.parametrize(
    ("rules", "paths"),
    [
        (["H009"], ["vault/ledger.py", "line/ledger.py"]),
        (["H010"], ["intake/keeping.py"]),
        (["H010"], ["vault/key_moving.py"]),
        ([], ["vault/models.py", "line/models.py"]),
        ([], ["console/views/holds.py", "console/forms/holds.py", "retention/holds.py"]),
        ([], ["line/call_routing.py"]),
    ],
)
def test_a_module_is_a_noun_with_one_meaning(rules: list[str], paths: list[str]):
    sources = [f"src/callward/{path}" for path in paths]
    assert [finding.rule for finding in check_module_names(sources)] == rules
