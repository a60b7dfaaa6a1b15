"""Inboxes that somebody filled to do harm, or an old system in good faith: the rest comes in."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from build.controllers import controller
from build.intake import age, cdr_row, declare, envelope_json, look, open_context, put, tone
from callward.intake import services, tasks
from callward.intake.states import QuarantineReason as Reason
from callward.kernel import clock
from callward.retention.models import Item

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    return open_context(tmp_path)


@pytest.fixture
def therapists():
    return controller()


@pytest.fixture
def declared(therapists):
    return declare(therapists.ref)


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize("day", ["9999-12-31 23:59:59", "0001-01-01 00:00:00"])
def test_a_call_record_at_the_end_of_time_stops_no_other(house, therapists, day):
    put(house.inbox, "1773303322.1.mp3", tone())
    odd = cdr_row("1773303322.2", seconds=3).replace("2026-03-12 10:15:22", day)
    lines = [odd, cdr_row("1773303322.1", seconds=3)]
    put(house.inbox, "Master.csv", "\n".join(lines).encode())

    report = look(house, therapists.ref)

    assert report.taken_in == 1
    assert report.quarantined == {Reason.CDR_UNREADABLE: 1}


@pytest.mark.usefixtures("declared")
def test_a_name_that_is_not_utf8_stops_no_other(house, therapists, the_clock):
    put(house.inbox, "1773303322.1.mp3", tone())
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())
    odd = os.fsencode(house.inbox) + b"/Ion Popescu \xfe.mp3"
    with open(odd, "wb") as file:  # noqa: PTH123  # a path of bytes
        file.write(tone(2))
    os.utime(odd, (0, 0))

    first = look(house, therapists.ref)
    the_clock.advance(timedelta(days=2))
    second = look(house, therapists.ref)

    assert first.taken_in == 1
    assert first.quarantined | second.quarantined == {Reason.UNSAFE_NAME: 1}
    assert list(house.inbox.iterdir()) == []


def test_a_folder_that_cannot_be_opened_stops_no_other(house, therapists, monkeypatch):
    put(house.inbox, "a.mp3", tone())
    put(house.inbox, "a.mp3.json", envelope_json())
    (house.inbox / "shut").mkdir()
    age(house.inbox / "shut")
    real = os.open

    def refusing(path, *args, **kwargs):
        if path == "shut":
            raise PermissionError
        return real(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", refusing)
    report = look(house, therapists.ref)

    assert report.taken_in == 1
    assert report.quarantined == {Reason.UNSAFE_PATH: 1}


@pytest.mark.req("C-01")
def test_a_call_that_claims_to_be_still_to_come_is_kept_no_longer_than_one_of_today(
    house, therapists
):
    for number, day in enumerate(["2026-03-29", "2190-01-01"]):
        times = {
            name: f"{day}T00:00:0{second}Z"
            for name, second in (("started_at", 0), ("answered_at", 0), ("ended_at", 3))
        }
        put(house.inbox, f"{number}.mp3", tone(hertz=400 + number))
        put(house.inbox, f"{number}.mp3.json", envelope_json(f"call-{number}", **times))

    assert look(house, therapists.ref).taken_in == 2
    today, to_come = Item.objects.order_by("due_at")
    assert today.due_at == to_come.due_at
    assert to_come.started_at <= clock.now()


def test_one_inbox_that_nobody_foresaw_leaves_the_others_to_be_emptied(
    house, therapists, monkeypatch
):
    controller("smart-metering")
    emptied = []

    def take_in(_path, ref, **_facts):
        emptied.append(ref)
        raise RuntimeError

    monkeypatch.setattr(services, "take_in_folder", take_in)
    tasks.poll()
    assert len(emptied) == 2
