"""The map shows what is there: the drawing, the packages, and the files of the walks."""

from __future__ import annotations

import re

from tools.draw_packages import DRAWING, ROOT, drawn, lines, rows, uses

PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text()


def test_the_drawing_is_made_from_todays_imports():
    assert drawn(uses()) == DRAWING.read_text(), "run python -m tools.draw_packages"


def test_every_package_has_its_line_and_its_place():
    packages = set(uses())
    assert set(re.findall(r"\*\*(\w+)\*\* ", PAGE)) >= packages
    assert {name for row in rows(uses()) for name in row} == packages


def test_every_file_of_a_walk_exists():
    source = {path.name for path in (ROOT / "src" / "callward").rglob("*.py")}
    assert {name.split("/")[-1] for name in re.findall(r"[\w/]+\.py", PAGE)} <= source


def test_a_line_that_another_path_says_is_left_out():
    imports = {"a": frozenset({"b", "c"}), "b": frozenset({"c"}), "c": frozenset()}
    assert lines(imports) == [("a", "b"), ("b", "c")]
