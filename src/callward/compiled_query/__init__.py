"""Questions that every request asks: written with the models, compiled once, then only asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import CharField, DateTimeField, Expression, UUIDField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Field, Model, QuerySet
    from django.db.models.sql.compiler import SQLCompiler

    Back = Callable[..., Any]
    Turn = Callable[[Any], Any]
    Place = tuple[Any, Turn | None]
    Row = tuple[Any, ...]  # what the named columns hold, as the models would give it
    Query = Callable[..., QuerySet[Any, Any]]


M = TypeVar("M", bound="Model")


class Given(Expression):
    """The place in a question where a value comes in when it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name, self.into = name, field

    def as_sql(  # type: ignore[override]  # the place itself stands where its value will
        self, _compiler: SQLCompiler, _connection: BaseDatabaseWrapper
    ) -> tuple[str, list[Any]]:
        return "%s", [self]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """The statement, what is filled in, and what turns columns into values."""

    sql: str
    bare: str  # with SQLite's own places
    places: Sequence[Place]
    converters: Sequence[tuple[int, Sequence[Back], object]]


class Question:
    """One question to the database, so that no request pays for compiling it again."""

    def __init__(self, query: Query, **fields: Field[Any, Any]) -> None:
        self._query = query
        self._given = {name: Given(name, field) for name, field in fields.items()}
        self._compiled: _Compiled | None = None

    def rows(self, **values: object) -> list[Row]:
        """Ask, with a value for each named place."""
        known = self._compiled or self._compile()
        filled = [turn(values[name]) if turn else name for name, turn in known.places]
        return [_converted(row, known) for row in _ask(known, filled)]

    def first(self, **values: object) -> Row | None:
        """Ask for one row."""
        found = self.rows(**values)
        return found[0] if found else None

    def _compile(self) -> _Compiled:
        compiler = self._query(**self._given).query.get_compiler(connection=connection)
        sql, places = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select]
        found = compiler.get_converters(columns)
        self._compiled = _Compiled(
            sql=sql,
            bare=sql.replace("%s", "?").replace("%%", "%"),
            places=[_place(one) for one in places],
            converters=[
                (place, _turns_back(column, turns), column)
                for place, (turns, column) in found.items()
            ],
        )
        return self._compiled


def _ask(known: _Compiled, filled: list[Any]) -> list[Row]:
    if connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(known.sql, filled)
            return list(cursor.fetchall())
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return (
            _by_sqlite(known, filled)
            if connection.vendor == "sqlite"
            else _by_server(known, filled)
        )


def _by_sqlite(known: _Compiled, filled: list[Any]) -> list[Row]:
    # Django's cursor rewrites the statement's places each time, at more than SQLite's own cost.
    found: list[Row] = connection.connection.execute(known.bare, filled).fetchall()
    return found


def _by_server(known: _Compiled, filled: list[Any]) -> list[Row]:
    from psycopg import Cursor  # noqa: PLC0415  # the default loads no psycopg

    # Django's cursor writes the values into the text, so the server would plan it each time anew.
    with Cursor(connection.connection) as cursor:
        found: list[Row] = cursor.execute(known.sql.encode(), filled).fetchall()
    return found


def _place(place: object) -> Place:
    """A name and what makes its value fit the database, or a value that never changes."""
    if not isinstance(place, Given):
        return place, None
    return place.name, _turn_for(place.into)


def _turn_for(field: Field[Any, Any]) -> Turn:
    # What the field itself would do, without asking each time which database it is.
    if isinstance(field, UUIDField) and not connection.features.has_native_uuid_field:
        return attrgetter("hex")
    if isinstance(field, DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(field, CharField):
        return str
    return partial(field.get_db_prep_value, connection=connection, prepared=False)


def _turns_back(column: Any, turns: Sequence[Back]) -> Sequence[Back]:
    # SQLite keeps instants in UTC, and what it gives needs no more than to be told so.
    if connection.vendor == "sqlite" and type(column.output_field) is DateTimeField:
        return (_instant,)
    return turns


def _instant(found: datetime | str | None, _column: object, _connection: object) -> datetime | None:
    if isinstance(found, str):  # of a computed column, which has no declared type
        found = datetime.fromisoformat(found)
    return None if found is None else found.replace(tzinfo=UTC)


def columns_of(model: type[Model]) -> tuple[str, ...]:
    """The columns of a whole row, for a question that is answered with `row_of`."""
    return tuple(field.attname for field in model._meta.concrete_fields)  # noqa: SLF001  # Django's documented API


def row_of(model: type[M], columns: Sequence[str], values: Sequence[Any]) -> M:
    """The model's own object for the columns that were asked."""
    return model.from_db(DEFAULT_DB_ALIAS, columns, values)


def _converted(row: Row, known: _Compiled) -> Row:
    values = list(row)
    for place, turns, column in known.converters:
        for turn in turns:
            values[place] = turn(values[place], column, connection)
    return tuple(values)
