"""Rows of the first state of the tables survive every migration that comes after it."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from conftest import APPEND_ONLY

FROZEN = json.loads(Path(__file__).with_name("rows.json").read_text())
ALIAS = "carried"
# A migration that takes a table, a column or a value away says so here, and why.
GONE: frozenset[str] = frozenset()


def rooms():
    return [room for room in apps.get_app_configs() if room.name.startswith("callward.")]


def empty_database():
    """A second database of the same kind as the one of the tests, with nothing in it."""
    connections.databases[ALIAS] = deepcopy(connections.databases["default"])
    connections.databases[ALIAS]["TEST"] |= {"NAME": None, "MIGRATE": True, "MIRROR": None}
    made = connections[ALIAS]
    name = made.creation._create_test_db(verbosity=0, autoclobber=True, keepdb=False)
    made.close()
    made.settings_dict["NAME"] = name
    return made


def put_in(made, old):
    rows = []
    for frozen in FROZEN["rows"]:
        model = old.get_model(frozen["model"])
        fields = {field.attname: field for field in model._meta.concrete_fields}
        values = {
            name: None if text is None else fields[name].to_python(text)
            for name, text in frozen["fields"].items()
        }
        rows.append(model(**values))
    with transaction.atomic(using=made.alias):
        for row in rows:
            row.save(using=made.alias, force_insert=True)
    with made.cursor() as cursor:
        for statement in made.ops.sequence_reset_sql(no_style(), {type(row) for row in rows}):
            cursor.execute(statement)


@pytest.fixture(scope="module")
def carried(django_db_blocker):
    with django_db_blocker.unblock():
        made = empty_database()
        first = MigrationExecutor(made)
        begun = list(FROZEN["state"].items())
        first.migrate(begun)
        put_in(made, first.loader.project_state(begun).apps)
        now = MigrationExecutor(made)
        now.migrate(now.loader.graph.leaf_nodes())
        yield made
        made.creation.destroy_test_db(":memory:", verbosity=0)
        del connections.databases[ALIAS]


def test_every_package_that_keeps_rows_has_some_frozen():
    kept = {frozen["model"].partition(".")[0] for frozen in FROZEN["rows"]}
    assert kept == set(FROZEN["state"])
    assert len({frozen["model"] for frozen in FROZEN["rows"]}) > 50


def test_every_row_is_still_there_with_what_it_said(carried):
    for frozen in FROZEN["rows"]:
        if frozen["model"] in GONE:
            continue
        model = apps.get_model(frozen["model"])
        fields = {field.attname: field for field in model._meta.concrete_fields}
        key = model._meta.pk
        row = model._base_manager.using(ALIAS).get(pk=key.to_python(frozen["fields"][key.attname]))
        for name, text in frozen["fields"].items():
            if f"{frozen['model']}.{name}" not in GONE:
                then = None if text is None else fields[name].to_python(text)
                assert getattr(row, name) == then, (frozen["model"], name)


def test_every_constraint_and_column_of_the_models_stands(carried):
    carried.check_constraints()
    with carried.cursor() as cursor:
        for model in (model for room in rooms() for model in room.get_models()):
            table = model._meta.db_table
            described = carried.introspection.get_table_description(cursor, table)
            assert {column.name for column in described} == {
                field.column for field in model._meta.concrete_fields
            }
            named = {each.name for each in (*model._meta.constraints, *model._meta.indexes)}
            assert named <= set(carried.introspection.get_constraints(cursor, table))


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("act", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_what_was_written_once_is_still_guarded(carried, table, act):
    model = next(
        model for room in rooms() for model in room.get_models() if model._meta.db_table == table
    )
    column = carried.ops.quote_name(model._meta.pk.column)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(using=ALIAS),
        carried.cursor() as cursor,
    ):
        cursor.execute(act.format(carried.ops.quote_name(table), column, column))


@pytest.mark.django_db
def test_the_models_say_nothing_that_no_migration_makes():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
