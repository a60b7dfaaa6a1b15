"""Freeze a few rows of every table of a demonstration, so that tests carry them forward for ever.

Run once for a state of the tables, on a folder of invented people that nobody needs any more:
`CALLWARD_DATA=… callward demo --once`, then `CALLWARD_DATA=… python tests/migrations/freeze.py`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models, transaction
from django.db.migrations.recorder import MigrationRecorder

from callward.ops.command_context import load

ROWS = Path(__file__).with_name("rows.json")
A_FEW, LONGEST = 2, 600
AN_INSTANT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
# What the demonstration leaves empty is invented field by field; these must say something else.
CHOSEN: dict[str, dict[str, object]] = {
    "telephony.Gap": {"why": "lost-call"},
    "telephony.CountedDay": {"calls": 3},
    "telephony.OpeningSpan": {"closes": time(17, 0)},
}


def invented(model: type[models.Model]) -> models.Model:
    """A row that keeps the constraints and tells of nobody."""
    chosen = CHOSEN.get(model._meta.label, {})
    fields = [field for field in model._meta.concrete_fields if not field.auto_created]
    return model(**{field.attname: chosen.get(field.name, _value(field)) for field in fields})


def _value(field: models.Field[Any, Any]) -> object:
    if field.null:
        return None
    if field.remote_field:
        return field.related_model._base_manager.values_list("pk", flat=True).first()
    if field.has_default():
        return field.get_default()
    if field.choices:
        return field.choices[0][0]
    return _of_type(field)


def _of_type(field: models.Field[Any, Any]) -> object:
    later = field.model._meta.concrete_fields.index(field)  # what ends stands after what begins
    said = "" if field.blank else "invented"[: field.max_length]
    known: dict[str, object] = {
        "UUIDField": UUID(int=len(field.name)),
        "DateTimeField": AN_INSTANT + timedelta(hours=later),
        "DateField": AN_INSTANT.date(),
        "TimeField": time(9, 0),
        "BooleanField": False,
        "BinaryField": b"\x01\x02",
    }
    known |= dict.fromkeys(("CharField", "TextField", "SlugField"), said)
    return known.get(field.get_internal_type(), 1)


def rows_of(model: type[models.Model]) -> list[models.Model]:
    """The first few rows, or an invented one."""
    kept = list(model._base_manager.order_by("pk")[:A_FEW])
    if not kept:
        kept = [invented(model)]
        kept[0].save(force_insert=True)
    return kept


def written(row: models.Model) -> dict[str, str | None]:
    """Its values in the words of its fields, whatever the database."""
    fields = row._meta.concrete_fields
    return {
        field.attname: None
        if getattr(row, field.attname) is None
        else _short(field, field.value_to_string(row))
        for field in fields
    }


def _short(field: models.Field[Any, Any], text: str) -> str:
    return text if len(text) <= LONGEST or field.name in {"canonical", "source"} else text[:LONGEST]


def closed(rows: list[models.Model]) -> list[models.Model]:
    """The rows, after every row that they refer to."""
    found: dict[tuple[str, object], models.Model] = {}

    def take(row: models.Model) -> None:
        key = (row._meta.label, row.pk)
        if key in found:
            return
        for field in row._meta.concrete_fields:
            if field.remote_field and getattr(row, field.attname) is not None:
                take(getattr(row, field.name))
        found[key] = row

    for row in rows:
        take(row)
    return list(found.values())


def main() -> None:
    """Write the rows and the state of the tables that they stand in."""
    load()
    rooms = [room for room in apps.get_app_configs() if room.name.startswith("callward.")]
    state: dict[str, str] = {}
    recorded = MigrationRecorder.Migration.objects.order_by("id").values_list("app", "name")
    state.update((app, name) for app, name in recorded if app in {room.label for room in rooms})
    with transaction.atomic():
        tables = chain.from_iterable(room.get_models() for room in rooms)
        rows = closed([row for model in tables for row in rows_of(model)])
        frozen = [{"model": row._meta.label, "fields": written(row)} for row in rows]
        transaction.set_rollback(True)
    ROWS.write_text(
        json.dumps({"state": state, "rows": frozen}, indent=1, ensure_ascii=False) + "\n"
    )


if __name__ == "__main__":
    main()
