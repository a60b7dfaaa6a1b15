"""The folder door: everything complete is kept, nothing is lost, nothing stays in clear."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta

import pytest

from build.controllers import controller
from build.intake import (
    ACTOR,
    MARA,
    age,
    cdr_row,
    declare,
    envelope_json,
    look,
    open_context,
    put,
    tone,
)
from callward.audit import selectors as audit
from callward.calls.models import Call
from callward.intake import selectors, services
from callward.intake.errors import InboxMissingError, RecordsNoCallsError
from callward.intake.models import Delivery, Quarantined, WaitingCdr
from callward.intake.states import QuarantineReason as Reason
from callward.kernel import clock
from callward.recordings.models import Recording
from callward.recordings.states import RecordingState
from callward.retention.models import Item
from callward.vault import services as vault

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


def export(house, *ids, seconds=3):
    """A carrier's export: one recording for each id, and its CDR file."""
    for number, uniqueid in enumerate(ids):
        name = f"in-101-{MARA}-20260312-101522-{uniqueid}.mp3"
        put(house.inbox, name, tone(seconds, hertz=300 + number))
    rows = [cdr_row(uniqueid, seconds=seconds) for uniqueid in ids]
    put(house.inbox, "Master.csv", "\n".join(rows).encode())


@pytest.mark.req("K-06")
def test_an_export_is_sealed_and_written_down_and_its_plaintext_is_gone(
    house, therapists, declared
):
    export(house, "1773303322.1", "1773303322.2")
    voice = next(house.inbox.glob("*.mp3")).read_bytes()

    report = look(house, therapists.ref)

    assert report.taken_in == 2
    assert report.quarantined == {}
    assert list(house.inbox.iterdir()) == []
    assert house.contain(voice[200:400]) == []
    assert house.contain(MARA.encode()) == []
    first = Recording.objects.get(captured_sha256=hashlib.sha256(voice).hexdigest())
    assert first.state == RecordingState.STORED
    assert vault.read_range(first.ref, "audio", 0, 10**6)[:40] == voice[:40]
    assert Item.objects.get(ref=first.ref).due_at.year == 2031
    call = Call.objects.get(ref=first.call_ref)
    assert call.told == "asserted"
    assert call.evidence_ref == declared.ref
    assert {d.state for d in Delivery.objects.all()} == {"settled"}
    assert house.queue.handed == [("recordings.verify", tuple(map(str, report.recordings)))]


@pytest.mark.req("K-06")
def test_each_step_of_a_delivery_stands_in_the_audit(house, therapists, declared):
    export(house, "1773303322.1")

    (ref,) = look(house, therapists.ref).recordings

    events = [str(leaf.event) for leaf in audit.history(ref)]
    assert "intake.delivery.taken-in" in events
    assert events[-1] == "intake.source-file.deleted"


@pytest.mark.req("K-06")
def test_the_same_file_twice_is_one_object(house, therapists, declared):
    export(house, "1773303322.1")
    look(house, therapists.ref)
    export(house, "1773303322.1")

    report = look(house, therapists.ref)

    assert (report.taken_in, report.duplicates) == (0, 1)
    assert Recording.objects.count() == 1
    assert list(house.inbox.iterdir()) == []


def test_the_same_bytes_twice_in_one_look_are_one_object_and_a_conflict(
    house, therapists, declared
):
    for uniqueid in ("1773303322.1", "1773303322.2"):
        put(house.inbox, f"{uniqueid}.mp3", tone())
    rows = [cdr_row(uniqueid, seconds=3) for uniqueid in ("1773303322.1", "1773303322.2")]
    put(house.inbox, "Master.csv", "\n".join(rows).encode())

    report = look(house, therapists.ref)

    assert report.taken_in == 1
    assert report.quarantined == {Reason.CONFLICTING_BYTES: 1}


def test_new_bytes_under_a_known_id_wait_for_a_person(house, therapists, declared):
    put(house.inbox, "a.mp3", tone(hertz=300))
    put(house.inbox, "a.json", envelope_json("call-1"))
    (ref,) = look(house, therapists.ref).recordings
    put(house.inbox, "a.mp3", tone(hertz=500))
    put(house.inbox, "a.json", envelope_json("call-1"))

    report = look(house, therapists.ref)

    assert report.quarantined == {Reason.CONFLICTING_ID: 1}
    assert Quarantined.objects.get().conflicts_with == ref


