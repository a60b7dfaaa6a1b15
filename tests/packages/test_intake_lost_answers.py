"""A commit whose answer was lost with its server destroys nothing that it wrote."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection

from build.controllers import controller
from build.intake import MARA, cdr_row, declare, look, open_context, put, tone
from callward.intake.models import Delivery, Quarantined
from callward.recordings.models import Recording
from callward.vault import services as vault
from callward.vault.models import SealedItem

pytestmark = pytest.mark.django_db(transaction=True)
LATE = 0.5  # seconds that a server still writes when its client has given up


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    return open_context(tmp_path)


@pytest.fixture
def therapists():
    found = controller()
    declare(found.ref)
    return found


def export(house, *, readable=True):
    name = f"in-101-{MARA}-20260312-101522-1773303322.1.mp3"
    put(house.inbox, name, tone(3) if readable else b"nothing that can be played" * 100)
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())


def writes_rows() -> bool:
    return SealedItem.objects.exists()


@pytest.fixture
def lost_answer(monkeypatch):
    """Lose the answer of the commit that writes sealed recordings: at once, late, or undone."""
    usual, lost = connection._commit, threading.Event()

    def lose(how):
        def commit():
            if lost.is_set() or not writes_rows():
                usual()
                return
            lost.set()
            how(usual)
            raise OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(connection, "_commit", commit)

    return lose


def at_once(commit):
    commit()


def undone(_commit):
    connection._rollback()


def everything_is_whole(recordings):
    assert vault.reconcile().clean
    for ref in recordings:
        vault.verify_part(ref)


@pytest.mark.parametrize("readable", [True, False])
def test_what_was_committed_keeps_its_seals_although_nobody_heard_so(
    house, therapists, lost_answer, readable
):
    export(house, readable=readable)
    lost_answer(at_once)
    with pytest.raises(OperationalError, match="server closed"):
        look(house, therapists.ref)
    rows = list(SealedItem.objects.values_list("ref", flat=True))
    assert len(rows) == 1
    everything_is_whole(rows)
    look(house, therapists.ref)  # the file is still there, and is known by now
    assert list(SealedItem.objects.values_list("ref", flat=True)) == rows
    assert Delivery.objects.count() + Quarantined.objects.count() == 1
    assert not list(house.inbox.rglob("*.mp3"))


def test_what_was_not_committed_takes_its_seals_back(house, therapists, lost_answer):
    export(house)
    lost_answer(undone)
    with pytest.raises(OperationalError, match="server closed"):
        look(house, therapists.ref)
    assert not SealedItem.objects.exists()
    assert vault.reconcile().clean, "no key and no object was left"
    look(house, therapists.ref)
    assert Recording.objects.count() == 1


def test_a_server_that_still_commits_is_waited_for(house, therapists, lost_answer):
    """Asked beside its turn, the rows of the other would not be seen yet."""
    given_up, committing = [], []

    def late(_commit):
        raw = connection.connection
        connection.connection = None  # the client is gone, and the server does not know it
        given_up.append(raw)
        committing.append(threading.Timer(LATE, raw.commit))
        committing[0].start()

    export(house)
    lost_answer(late)
    try:
        with pytest.raises(OperationalError):
            look(house, therapists.ref)
        committing[0].join()
        rows = list(SealedItem.objects.values_list("ref", flat=True))
        assert len(rows) == 1
        everything_is_whole(rows)
    finally:
        for raw in given_up:
            raw.close()


def test_while_nobody_can_be_asked_seals_stay_until_the_orphans_are_looked_for(
    house, therapists, lost_answer, monkeypatch
):
    export(house)

    def away(_commit):
        connection._rollback()
        monkeypatch.setattr(connection, "set_autocommit", refuse)

    def refuse(autocommit, **more):
        if not autocommit:
            raise OperationalError("server away")
        usual(autocommit, **more)

    usual = connection.set_autocommit

    lost_answer(away)
    with pytest.raises(OperationalError):
        look(house, therapists.ref)
    monkeypatch.undo()
    found = vault.reconcile()
    assert len(found.objects_without_rows) == len(found.wraps_without_rows) == 1
