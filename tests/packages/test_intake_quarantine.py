"""Quarantine: what waits there is sealed, decided by a person, or ends on its own day."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from build.controllers import controller, sample
from build.intake import (
    ACTOR,
    BORIS,
    cdr_row,
    declare,
    envelope_json,
    look,
    open_context,
    put,
    tone,
)
from callward.audit.models import Leaf
from callward.calls.states import CallDirection
from callward.controllers import services as controllers
from callward.intake import selectors, services
from callward.intake.errors import (
    MalformedDeclarationError,
    NoSuchDeclarationError,
    NothingInQuarantineError,
    NothingSealedError,
    StillQuarantinedError,
    TooLargeError,
)
from callward.intake.models import Quarantined
from callward.intake.services import parse_envelope
from callward.intake.states import Outcome, QuarantineReason as Reason, QuarantineState
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.policy.vocabulary_notice import ErasureGround
from callward.recordings.models import Recording
from callward.retention import selectors as retained, services as retention
from callward.vault import services as vault
from callward.vault.errors import RecordingGoneError

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLES = Path(__file__).parents[2] / "samples" / "therapy-association"


@pytest.fixture
def house(tmp_path, settings):
    settings.CALLWARD_DATA = tmp_path
    return open_context(tmp_path)


@pytest.fixture
def therapists(house):
    return controller()


def upload(controller_ref, audio=None, **changes):
    return services.take_in_upload(
        envelope_json(**changes),
        SimpleUploadedFile("x.mp3", tone() if audio is None else audio),
        controller_ref,
        actor=ACTOR,
        at=clock.now(),
    )


@pytest.fixture
def undeclared(house, therapists):
    """One recording whose source nobody has signed for."""
    put(house.inbox, "1773303322.1.mp3", tone())
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())
    look(house, therapists.ref)
    return selectors.quarantine(therapists.ref)[0]


@pytest.mark.req("D-16")
def test_a_declaration_signed_later_lets_the_recording_in(house, therapists, undeclared):
    with pytest.raises(StillQuarantinedError):
        services.release_from_quarantine(undeclared.ref, actor=ACTOR, at=clock.now())
    item_ref = Quarantined.objects.get().item_ref
    declare(therapists.ref)

    ref = services.release_from_quarantine(undeclared.ref, actor=ACTOR, at=clock.now())

    assert vault.read_range(ref, "audio", 0, 10**6) == tone()
    assert Recording.objects.get().ref == ref
    with pytest.raises(RecordingGoneError):
        vault.read_range(item_ref, "audio", 0, 10)
    assert selectors.quarantine(therapists.ref, state=QuarantineState.WAITING) == []
    assert Leaf.objects.filter(event="intake.delivery.released", item=str(ref)).exists()
    with pytest.raises(NothingInQuarantineError):
        services.release_from_quarantine(undeclared.ref, actor=ACTOR, at=clock.now())


def test_a_person_supplies_the_facts_that_were_missing(house, therapists, the_clock):
    put(house.inbox, "nobody-knows.mp3", tone())
    look(house, therapists.ref)
    the_clock.advance(timedelta(hours=25))
    look(house, therapists.ref)
    (waiting,) = selectors.quarantine(therapists.ref)
    assert waiting.reason is Reason.NO_CDR

    ref = services.release_from_quarantine(
        waiting.ref, envelope=parse_envelope(envelope_json()), actor=ACTOR, at=clock.now()
    )

    assert Recording.objects.get().ref == ref


def test_rejecting_destroys_at_once_and_certifies(house, therapists, undeclared):
    item_ref = Quarantined.objects.get().item_ref

    certificate_ref = services.reject_quarantined(undeclared.ref, actor=ACTOR, at=clock.now())

    assert certificate_ref is not None
    with pytest.raises(RecordingGoneError):
        vault.read_range(item_ref, "audio", 0, 10)
    assert Leaf.objects.filter(event="intake.delivery.rejected").exists()


def test_what_was_never_read_can_only_be_rejected(house, therapists):
    (house.inbox / "soft.mp3").symlink_to("/etc/passwd")
    look(house, therapists.ref)
    (waiting,) = selectors.quarantine(therapists.ref)

    with pytest.raises(NothingSealedError):
        services.release_from_quarantine(waiting.ref, actor=ACTOR, at=clock.now())
    assert services.reject_quarantined(waiting.ref, actor=ACTOR, at=clock.now()) is None


def test_a_quarantined_arrival_ends_on_its_own_day(house, therapists, undeclared, the_clock):
    assert undeclared.due_at == datetime(2026, 4, 27, 21, 0, tzinfo=UTC)
    item_ref = Quarantined.objects.get().item_ref

    the_clock.move_to(undeclared.due_at)
    run = retention.run_disposal(None, actor=ACTOR, at=clock.now())

    ended = [retained.certificate(ref).what for ref in run.certificates]
    assert sorted(ended) == ["quarantined", "waiting-cdr"]  # the record that waited beside it too
    with pytest.raises(RecordingGoneError):
        vault.read_range(item_ref, "audio", 0, 10)
    assert Quarantined.objects.count() == 0


def test_quarantine_never_outlives_the_recordings_own_day(house, therapists):
    receipt = upload(
        therapists.ref,
        b"broken" * 100,
        started_at="2021-04-01T10:15:22+03:00",
        answered_at="2021-04-01T10:15:22+03:00",
        ended_at="2021-04-01T10:15:25+03:00",
    )

    assert receipt.outcome is Outcome.QUARANTINED
    assert selectors.quarantined(receipt.ref).due_at == datetime(2026, 3, 31, 21, 0, tzinfo=UTC)


def test_an_erased_recording_that_is_dropped_again_is_refused(house, therapists):
    receipt = upload(therapists.ref)
    retention.erase(
        receipt.ref, ground=ErasureGround.CONSENT_WITHDRAWN, actor=ACTOR, at=clock.now()
    )

    again = upload(therapists.ref)

    assert again.outcome is Outcome.ERASED_BEFORE
    assert Recording.objects.count() == 0
    put(house.inbox, "a.mp3", tone())
    put(house.inbox, "a.json", envelope_json("another"))
    assert look(house, therapists.ref).tombstoned == 1
    assert list(house.inbox.iterdir()) == []


def test_a_stream_too_large_is_refused_early_and_a_file_too_large_is_sealed_aside(
    house, therapists
):

    toml = sample().replace(b"max_bytes = 209715200", b"max_bytes = 5000")
    toml = toml.replace(b'version = "2026.1"', b'version = "2026.2"')
    toml = toml.replace(b'id = "therapy-association"', b'id = "small-association"')
    small = controllers.add_controller(toml, actor=ACTOR, at=clock.now())

    with pytest.raises(TooLargeError):
        upload(small.ref)
    put(house.inbox, "a.mp3", tone())
    put(house.inbox, "a.json", envelope_json())
    assert look(house, small.ref).quarantined == {Reason.TOO_LARGE: 1}
    assert list(house.inbox.iterdir()) == []


def test_an_empty_declaration_and_an_unknown_one_are_refused(therapists):
    for changes in ({"greeting": " "}, {"directions": frozenset()}, {"system": ""}):
        with pytest.raises(MalformedDeclarationError):
            declare(therapists.ref, **changes)
    with pytest.raises(NoSuchDeclarationError):
        services.withdraw_declaration(new_ref(), actor=ACTOR, at=clock.now())


def test_a_declaration_is_signed_digested_and_can_be_withdrawn(house, therapists):
    view = declare(therapists.ref, directions=frozenset({CallDirection.IN}))

    services.withdraw_declaration(view.ref, actor=ACTOR, at=clock.now())

    (shown,) = selectors.declarations(therapists.ref)
    assert (shown.signed_by, len(shown.sha256)) == (BORIS, 64)
    assert shown.withdrawn_at == clock.now()
    put(house.inbox, "1773303322.1.mp3", tone())
    put(house.inbox, "Master.csv", cdr_row("1773303322.1", seconds=3).encode())
    assert look(house, therapists.ref).quarantined == {Reason.NO_DECLARATION: 1}


@pytest.mark.req("K-06")
def test_the_spoken_samples_come_in_whole(house, therapists):
    declare(therapists.ref)
    for path in SAMPLES.iterdir():
        put(house.inbox, path.name, path.read_bytes())

    report = look(house, therapists.ref)

    assert (report.taken_in, report.unanswered) == (7, 2)
    assert report.quarantined == {}
    assert json.dumps(report.as_json())


def test_an_empty_inbox_is_a_look_that_moved_nothing(house, therapists):
    assert not look(house, therapists.ref).moved


@pytest.mark.req("S-01")
def test_facts_typed_anew_never_hide_that_the_caller_was_not_told(house, therapists):
    declare(therapists.ref, system="upload", account="*", line=None)
    put(house.inbox, "a.mp3", tone())
    put(house.inbox, "a.mp3.json", envelope_json(consent={"basis": "none"}))
    assert look(house, therapists.ref).quarantined == {Reason.CONSENT_NONE: 1}
    (waiting,) = selectors.quarantine(therapists.ref)
    source = {"system": "upload", "account": "console"}
    typed = parse_envelope(envelope_json("anew", source=source, consent={"basis": "unknown"}))

    with pytest.raises(StillQuarantinedError):
        services.release_from_quarantine(waiting.ref, envelope=typed, actor=ACTOR, at=clock.now())
    assert Recording.objects.count() == 0
