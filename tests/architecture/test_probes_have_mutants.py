"""A sentence may be called proven only while breaking the engine turns its probe red."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from callward.texts.states import Probe

TESTS = Path(__file__).parent.parent / "promises"


def probes_seen_red() -> set[str]:
    """The probes of which some test asserts that they count at least one wrong thing."""
    seen = set()
    for path in TESTS.glob("test_probes_of_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assert) and _is_red(node.test):
                seen |= {
                    part.attr
                    for part in ast.walk(node.test)
                    if isinstance(part, ast.Attribute) and ast.unparse(part.value) == "Probe"
                }
    return seen


def _is_red(test: ast.expr) -> bool:
    if not (isinstance(test, ast.Compare) and "wrong(" in ast.unparse(test.left)):
        return False
    [operator], [bound] = test.ops, test.comparators
    return not (
        isinstance(operator, ast.Eq) and isinstance(bound, ast.Constant) and bound.value == 0
    )


@pytest.mark.parametrize("probe", list(Probe))
def test_every_probe_has_a_test_that_breaks_the_engine_and_sees_it_red(probe):
    assert probe.name in probes_seen_red()
