"""A service that nobody outside its package calls has no door: give it one, or take it away."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
PACKAGES = sorted(
    file.parent.name for file in (SOURCE / "callward").glob("*/services.py") if file.is_file()
)
# What the worker runs and what start-up registers are doors as well.
OWN_DOORS = ("tasks.py", "apps.py", "holder.py")


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def exported(package: str) -> set[str]:
    """The functions that `services` hands out; types are known by those that answer with them."""
    tree = tree_of(SOURCE / "callward" / package / "services.py")
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    passed_on = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module.startswith(f"callward.{package}.")
        for alias in node.names
    }
    own = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    return {name for name in own | passed_on - read if name.islower()}


def used(tree: ast.Module, package: str) -> set[str]:
    """The names of a package's services that a module imports or asks for."""
    modules, found = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == f"callward.{package}.services":
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.Call) and len(node.args) == 2:  # loaded late, by its name
            words = [getattr(each, "value", None) for each in node.args]
            found |= {words[1]} if words[0] == f"callward.{package}.services" else set()
        if isinstance(node, ast.ImportFrom) and node.module == f"callward.{package}":
            modules |= {one.asname or one.name for one in node.names if one.name == "services"}
    found |= {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
    }
    return found


def without_door(package: str) -> list[str]:
    inside = SOURCE / "callward" / package
    callers = [
        file
        for file in [*(SOURCE / "callward").rglob("*.py"), *(SOURCE.parent / "tools").glob("*.py")]
        if inside not in file.parents or file.name in OWN_DOORS
    ]
    return sorted(exported(package).difference(*(used(tree_of(file), package) for file in callers)))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_service_has_a_caller_outside_its_package(package):
    assert without_door(package) == []


def test_the_check_sees_what_is_handed_out_and_who_asks():
    asked = ast.parse(
        "from callward.audit import services as audit\n"
        "from callward.audit.services import verify\n"
        "audit.record()\nother.checkpoint()\n"
        "_named_in('callward.audit.services', 'note_restore')()"
    )
    assert used(asked, "audit") == {"verify", "record", "note_restore"}
    assert {"record", "verify", "checkpoint"} <= exported("audit")
    assert "Verification" not in exported("audit")
