"""A sentence may be called proven only while breaking the engine turns its probe red."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from build.kept_rows import GIVEN, PAIRS
from callward.holdings.kinds import KINDS
from callward.promises.registry import every_probe
from callward.texts.states import BY_KIND, Probe

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


@pytest.mark.parametrize("probe", sorted(set(Probe) - BY_KIND))
def test_every_probe_has_a_test_that_breaks_the_engine_and_sees_it_red(probe):
    assert probe.name in probes_seen_red()


def test_every_probe_of_kinds_has_a_test_that_breaks_the_engine_at_each_kind_and_sees_it_red():
    by_kind = {name for name in every_probe() if name.kind}
    assert by_kind == set(PAIRS)
    assert GIVEN.keys() == KINDS.keys()
    assert PAIRS in broken_by_hand()


def broken_by_hand():
    """What the tests that break the engine by kind are made for, if they assert that it is red."""
    module = importlib.import_module("promises.test_probes_of_kinds")
    for node in ast.walk(ast.parse(Path(module.__file__).read_text())):
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(part, ast.Assert) and _is_red(part.test) for part in ast.walk(node)
        ):
            marks = getattr(getattr(module, node.name, None), "pytestmark", ())
            yield from (mark.args[1] for mark in marks if mark.name == "parametrize")
