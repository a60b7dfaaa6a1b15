"""Lists of a house with millions of rows are answered along an index, in its order, on any engine.

PostgreSQL is asked as if its tables were large: what then reads a whole table, or sorts, has no
index to go along.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from build.accounts import SETUP
from build.calls import MARA, a_call
from build.controllers import controller
from build.engines import ON_POSTGRESQL, plan_of
from build.retention import plug_house
from callward.audit import selectors as audit
from callward.calls import selectors as calls, services
from callward.calls.selectors import CallFilters
from callward.controllers.selectors import policy_in_force
from callward.kernel.references import new_ref
from callward.recordings.selectors import recordings_of_calls, waiting_for_verification
from callward.retention.disposal import due_items
from callward.retention.overdue import count_overdue
from callward.subjects.selectors import find

pytestmark = pytest.mark.django_db
A_YEAR = timedelta(days=365)


@pytest.fixture
def home(tmp_path, the_clock):
    plug_house(tmp_path)
    view = controller()
    policy = policy_in_force(view.ref, at=the_clock.now()).policy_id
    services.keep_call(a_call(view.ref, policy), actor=SETUP, at=the_clock.now())
    return view.ref


QUESTIONS = {
    "newest-audit": (
        lambda _home, _at: audit.latest(before=10), "audit_leaf", "audit_leaf_pkey|PRIMARY KEY"
    ),
    "audit-of-a-thing": (
        lambda home, _at: audit.history(home), "audit_leaf", "audit_leaf_item"
    ),
    "due-audit": (
        lambda home, at: list(audit.happened([home], [(at - A_YEAR, at)])),
        "audit_leaf", "audit_leaf_age",
    ),
    "due-count": (
        lambda home, at: due_items(home, at=at).count(), "retention_item", "items_of_one_by_due"
    ),
    "due-count-of-all": (
        lambda _home, at: due_items(None, at=at).count(), "retention_item", "items_by_due"
    ),
    "due-counted-again": (
        lambda home, at: count_overdue(home, at=at), "retention_item", "items_of_one_by_due"
    ),
    "calls-of-a-number": (
        lambda home, _at: calls.calls_of_number(home, MARA), "calls_leg", "leg_by_number"
    ),
    "page-of-a-number": (
        lambda home, _at: calls.call_page(home, CallFilters(number=MARA)),
        "calls_leg", "leg_by_number",
    ),
    "a-number": (
        lambda home, _at: find(home, MARA), "subjects_number", "subjects_number_blind|autoindex"
    ),
    "recordings-of-calls": (
        lambda _home, _at: recordings_of_calls([new_ref(), new_ref()]),
        "recordings_recording", "recording_has_its_own_place|autoindex",
    ),
    "known-calls": (
        lambda home, _at: calls.known_calls([(home, "s", "a", "k")]),
        # An empty table on a server has no statistics: any index of the controller costs the same.
        "calls_call", "call_comes_once_from_its_source" + "|call_by_start" * ON_POSTGRESQL,
    ),
    "recordings-to-check": (
        lambda _home, _at: waiting_for_verification(5),
        "recordings_recording", "recording_unchecked",
    ),
}  # fmt: skip


@pytest.mark.parametrize("named", QUESTIONS)
def test_a_large_list_is_answered_along_its_index(home, the_clock, named):
    ask, table, index = QUESTIONS[named]
    with CaptureQueriesContext(connection) as queries:
        ask(home, the_clock.now())
    asked = [each["sql"] for each in queries if re.search(rf'FROM "?{table}\b', each["sql"])]

    plan = plan_of(connection, asked[-1])

    assert re.search(index, plan), plan
    assert not re.search(r"TEMP B-TREE|Sort|Seq Scan on \w+_(leaf|item|leg|number)\b", plan), plan
