"""A migration stands for ever, so it must not lean on what changes."""

from __future__ import annotations

import ast
from enum import StrEnum
from pathlib import Path

import pytest
from django.db import models
from django.db.migrations.writer import MigrationWriter

import callward
from callward.ops.management.commands import makemigrations

HOUSE = Path(callward.__file__).parent
# What a migration may lean on: each stays where it is and means the same for ever.
LASTING = {
    "callward.holdings.append_only",
    "callward.kernel.references",  # new_ref, the default of every reference
    "callward.audit.models",  # IndexField, a kind of column
}


class Colour(StrEnum):
    RED = "red"


def imported_by(migration: Path) -> set[str]:
    tree = ast.parse(migration.read_text())
    plain = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    chosen = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {name for name in plain | chosen if name.split(".")[0] == "callward"}


@pytest.mark.parametrize(
    "migration",
    sorted(HOUSE.glob("*/migrations/0*.py")),
    ids=lambda path: f"{path.parent.parent.name}-{path.stem}",
)
def test_a_migration_leans_on_nothing_that_may_change(migration: Path) -> None:
    assert imported_by(migration) <= LASTING


def test_a_new_migration_holds_a_word_by_its_value() -> None:
    assert makemigrations.Command
    column = models.CharField(choices=[(Colour.RED, Colour.RED)], default=Colour.RED, max_length=8)
    written, imports = MigrationWriter.serialize(column)
    assert "choices=[('red', 'red')], default='red'" in written
    assert imports == {"from django.db import models"}
