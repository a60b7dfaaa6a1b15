"""Some carriers name a call by the caller's number: the id tells calls apart and nothing else."""

from __future__ import annotations

import pytest
from django.db import connection

from build.engines import everything_in
from build.recordings import house, keep_one
from callward.calls.models import Call

pytestmark = [pytest.mark.django_db, pytest.mark.req("D-04")]


def test_an_id_made_of_a_number_is_not_in_the_database_in_clear_and_still_finds_its_call(
    tmp_path, the_clock
):
    home = house(tmp_path)
    kept = keep_one(home, source_call_id="call-of-442079460123")
    left = everything_in(connection)
    assert "79460123" not in left

    again = keep_one(home, b"another recording", source_call_id="call-of-442079460123")
    assert again.call_ref == kept.call_ref
    assert Call.objects.count() == 1
