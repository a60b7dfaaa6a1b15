"""Calls are kept once, without a number or a name in clear, and listed by any filter."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from build.accounts import SETUP
from build.calls import MARA, PETRAS, THE_LINE, a_call
from build.controllers import controller
from build.engines import LARGE, everything_in, plan_of
from build.retention import plug_signer
from build.vault import plug_vault
from callward.calls import selectors, services
from callward.calls.errors import (
    CallFilterError,
    CallMissingError,
    CallsNotRecordedError,
    CallTimesError,
)
from callward.calls.models import Call, CdrRow, Leg
from callward.calls.selectors import CallFilters
from callward.calls.states import CallDirection, Disposition
from callward.controllers.selectors import policy_in_force
from callward.holdings import Identifiers, holders
from callward.kernel.calendar import cap_due
from callward.kernel.references import new_ref
from callward.retention.services import run_disposal
from callward.subjects.models import Number

pytestmark = pytest.mark.django_db


class House:
    def __init__(self, top, at):
        self.folders = plug_vault(top)
        plug_signer(top)
        self.ref = controller().ref
        self.policy_id = policy_in_force(self.ref, at=at).policy_id

    def call(self, **of_call):
        return a_call(self.ref, self.policy_id, **of_call)


@pytest.fixture
def home(tmp_path, the_clock):
    return House(tmp_path, the_clock.now())


def keep(home, the_clock, **of_call):
    return services.keep_call(home.call(**of_call), actor=SETUP, at=the_clock.now())


def listed(home, **filters):
    page = selectors.call_page(home.ref, CallFilters(**filters))
    return [row.ref for row in page.rows]


def test_a_call_reads_back_as_it_was_told(home, the_clock):
    told = home.call(name="Mara of the story")

    kept = selectors.call(services.keep_call(told, actor=SETUP, at=the_clock.now()))

    assert kept.row.other_party == MARA.e164
    assert (kept.row.seconds, kept.row.talk_seconds) == (65, 60)
    assert (kept.did, kept.told, kept.policy_id) == (THE_LINE.e164, "asserted", home.policy_id)
    assert [(p.role, p.number, p.name) for p in kept.parties] == [
        ("caller", MARA.e164, "Mara of the story"),
        ("callee", THE_LINE.e164, ""),
    ]


def test_no_number_no_name_and_no_raw_row_stands_in_the_database_in_clear(home, the_clock):
    keep(home, the_clock, name="Mara of the story", raw=b'"Mara" <+442079460001>')

    everything = everything_in(connection)

    for needle in ("442079460001", "79460001", "Mara", b"Mara of the story".hex()):
        assert needle not in everything
    assert MARA.e164.encode().hex().upper() not in everything


def test_the_same_call_told_twice_is_one_call(home, the_clock):
    told = home.call(source_call_id="c-1")

    refs = services.keep_calls([told, home.call(), told], actor=SETUP, at=the_clock.now())
    again = services.keep_call(told, actor=SETUP, at=the_clock.now())

    assert refs[0] == refs[2] == again != refs[1]
    assert Call.objects.count() == 2


def test_sixty_four_calls_cost_as_few_queries_as_one(home, the_clock):
    group = [home.call(raw=b"row") for _ in range(64)]

    with CaptureQueriesContext(connection) as queries:
        services.keep_calls(group, actor=SETUP, at=the_clock.now())

    assert Leg.objects.count() == 128
    assert len(queries) <= 16


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": timedelta(hours=-2)},
        {"answered_at": timedelta(hours=-2)},
        {"answered_at": timedelta(hours=2)},
    ],
)
def test_times_that_contradict_each_other_are_refused_before_anything_is_kept(
    home, the_clock, change
):
    told = home.call()
    wrong = replace(told, **{field: told.started_at + by for field, by in change.items()})

    with pytest.raises(CallTimesError):
        services.keep_calls([home.call(), wrong], actor=SETUP, at=the_clock.now())

    assert not Call.objects.exists()


def test_the_database_itself_refuses_a_call_that_ends_before_it_starts(home, the_clock):
    ref = keep(home, the_clock)

    with pytest.raises(IntegrityError, match="call_ends_after"), transaction.atomic():
        Call.objects.filter(ref=ref).update(
            ended_at=the_clock.now() - timedelta(days=9), answered_at=None
        )


def test_a_raw_row_goes_on_its_own_day_long_before_the_call(home, the_clock):
    ref = keep(home, the_clock, raw=b"row")
    told = policy_in_force(home.ref, at=the_clock.now())
    period = told.rules["activity.call-recording.intake.raw"].period
    due = cap_due(CdrRow.objects.get().started_at, period, zone=told.zone)
    the_clock.move_to(due - timedelta(seconds=1))
    assert run_disposal(None, actor=SETUP, at=the_clock.now()).destroyed == 0
    assert CdrRow.objects.count() == 1

    the_clock.move_to(due)
    assert run_disposal(None, actor=SETUP, at=the_clock.now()).destroyed == 1

    assert not CdrRow.objects.exists()
    assert selectors.call(ref)


def test_a_controller_that_records_no_calls_keeps_no_raw_rows(home, the_clock):
    clinic = controller("dermatology-clinic")
    policy_id = policy_in_force(clinic.ref, at=the_clock.now()).policy_id

    with pytest.raises(CallsNotRecordedError):
        services.keep_call(
            a_call(clinic.ref, policy_id, raw=b"row"), actor=SETUP, at=the_clock.now()
        )

    assert not Call.objects.exists()


@pytest.fixture
def diary(home, the_clock):
    """Six calls an hour apart, each with something of its own."""
    start = the_clock.now() - timedelta(hours=10)
    told = {
        "plain": {},
        "petras": {"caller": PETRAS},
        "out": {
            "direction": CallDirection.OUT,
            "caller": THE_LINE,
            "callee": MARA,
            "agent_code": "boris",
        },
        "missed": {"disposition": Disposition.NO_ANSWER, "seconds": 0},
        "long": {"seconds": 1800},
        "other-queue": {"queue": "complaints"},
    }
    return {
        name: keep(home, the_clock, started_at=start + timedelta(hours=hour), **facts)
        for hour, (name, facts) in enumerate(told.items())
    }


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["other-queue", "long", "missed", "out", "petras", "plain"]),
        ({"agent_code": "boris"}, ["out"]),
        ({"direction": CallDirection.OUT}, ["out"]),
        ({"queue": "complaints"}, ["other-queue"]),
        ({"disposition": Disposition.NO_ANSWER}, ["missed"]),
        ({"shortest": 600}, ["long"]),
        ({"longest": 10}, ["missed"]),
        ({"number": PETRAS}, ["petras"]),
        ({"number": MARA}, ["other-queue", "long", "missed", "out", "plain"]),
        ({"number": MARA, "direction": CallDirection.OUT}, ["out"]),
        ({"number": MARA, "agent_code": "boris", "queue": "complaints"}, []),
        ({"recorded": True}, []),
        ({"recorded": False, "shortest": 600}, ["long"]),
    ],
)
def test_each_filter_narrows_the_list(home, diary, filters, names):
    assert listed(home, **filters) == [diary[name] for name in names]


def test_the_day_narrows_the_list_from_its_start_to_before_its_end(home, diary, the_clock):
    start = the_clock.now() - timedelta(hours=10)

    found = listed(
        home,
        started_from=start + timedelta(hours=1),
        started_before=start + timedelta(hours=3),
    )

    assert found == [diary["out"], diary["petras"]]


def test_the_list_narrows_to_named_calls_and_never_to_another_controllers(home, diary):
    assert listed(home, among={diary["out"], diary["long"], new_ref()}) == [
        diary["long"],
        diary["out"],
    ]
    other = controller("smart-metering")
    assert selectors.call_page(other.ref, CallFilters()).rows == ()
    assert selectors.call_page(other.ref, CallFilters(number=MARA)).rows == ()


@pytest.mark.parametrize("filters", [{}, {"number": MARA}], ids=["all", "number"])
def test_pages_follow_each_other_without_gap_or_repeat(home, the_clock, filters):
    same = the_clock.now()
    kept = [keep(home, the_clock, started_at=same) for _ in range(7)]
    seen, after = [], None
    while True:
        page = selectors.call_page(home.ref, CallFilters(**filters), after=after, limit=3)
        seen += [row.ref for row in page.rows]
        after = page.after
        if after is None:
            break

    assert seen == sorted(kept, reverse=True)


@pytest.mark.parametrize(
    "after", ["", "x", "2026-01-01~x", "2026-01-01T00:00:00~01995c00-0000-7000-8000-00000000000a"]
)
def test_a_place_that_nobody_gave_out_is_refused(home, after):
    with pytest.raises(CallFilterError):
        selectors.call_page(home.ref, CallFilters(), after=after)


def test_the_list_takes_as_few_queries_for_many_rows_as_for_one(home, the_clock):
    services.keep_calls([home.call() for _ in range(60)], actor=SETUP, at=the_clock.now())

    with CaptureQueriesContext(connection) as queries:
        page = selectors.call_page(home.ref, CallFilters())

    assert len(page.rows) == 50
    assert len(queries) <= 3


def test_the_list_of_a_controller_is_answered_by_the_index_alone(home, the_clock):
    keep(home, the_clock)
    with CaptureQueriesContext(connection) as queries:
        selectors.call_page(home.ref, CallFilters(direction=CallDirection.IN, shortest=1))

    plan = plan_of(connection, queries[0]["sql"], without=(*LARGE, "indexscan"))
    assert re.search("COVERING INDEX call_list|Index Only Scan.* using call_list", plan)
    assert not re.search("TEMP B-TREE|Sort", plan)


def test_a_missing_call_is_missing(home):
    with pytest.raises(CallMissingError):
        selectors.call(new_ref())


@pytest.mark.req("K-18")
def test_the_holder_finds_the_calls_of_a_number_with_every_controller(home, the_clock):
    mine = keep(home, the_clock)
    keep(home, the_clock, caller=PETRAS)
    metering = controller("smart-metering")
    policy_id = policy_in_force(metering.ref, at=the_clock.now()).policy_id
    theirs = services.keep_call(a_call(metering.ref, policy_id), actor=SETUP, at=the_clock.now())
    [holder] = [one for one in holders() if one.name == "calls"]

    assert set(holder.find(Identifiers(numbers=(MARA.e164,)))) == {mine, theirs}
    assert MARA.e164 in holder.describe(mine)["phone_number"]
    assert selectors.calls_of_number(home.ref, MARA) == [mine]


def test_deleting_calls_forgets_the_numbers_that_nothing_mentions(home, the_clock):
    mine, other = keep(home, the_clock), keep(home, the_clock, caller=PETRAS)

    assert services.delete_calls([mine]) == 1

    assert Number.objects.count() == 2
    assert selectors.call(other).row.other_party == PETRAS.e164