@pytest.mark.req("D-16")
def test_without_a_signed_declaration_an_export_waits_in_quarantine(house, therapists):
    export(house, "1773303322.1")

    report = look(house, therapists.ref)

    assert report.quarantined == {Reason.NO_DECLARATION: 1}
    assert list(house.inbox.iterdir()) == []
    assert Recording.objects.count() == 0
    (waiting,) = selectors.quarantine(therapists.ref)
    assert waiting.sealed
    assert "declaration" in waiting.sentence


@pytest.mark.req("D-17")
def test_a_backlog_past_due_is_counted_certified_and_never_stored(house, therapists, declared):
    put(house.inbox, "1300000000.1.mp3", tone())
    put(house.inbox, "in-101-102-20150312-101522-1300000001.7.mp3", tone(hertz=500))
    row = cdr_row("1300000000.1", seconds=3, start="2016-03-12 10:15:22")
    put(house.inbox, "Master.csv", row.encode())

    report = look(house, therapists.ref)

    assert report.past_due == 2
    assert list(house.inbox.iterdir()) == []
    assert len(report.certificates) == 1
    assert Recording.objects.count() == Quarantined.objects.count() == 0
    assert WaitingCdr.objects.count() == 0
    assert list((house.top / "objects").rglob("*.cw")) == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"seconds": 60}, Reason.LENGTH_DIFFERS),
        ({"seconds": 3, "dcontext": "from-internal", "src": "101", "dst": "102"}, None),
    ],
)
def test_what_the_policy_would_never_have_kept_waits(house, therapists, declared, row, reason):
    put(house.inbox, "1773303322.1.mp3", tone())
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", **row).encode())

    report = look(house, therapists.ref)

    expected = {reason: 1} if reason else {Reason.NO_DECLARATION: 1}
    assert report.quarantined == expected


@pytest.mark.req("K-06")
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.mp3", b"not a recording at all" * 50, Reason.UNDECODABLE),
        ("a.mp3", b"", Reason.UNDECODABLE),
        ("a.wav", tone(), Reason.KIND_NOT_ALLOWED),
        ("a..mp3", tone(), Reason.UNSAFE_NAME),
        ("a\nb.mp3", tone(), Reason.UNSAFE_NAME),
    ],
)
def test_what_cannot_be_kept_goes_sealed_into_quarantine(house, therapists, name, content, reason):
    put(house.inbox, name, content)
    put(house.inbox, name + ".json", envelope_json())

    report = look(house, therapists.ref)

    assert report.quarantined == {reason: 1}
    assert list(house.inbox.iterdir()) == []
    assert content == b"" or house.contain(content[:64]) == []
    (item,) = Quarantined.objects.all()
    assert item.source_deleted
    assert item.epoch.split("/")[2] == "quarantine"


def test_a_recording_without_a_call_record_waits_and_then_goes_to_quarantine(
    house, therapists, declared, the_clock
):
    path = put(house.inbox, "1773303322.1.mp3", tone())

    assert look(house, therapists.ref).waiting == 1
    assert path.exists()

    the_clock.advance(timedelta(hours=25))
    assert look(house, therapists.ref).quarantined == {Reason.NO_CDR: 1}
    assert not path.exists()


def test_a_call_record_that_comes_later_still_meets_its_recording(house, therapists, declared):
    put(house.inbox, "1773303322.1.mp3", tone())
    look(house, therapists.ref)
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())

    assert look(house, therapists.ref).taken_in == 1


def test_a_recording_that_comes_later_still_meets_its_call_record(house, therapists, declared):
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())
    assert look(house, therapists.ref).call_records == 1
    assert house.contain(MARA.encode()) == []
    put(house.inbox, "1773303322.1.mp3", tone())

    assert look(house, therapists.ref).taken_in == 1
    assert WaitingCdr.objects.count() == 0


