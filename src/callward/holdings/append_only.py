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


_ACTS = ("update", "delete")
_SQLITE = """
CREATE TRIGGER {table}_refuses_{act} BEFORE {when} ON {table} WHEN NOT ({unless})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_refuses_{act}() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN IF {unless} THEN RETURN COALESCE(NEW, OLD); END IF;
RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_refuses_{act} BEFORE {when} ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_refuses_{act}()
"""
_NEVER = "1 = 0"


def refuse(editor: SchemaEditor, table: str, act: str, when: str, *, unless: str = _NEVER) -> None:
    """Refuse an act (`DELETE`, `UPDATE OF "at"`) on rows for which a condition does not hold."""
    parts = [_SQLITE]
    if editor.connection.vendor == "postgresql":
        parts = [_POSTGRESQL_FUNCTION, _POSTGRESQL]
    for part in parts:
        editor.execute(part.format(table=table, act=act, when=when, unless=unless))


def make_append_only(
    editor: SchemaEditor, table: str, *, columns: Sequence[str] = (), deletable: str = _NEVER
) -> None:
    """Refuse every UPDATE (of these columns) and every DELETE (but of these rows) from now on."""
    names = ", ".join(f'"{column}"' for column in columns)
    refuse(editor, table, "update", f"UPDATE OF {names}" if columns else "UPDATE")
    refuse(editor, table, "delete", "DELETE", unless=deletable)


def lift_append_only(editor: SchemaEditor, table: str, *, acts: Sequence[str] = _ACTS) -> None:
    """Allow changes again: for the reversal of a migration and for tests only."""
    owner = f" ON {table}" if editor.connection.vendor == "postgresql" else ""
    for act in acts:
        editor.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{act}{owner}")
