"""Rows that come by the group: stated with the models, written without asking each field anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from uuid import UUID

    Turn = Callable[[Any], object]


_AS_THEY_ARE = (
    models.CharField, models.TextField, models.BinaryField,
    models.IntegerField, models.FloatField, models.BooleanField,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The statement of one table, and what turns each field into what the database stores."""

    sql: str
    values: Callable[[models.Model], tuple[Any, ...]]
    turns: tuple[tuple[int, Turn], ...]


def keep_rows(rows: Iterable[models.Model]) -> None:
    """Insert rows of one model with one statement, as `bulk_create` does at several times the cost.

    Neither signals nor generated keys: every row brings its own, as all our references do.
    """
    group = list(rows)
    if not group:
        return
    ours, table = connections[DEFAULT_DB_ALIAS], _table(type(group[0]))
    stored = [_stored(row, table) for row in group]
    ours.ensure_connection()
    ours.validate_no_broken_transaction()
    if ours.vendor == "sqlite":
        with ours.wrap_database_errors:
            ours.connection.executemany(table.sql, stored)
        return
    with transaction.atomic(savepoint=False), ours.wrap_database_errors:
        _copy(ours.connection, table.sql, stored)


def _copy(server: Any, sql: str, rows: Iterable[list[object]]) -> None:
    """Send rows as a stream; the server neither reads nor plans a statement for them."""
    from psycopg import Cursor  # noqa: PLC0415  # the default loads no psycopg

    with Cursor(server) as cursor, cursor.copy(sql.encode()) as stream:
        for row in rows:
            stream.write_row(row)


def _stored(row: models.Model, table: _Table) -> list[object]:
    values = list(table.values(row))
    for place, turn in table.turns:
        if values[place] is not None:
            values[place] = turn(values[place])
    return values


@lru_cache(maxsize=256)
def _table(model: type[models.Model]) -> _Table:
    ours = connections[DEFAULT_DB_ALIAS]
    fields = model._meta.concrete_fields  # noqa: SLF001  # Django's documented name
    columns = ", ".join(ours.ops.quote_name(field.column or field.attname) for field in fields)
    places = ", ".join("?" for _ in fields)
    turns = [(place, _turn(field)) for place, field in enumerate(fields)]
    into = f"{ours.ops.quote_name(model._meta.db_table)} ({columns})"  # noqa: SLF001  # as above
    insert = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608  # names of our own models only
    return _Table(
        sql=insert if ours.vendor == "sqlite" else f"COPY {into} FROM STDIN",
        values=attrgetter(*(field.attname for field in fields)),
        turns=tuple((place, turn) for place, turn in turns if turn is not None),
    )


def _turn(field: models.Field[Any, Any]) -> Turn | None:
    """How a value is stored; None when the database takes it as it is."""
    on_file = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
    if isinstance(field, models.ForeignKey):
        return _turn(field.target_field)
    if isinstance(field, models.UUIDField):
        return _hex if on_file else None
    if isinstance(field, models.DateTimeField):
        return instant if on_file else _aware
    if isinstance(field, _AS_THEY_ARE):
        return None
    return partial(field.get_db_prep_save, connection=connections[DEFAULT_DB_ALIAS])


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise TypeError
    return at


def _hex(ref: UUID) -> str:
    return ref.hex


@lru_cache(maxsize=4096)
def instant(at: datetime) -> str:
    """An instant as Django's SQLite columns hold it; refuses one without a zone."""
    if at.tzinfo is None:
        raise TypeError
    return str(at.astimezone(UTC).replace(tzinfo=None))
