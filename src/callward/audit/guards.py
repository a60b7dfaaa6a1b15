"""Triggers that refuse to change what was written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SQLITE = """
CREATE TRIGGER {table}_refuses_{act} BEFORE {when} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_refuses_{act} BEFORE {when} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()
"""


def _acts(columns: Sequence[str]) -> dict[str, str]:
    update = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
    return {"update": update, "delete": "DELETE"}


def make_append_only(
    editor: BaseDatabaseSchemaEditor, table: str, *, columns: Sequence[str] = ()
) -> None:
    """Refuse every DELETE and every UPDATE (of these columns) from now on."""
    template = _SQLITE
    if editor.connection.vendor == "postgresql":
        editor.execute(_POSTGRESQL_FUNCTION.format(table=table))
        template = _POSTGRESQL
    for act, when in _acts(columns).items():
        editor.execute(template.format(table=table, act=act, when=when))


def lift_append_only(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Allow changes again: for the reversal of a migration and for tests only."""
    owner = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    for act in _acts(()):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{act}{owner}")
