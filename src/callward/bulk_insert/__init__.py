"""Rows that come by the group: stated with the models, written without asking each field anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections, models

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
    """The statement of one table, and what turns each field into what SQLite stores."""

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
    model, ours = type(group[0]), connections[DEFAULT_DB_ALIAS]
    if ours.vendor != "sqlite":
        _refuse_no_zone(model, group)
        model._default_manager.bulk_create(group)  # noqa: SLF001  # Django's documented name
        return
    table = _table(model)
    ours.ensure_connection()
    ours.validate_no_broken_transaction()
    with ours.wrap_database_errors:
        ours.connection.executemany(table.sql, [_stored(row, table) for row in group])


def _refuse_no_zone(model: type[models.Model], rows: list[models.Model]) -> None:
    fields = model._meta.concrete_fields  # noqa: SLF001  # Django's documented name
    instants = [field.attname for field in fields if isinstance(field, models.DateTimeField)]
    found = (getattr(row, name) for row in rows for name in instants)
    if any(at is not None and at.tzinfo is None for at in found):
        raise TypeError


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
    return _Table(
        sql=f"INSERT INTO {ours.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({places})",  # noqa: S608, SLF001, E501  # names of our own models only
        values=attrgetter(*(field.attname for field in fields)),
        turns=tuple((place, turn) for place, turn in turns if turn is not None),
    )


def _turn(field: models.Field[Any, Any]) -> Turn | None:
    """How a value is stored; None when SQLite takes it as it is."""
    if isinstance(field, models.ForeignKey):
        return _turn(field.target_field)
    if isinstance(field, models.UUIDField):
        return _hex
    if isinstance(field, models.DateTimeField):
        return instant
    if isinstance(field, _AS_THEY_ARE):
        return None
    return partial(field.get_db_prep_save, connection=connections[DEFAULT_DB_ALIAS])


def _hex(ref: UUID) -> str:
    return ref.hex


@lru_cache(maxsize=4096)
def instant(at: datetime) -> str:
    """An instant as Django's SQLite columns hold it; refuses one without a zone."""
    if at.tzinfo is None:
        raise TypeError
    return str(at.astimezone(UTC).replace(tzinfo=None))
