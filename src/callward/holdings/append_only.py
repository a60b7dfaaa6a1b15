"""Triggers that refuse to change what was written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Connection(Protocol):
    """The part of a database connection that is asked here."""

    @property
    def vendor(self) -> str: ...


class SchemaEditor(Protocol):
    """The part of a migration's schema editor that is used here."""

    @property
    def connection(self) -> Connection: ...

    def execute(self, sql: str, /) -> object: ...


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
    names = ", ".join(f'"{column}"' for column in columns)
    update = f"UPDATE OF {names}" if columns else "UPDATE"
    return {"update": update, "delete": "DELETE"}


def make_append_only(editor: SchemaEditor, table: str, *, columns: Sequence[str] = ()) -> None:
    """Refuse every DELETE and every UPDATE (of these columns) from now on."""
    template = _SQLITE
    if editor.connection.vendor == "postgresql":
        editor.execute(_POSTGRESQL_FUNCTION.format(table=table))
        template = _POSTGRESQL
    for act, when in _acts(columns).items():
        editor.execute(template.format(table=table, act=act, when=when))


def lift_append_only(editor: SchemaEditor, table: str) -> None:
    """Allow changes again: for the reversal of a migration and for tests only."""
    owner = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    for act in _acts(()):
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{act}{owner}")
