"""Rows written by the group are the rows that the models would have written one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from callward.bulk_insert import keep_rows
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.retention.models import Item

pytestmark = pytest.mark.django_db


def item():
    at = clock.now()
    return Item(
        ref=new_ref(at),
        controller_ref=new_ref(at),
        activity="call-recording",
        policy_id="sha256:0",
        start_event="call.started",
        called_at=at + timedelta(microseconds=7),
        zone="Europe/Bucharest",
        cap_rule="open",
        cap_policy_id="sha256:0",
        epoch="c/1",
        mark=b"\x00\xff",
    )


def stored(ref):
    ours, kind = str(ref), "pg_typeof(mark)::text"
    if connection.vendor == "sqlite":
        ours, kind = ref.hex, "typeof(mark)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT *, {kind} FROM retention_item WHERE ref = %s", [ours])
        return cursor.fetchone()


def test_a_row_is_stored_as_its_model_would_store_it():
    row = item()
    keep_rows([row])
    together = stored(row.ref)
    Item.objects.filter(ref=row.ref).delete()
    row.save(force_insert=True)
    assert together == stored(row.ref)


def test_signs_that_a_stream_of_rows_uses_itself_are_kept_as_they_are():
    row = item()
    row.zone = "a\tb\\N\nc\\"
    keep_rows([row])
    assert Item.objects.get(ref=row.ref).zone == "a\tb\\N\nc\\"


def test_one_row_that_is_refused_refuses_them_all():
    first, twin = item(), item()
    twin.ref = first.ref
    with pytest.raises(IntegrityError), transaction.atomic():
        keep_rows([first, twin])
    assert stored(first.ref) is None


def test_an_instant_without_a_zone_is_refused():
    row = item()
    row.called_at = row.called_at.replace(tzinfo=None)
    with pytest.raises(TypeError):
        keep_rows([row])
