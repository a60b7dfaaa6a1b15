"""Recordings are kept, verified, copied out for a purpose, and leave nothing behind."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from build.accounts import SETUP
from build.calls import MARA, PETRAS, a_call
from build.recordings import house, keep_one, let_rita_hear, mp3_tone, wav_tone
from callward.accounts.errors import CapabilityMissingError
from callward.audit.selectors import history
from callward.calls.errors import CallMissingError
from callward.calls.models import Call, CdrRow, Leg
from callward.calls.selectors import CallFilters, call
from callward.calls.services import keep_call
from callward.holdings import Identifiers, holders
from callward.holdings.kinds import RECORDING
from callward.jobs.services import run_now
from callward.kernel.errors import CallwardError
from callward.kernel.references import new_ref
from callward.policy.vocabulary_notice import ErasureGround
from callward.recordings import selectors, services
from callward.recordings.errors import (
    PurposeMissingError,
    RecordingMissingError,
    RecordingStateError,
)
from callward.recordings.models import Playback, Recording
from callward.recordings.states import RecordingsEvent, RecordingState
from callward.retention import services as retention
from callward.retention.errors import RecordingGoneError, RecordingHeldError
from callward.retention.services import place_hold, plan, why_still_here
from callward.subjects.models import Number, Subject
from callward.vault.services import read_range

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


def the_holder():
    return next(holder for holder in holders() if holder.name == "recordings")


def test_a_second_recording_of_a_call_takes_the_next_place_in_it(home):
    first = keep_one(home)
    second = keep_one(home, call_ref=first.call_ref)

    found = selectors.recordings_of_call(first.call_ref)

    assert [(view.ref, view.segment) for view in found] == [(first.ref, 0), (second.ref, 1)]


def test_a_group_is_kept_whole_or_not_at_all(home, the_clock):
    kept = keep_one(home)
    row = Recording.objects.get()
    new = services.NewRecording(
        ref=new_ref(),
        call_ref=row.call_ref,
        controller_ref=row.controller_ref,
        plan=plan(
            home.policy, RECORDING, controller_ref=row.controller_ref, happened_at=the_clock.now()
        ),
        started_at=the_clock.now(),
        captured_sha256="ab" * 32,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        services.keep_recordings([new, new], actor=SETUP, at=the_clock.now())

    assert list(Recording.objects.values_list("ref", flat=True)) == [kept.ref]


def test_audio_without_its_digest_is_refused_by_the_database(home):
    keep_one(home)

    with (
        pytest.raises(IntegrityError, match="recording_with_audio_knows_its_digest"),
        transaction.atomic(),
    ):
        Recording.objects.update(captured_sha256="")


@pytest.mark.req("S-09")
def test_a_call_without_audio_is_governed_by_retention_too(home, the_clock):
    view, start = home.controller, the_clock.now()
    told = a_call(view.ref, home.policy.policy_id, started_at=start)
    absent = services.NewRecording(
        ref=new_ref(),
        call_ref=keep_call(told, actor=SETUP, at=start),
        controller_ref=view.ref,
        plan=plan(home.policy, RECORDING, controller_ref=view.ref, happened_at=start),
        started_at=start,
        state=RecordingState.ABSENT,
    )

    services.keep_recordings([absent], actor=SETUP, at=start)

    assert why_still_here(absent.ref, start).due_at > start
    assert not call(absent.call_ref).row.recorded


@pytest.mark.parametrize(("make", "mime"), [(mp3_tone, "audio/mpeg"), (wav_tone, "audio/wav")])
def test_a_recording_that_decodes_whole_is_verified_and_drawn(home, the_clock, make, mime):
    kept = keep_one(home, make(seconds=3, channels=2), mime=mime)

    state = services.verify_recording(kept.ref, at=the_clock.now())

    view = selectors.recording(kept.ref)
    assert (state, view.state, view.fault) == ("verified", "verified", "")
    assert view.measured_seconds == pytest.approx(3, abs=0.2)
    assert history(kept.ref)[-1].event == RecordingsEvent.RECORDING_VERIFIED
    drawn = selectors.peaks(kept.ref, user_ref=home.cast.boris.ref, at=the_clock.now())
    assert len(drawn.channels) == 2
    assert 10 < len(drawn.channels[0]) <= 1500
    assert 0.1 < max(drawn.channels[0]) <= 1


@pytest.mark.parametrize(
    ("audio", "state", "fault"),
    [
        (mp3_tone(seconds=10)[:10_000], "degraded", "length-differs"),
        (b"\x00no audio at all\xff" * 400, "failed", "no-audio"),
    ],
    ids=["truncated", "garbage"],
)
def test_what_does_not_decode_as_told_is_marked_and_audited(home, the_clock, audio, state, fault):
    kept = keep_one(home, audio, seconds=10)

    services.verify_recording(kept.ref, at=the_clock.now())

    view = selectors.recording(kept.ref)
    assert (view.state, view.fault) == (state, fault)
    assert history(kept.ref)[-1].facts["fault"] == fault


def test_a_damaged_object_fails_by_name_and_is_kept(home, the_clock):
    kept = keep_one(home)
    [audio] = [path for path in home.folders.files() if path.stat().st_size > len(kept.audio)
               and "objects" in path.parts]  # fmt: skip
    sealed = bytearray(audio.read_bytes())
    sealed[len(sealed) // 2] ^= 1
    audio.write_bytes(sealed)

    services.verify_recording(kept.ref, at=the_clock.now())

    view = selectors.recording(kept.ref)
    assert (view.state, view.fault) == ("failed", "object-damaged")


def test_verifying_leaves_nothing_in_clear_on_disk(home, the_clock):
    kept = keep_one(home)

    services.verify_recording(kept.ref, at=the_clock.now())

    assert not home.folders.contain(kept.audio[2000:2100])


def test_a_recording_without_audio_is_not_verified(home, the_clock):
    kept = keep_one(home)
    Recording.objects.update(state="refused")

    with pytest.raises(RecordingStateError):
        services.verify_recording(kept.ref, at=the_clock.now())


def test_the_sweep_verifies_what_nobody_asked_for(home):
    kept = keep_one(home)

    run_now("recordings.verify-waiting")

    assert selectors.recording(kept.ref).state == "verified"


def test_the_job_passes_over_what_went_in_the_meantime(home, the_clock):
    kept = keep_one(home)

    run_now(services.VERIFY_TASK, str(new_ref()), str(kept.ref))

    assert selectors.recording(kept.ref).state == "verified"


def test_the_waveform_is_for_those_who_may_see_the_call_and_gone_with_it(home, the_clock):
    kept = keep_one(home)
    assert selectors.peaks(kept.ref, user_ref=home.cast.boris.ref, at=the_clock.now()) is None
    services.verify_recording(kept.ref, at=the_clock.now())

    for person in (home.cast.vera, home.cast.radu, home.cast.audra):
        with pytest.raises(CapabilityMissingError):
            selectors.peaks(kept.ref, user_ref=person.ref, at=the_clock.now())
    due = why_still_here(kept.ref, the_clock.now()).due_at
    with pytest.raises(RecordingGoneError):
        selectors.peaks(kept.ref, user_ref=home.cast.boris.ref, at=due)


@pytest.mark.req("D-12")
def test_a_copy_is_the_captured_bytes_and_stands_in_the_audit(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    rita.pop("session")
    out = io.BytesIO()

    copy = services.export_copy(kept.ref, **rita, actor=SETUP, to=out, at=the_clock.now())

    assert out.getvalue() == kept.audio
    assert copy.as_captured
    assert copy.sha256 == sha256(kept.audio).hexdigest()
    leaf = history(kept.ref)[-1]
    assert leaf.event == RecordingsEvent.COPY_EXPORTED
    assert leaf.facts["behalf"] == str(rita["user_ref"])


@pytest.mark.req("K-10")
def test_a_refused_copy_writes_no_byte(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    out = io.BytesIO()
    asked = {"user_ref": rita["user_ref"], "second_factor": True, "actor": SETUP, "to": out}

    with pytest.raises(PurposeMissingError):
        services.export_copy(kept.ref, **asked, purpose=None, at=the_clock.now())
    due = why_still_here(kept.ref, the_clock.now()).due_at
    with pytest.raises(CallwardError):
        services.export_copy(kept.ref, **asked, purpose="complaints", at=due)

    assert out.getvalue() == b""


@pytest.mark.req("K-07")
def test_with_its_last_recording_a_call_goes_and_with_its_last_call_a_number(home, the_clock):
    first = keep_one(home, caller=MARA, name="Mara", raw=b"row;of;the;carrier")
    second = keep_one(home, call_ref=first.call_ref)
    other = keep_one(home, caller=PETRAS)
    rita = let_rita_hear(home)
    services.begin_playback(first.ref, **rita, at=the_clock.now())
    assert Number.objects.count() == 3

    assert the_holder().destroy([first.ref], at=the_clock.now()) == 1
    assert call(first.call_ref)
    assert the_holder().destroy([second.ref], at=the_clock.now()) == 1

    with pytest.raises(CallMissingError):
        call(first.call_ref)
    assert not Playback.objects.exists()
    assert not CdrRow.objects.exists()
    assert Leg.objects.filter(call_id=first.call_ref).count() == 0
    # the line's own number is still mentioned by the call of Petras
    assert (Number.objects.count(), Subject.objects.count()) == (2, 2)
    assert the_holder().destroy([first.ref, second.ref], at=the_clock.now()) == 0
    assert selectors.recording(other.ref)


def test_many_recordings_go_with_few_queries(home, the_clock):
    kept = [keep_one(home, b"tone") for _ in range(6)]

    with CaptureQueriesContext(connection) as queries:
        the_holder().destroy([one.ref for one in kept], at=the_clock.now())

    assert not Call.objects.exists()
    assert len(queries) < 30


def test_the_holder_finds_what_is_kept_about_a_number_and_describes_it(home):
    mine, other = keep_one(home, caller=MARA), keep_one(home, caller=PETRAS)

    assert the_holder().find(Identifiers(numbers=(MARA.e164,))) == [mine.ref]
    assert set(the_holder().find(Identifiers(numbers=(MARA.e164, PETRAS.e164)))) == {
        mine.ref,
        other.ref,
    }
    assert "audio/mpeg" in the_holder().describe(mine.ref)["voice"]
    assert the_holder().describe(new_ref()) == {}


@pytest.mark.req("K-22")
def test_nobody_erases_what_a_hold_keeps(home, the_clock):
    kept = keep_one(home)

    hold(home, kept.ref, at=the_clock.now())

    with pytest.raises(RecordingHeldError, match="authority"):
        retention.erase(kept.ref, ground=ErasureGround.OBJECTION, actor=SETUP, at=the_clock.now())
    assert selectors.recording(kept.ref)


def hold(home, *refs, at):
    reason = next(iter(sorted(home.policy.holds["call-recording"])))
    place_hold(refs, reason=reason, case="C-1", owner=home.cast.boris.ref, actor=SETUP, at=at)


def test_the_list_shows_recordings_and_hold_marks_with_few_queries(home, the_clock):
    kept = [keep_one(home) for _ in range(5)]
    hold(home, kept[2].ref, at=the_clock.now())

    with CaptureQueriesContext(connection) as queries:
        page = selectors.list_calls(home.controller.ref, CallFilters())

    assert len(queries) <= 6
    assert {row.call.ref for row in page.rows if row.held} == {kept[2].call_ref}
    assert all(len(row.recordings) == 1 for row in page.rows)


def test_the_list_narrows_to_what_is_held(home, the_clock):
    kept = [keep_one(home) for _ in range(4)]
    hold(home, kept[1].ref, kept[3].ref, at=the_clock.now())

    page = selectors.list_calls(home.controller.ref, CallFilters(), held=True, limit=1)
    rest = selectors.list_calls(home.controller.ref, CallFilters(), held=True, after=page.after)

    found = {row.call.ref for row in (*page.rows, *rest.rows)}
    assert found == {kept[1].call_ref, kept[3].call_ref}
    assert rest.after is None


def test_what_is_gone_from_the_rows_is_missing(home):
    with pytest.raises(RecordingMissingError):
        selectors.recording(new_ref())


def test_reading_needs_the_vault_not_the_rows(home):
    kept = keep_one(home)

    assert read_range(kept.ref, "audio", 0, 10) == kept.audio[:10]
    assert home.folders.contain(kept.audio[:50]) == []