def test_an_answered_call_whose_recording_never_comes_is_written_down_as_absent(
    house, therapists, declared, the_clock
):
    rows = [
        cdr_row("1773303322.1", seconds=3),
        cdr_row("1773303322.2", seconds=0, disposition="NO ANSWER"),
    ]
    put(house.inbox, "Master.csv", "\n".join(rows).encode())
    report = look(house, therapists.ref)
    assert (report.absent, report.unanswered) == (0, 1)

    the_clock.advance(timedelta(hours=25))
    assert look(house, therapists.ref).absent == 1
    assert [r.state for r in Recording.objects.all()] == [RecordingState.ABSENT]
    assert look(house, therapists.ref).absent == 0

    put(house.inbox, "1773303322.1.mp3", tone())
    put(house.inbox, "1773303322.1.json", envelope_json("1773303322.1"))
    assert look(house, therapists.ref).quarantined == {Reason.CAME_LATE: 1}


def test_a_file_that_is_still_being_written_is_left_alone(house, therapists, declared):
    put(house.inbox, "1773303322.1.mp3", tone(), settled=False)
    put(house.inbox, "1773303322.2.mp3.part", tone())
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())

    report = look(house, therapists.ref)

    assert report.waiting == 2
    assert report.taken_in == 0
    assert len(list(house.inbox.iterdir())) == 2


def test_a_sidecar_that_follows_makes_a_recording_complete_at_once(house, therapists):
    put(house.inbox, "a.mp3", tone(), settled=False)
    put(house.inbox, "a.mp3.json", envelope_json(), settled=False)

    assert look(house, therapists.ref).taken_in == 1


def test_a_file_never_finished_goes_to_quarantine(house, therapists, declared, the_clock):
    put(house.inbox, "a.mp3.part", tone())
    look(house, therapists.ref)
    the_clock.advance(timedelta(hours=25))

    assert look(house, therapists.ref).quarantined == {Reason.HALF_WRITTEN: 1}
    assert list(house.inbox.iterdir()) == []


def test_links_and_special_files_are_shown_and_never_read_or_followed(
    house, therapists, declared, tmp_path
):
    outside = tmp_path / "outside.mp3"
    outside.write_bytes(tone())
    (house.inbox / "soft.mp3").symlink_to(outside)
    (house.inbox / "hard.mp3").hardlink_to(outside)
    (house.inbox / "folder").symlink_to(tmp_path)
    os.mkfifo(house.inbox / "pipe.mp3")
    age(house.inbox / "hard.mp3")

    report = look(house, therapists.ref)
    again = look(house, therapists.ref)

    assert report.quarantined == {Reason.UNSAFE_PATH: 4}
    assert again.quarantined == {}
    assert outside.exists()
    assert not any(each.sealed for each in selectors.quarantine(therapists.ref))
    assert Recording.objects.count() == 0


def test_recordings_in_folders_by_day_are_found(house, therapists, declared):
    put(house.inbox, "2026/03/12/in-101-102-20260312-101522-1773303322.1.mp3", tone())
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())

    assert look(house, therapists.ref).taken_in == 1


def test_call_records_with_lines_that_cannot_be_read_are_kept_sealed_for_a_person(
    house, therapists, declared
):
    put(house.inbox, "1773303322.1.mp3", tone())
    content = cdr_row("1773303322.1", seconds=3) + '\n"garbage\n'
    put(house.inbox, "Master.csv", content.encode())

    report = look(house, therapists.ref)

    assert report.taken_in == 1
    assert report.quarantined == {Reason.CDR_UNREADABLE: 1}
    assert list(house.inbox.iterdir()) == []


@pytest.mark.req("S-01")
def test_a_controller_that_records_no_calls_takes_nothing_in(house):
    clinic = controller("dermatology-clinic")
    path = put(house.inbox, "a.mp3", tone())

    with pytest.raises(RecordsNoCallsError):
        look(house, clinic.ref)
    assert path.exists()


def test_a_folder_that_is_not_there_is_named_as_the_fault(house, therapists):
    house.inbox.rmdir()

    with pytest.raises(InboxMissingError):
        look(house, therapists.ref)


def test_hundreds_of_recordings_come_in_by_groups(house, therapists):
    for number in range(70):
        put(house.inbox, f"{number}.mp3", tone() + number.to_bytes(4, "big"))
        put(house.inbox, f"{number}.json", envelope_json(f"call-{number}"))
    seen = []

    report = services.take_in_folder(
        house.inbox,
        therapists.ref,
        actor=ACTOR,
        at=clock.now(),
        progress=lambda done, of: seen.append((done, of)),
    )

    assert report.taken_in == 70
    assert seen[-1] == (70, 70)
