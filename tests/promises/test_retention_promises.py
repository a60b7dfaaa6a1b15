"""“We delete recordings automatically when the period ends; nobody can recover them.”"""

from __future__ import annotations

import json
import os
from datetime import timedelta

import pytest

from build import retention as build
from build.controllers import controller
from build.engines import holding
from build.programs import run_program
from build.vault import played, speech, unplug_vault
from callward.retention import ports, services
from callward.retention.errors import RecordingGoneError
from callward.retention.models import Item

SECOND = timedelta(seconds=1)
MINUTES_AFTER = timedelta(minutes=15)


def step(top, name):
    environment = os.environ | {"CALLWARD_DATA": str(top)}
    done = run_program("-m", "build.retention_crash", name, environment=environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.req("K-07", "S-09", "D-03", "D-04")
def test_audio_number_name_and_call_record_all_go_and_leave_no_trace(tmp_path):
    told = step(tmp_path, "prepare-calls")
    marks = {name: bytes.fromhex(text) for name, text in told["marks"].items()}
    assert set(marks) >= {"number", "blind", "name", "row", "digest"}
    assert all(holding(tmp_path, [mark]) for mark in marks.values())  # found while it is kept
    assert [c for c in told["clear"] if holding(tmp_path, [bytes.fromhex(c)])] == []

    left = step(tmp_path, "dispose-calls")

    assert left["run"] == ["clean", 1, 1, 0]
    # Mara's, which is held; of her raw row nothing is held, and it had thirty days.
    assert left["rows"] == [1, 1, 0, 1]
    assert left["keys"] == [True]
    assert left["audited"]
    assert [name for name, mark in marks.items() if holding(tmp_path, [mark])] == []
    assert [c for c in told["clear"] if holding(tmp_path, [bytes.fromhex(c)])] == []
    assert not [path for path in tmp_path.rglob("*") if told["gone"] in path.name]


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    yield build.plug_house(tmp_path)
    unplug_vault()
    ports.signer.unbind()


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("K-07")
def test_five_years_mean_until_the_last_second_of_the_day_before(house):
    therapists = controller().ref
    ref = build.keep_one(therapists, called=build.local("2021-03-10T15:00", therapists))
    last = build.local("2026-03-09T23:59:59", therapists)
    services.require_usable(ref, last)
    assert played(ref) == speech("good morning", size=4_000)
    with pytest.raises(RecordingGoneError):
        services.require_usable(ref, last + SECOND)
    assert build.run(last + SECOND + MINUTES_AFTER).destroyed == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("S-09", "M-08")
@pytest.mark.parametrize(
    ("name", "called", "gone"),
    [
        ("smart-metering", "2026-08-31T15:00", "2027-02-28T00:00"),
        ("smart-metering", "2026-08-31T23:59:50", "2027-02-28T00:00"),  # goes on past midnight
        ("web-shop", "2028-02-29T12:00", "2029-02-28T00:00"),
        ("web-shop", "2027-03-28T00:30", "2028-03-28T00:00"),
    ],
)
def test_each_notice_is_kept_to_the_second(house, name, called, gone):
    ref = controller(name).ref
    item = build.keep_one(ref, called=build.local(called, ref))
    due = build.local(gone, ref)
    assert Item.objects.get(ref=item).due_at == due
    services.require_usable(item, due - SECOND)
    with pytest.raises(RecordingGoneError):
        services.require_usable(item, due)


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("K-08", "D-08")
def test_a_complaint_keeps_the_one_recording_that_it_needs(house):
    meters = controller("smart-metering").ref
    needed, other = build.keep(meters, words=["needed", "other"])
    due = Item.objects.get(ref=needed).due_at
    hold = build.hold([needed], at=due - timedelta(days=3))
    run = build.run(due)
    assert (run.destroyed, [line.ref for line in run.held_items]) == (1, [needed])
    assert played(needed) == speech("needed", size=4_000)
    with pytest.raises(RecordingGoneError):
        services.require_usable(other, due)
    assert build.recordings_in(build.run(hold.ends_at)) == 1
