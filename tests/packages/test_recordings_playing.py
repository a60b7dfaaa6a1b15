"""Who hears what, for which purpose, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from build.accounts import SETUP, appoint_fully, grant, train
from build.recordings import house, keep_one, let_rita_hear
from callward.accounts import services as accounts
from callward.accounts.errors import GrantEndedError, GrantMissingError
from callward.accounts.models import Training, Undertaking
from callward.audit.models import Leaf
from callward.audit.selectors import history
from callward.kernel.errors import RefusedError
from callward.kernel.references import new_ref
from callward.policy.vocabulary import Role
from callward.recordings import services
from callward.recordings.errors import (
    ConfidentialityUnsignedError,
    PlaybackEndedError,
    PlaybackMissingError,
    PlaybackNotYoursError,
    PlayNotAllowedError,
    PurposeMissingError,
    PurposeOutsidePolicyError,
    RangeOutsideError,
    RecordingMissingError,
    RecordingNotPlayableError,
    SecondFactorMissingError,
    TrainingOverdueError,
)
from callward.recordings.models import Playback, Recording
from callward.recordings.selectors import playbacks_of
from callward.recordings.states import RecordingsEvent, RecordingState
from callward.retention.errors import RecordingGoneError
from callward.retention.services import why_still_here

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return house(tmp_path)


def read_all(begun, *, user_ref, session, at, **_):
    return services.read_playback(
        begun.ref, user_ref=user_ref, session=session, at=at, start=0, length=begun.bytes
    )


@pytest.mark.req("K-10")
def test_a_play_gives_the_very_bytes_that_were_captured(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)

    begun = services.begin_playback(kept.ref, **rita, at=the_clock.now())

    assert read_all(begun, **rita, at=the_clock.now()) == kept.audio
    assert begun.ends_at == the_clock.now() + timedelta(minutes=15)


@pytest.mark.req("K-10")
def test_a_play_stands_in_the_audit_with_its_purpose_before_a_byte_is_read(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)

    begun = services.begin_playback(kept.ref, **rita, at=the_clock.now())

    leaf = history(kept.ref)[-1]
    assert leaf.event == RecordingsEvent.PLAYBACK_BEGUN
    assert leaf.facts["purpose"] == "complaints"
    assert leaf.facts["playback"] == str(begun.ref)
    assert leaf.actor == f"user:{home.cast.rita.ref}"
    assert [played.purpose for played in playbacks_of(kept.ref)] == ["complaints"]


def test_a_play_that_cannot_be_audited_does_not_begin(home, the_clock, monkeypatch):
    kept, rita = keep_one(home), let_rita_hear(home)

    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("callward.recordings.playback.record", broken)
    with pytest.raises(RuntimeError):
        services.begin_playback(kept.ref, **rita, at=the_clock.now())

    assert not Playback.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"purpose": None}, PurposeMissingError),
        ({"purpose": "  "}, PurposeMissingError),
        ({"purpose": "curiosity"}, PurposeOutsidePolicyError),
        ({"purpose": "bookings"}, PurposeOutsidePolicyError),
        ({"second_factor": False}, SecondFactorMissingError),
        ({"purpose": "quality"}, GrantMissingError),
    ],
)
@pytest.mark.req("K-10")
def test_what_is_missing_is_the_refusal(home, the_clock, change, error):
    kept, rita = keep_one(home), let_rita_hear(home)

    with pytest.raises(error) as refused:
        services.begin_playback(kept.ref, **{**rita, **change}, at=the_clock.now())

    assert isinstance(refused.value, RefusedError)
    assert not Playback.objects.exists()


@pytest.mark.req("S-11")
@pytest.mark.parametrize("who", ["ana", "radu", "audra", "vera"])
def test_roles_that_the_policy_does_not_name_hear_nothing_even_with_a_grant(home, the_clock, who):
    kept, rita = keep_one(home), let_rita_hear(home)
    person = getattr(home.cast, who)
    if who != "vera":
        grant(person.ref, home.controller.ref, at=the_clock.now())

    with pytest.raises(PlayNotAllowedError):
        services.begin_playback(kept.ref, **{**rita, "user_ref": person.ref}, at=the_clock.now())


@pytest.mark.req("K-09")
def test_somebody_who_left_hears_nothing(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    accounts.deactivate_user(home.cast.rita.ref, actor=SETUP, at=the_clock.now())

    with pytest.raises(PlayNotAllowedError):
        services.begin_playback(kept.ref, **rita, at=the_clock.now())


@pytest.mark.req("K-11")
def test_overdue_training_suspends_playing_until_it_is_renewed(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home, ends_at=the_clock.now() + timedelta(days=900))
    Training.objects.filter(user_id=home.cast.rita.ref).delete()
    train(home.cast.rita.ref, home.controller.ref, at=the_clock.now(),
          until=the_clock.now().date() - timedelta(days=1))  # fmt: skip

    with pytest.raises(TrainingOverdueError):
        services.begin_playback(kept.ref, **rita, at=the_clock.now())

    train(home.cast.rita.ref, home.controller.ref, at=the_clock.now())
    assert services.begin_playback(kept.ref, **rita, at=the_clock.now())


@pytest.mark.req("S-15")
def test_an_unsigned_undertaking_is_refused_by_name(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    Undertaking.objects.filter(user_id=home.cast.rita.ref).delete()

    with pytest.raises(ConfidentialityUnsignedError):
        services.begin_playback(kept.ref, **rita, at=the_clock.now())


def test_a_grant_works_until_its_end_and_not_at_it(home, the_clock):
    end = the_clock.now() + timedelta(hours=1)
    kept, rita = keep_one(home), let_rita_hear(home, ends_at=end)

    assert services.begin_playback(kept.ref, **rita, at=end - timedelta(seconds=1))
    with pytest.raises(GrantEndedError):
        services.begin_playback(kept.ref, **rita, at=end)


def test_a_withdrawn_grant_silences_a_playback_that_runs(home, the_clock):
    kept = keep_one(home)
    given = grant(home.cast.rita.ref, home.controller.ref, at=the_clock.now())
    rita = {"purpose": "complaints", "user_ref": home.cast.rita.ref, "session": "s"}
    begun = services.begin_playback(kept.ref, **rita, second_factor=True, at=the_clock.now())

    accounts.withdraw_grant(given, actor=SETUP, at=the_clock.now())

    with pytest.raises(GrantEndedError):
        read_all(begun, **rita, at=the_clock.now() + timedelta(seconds=1))


def test_a_grant_for_one_recording_opens_no_other(home, the_clock):
    mine, other = keep_one(home), keep_one(home)
    grant(home.cast.rita.ref, home.controller.ref, at=the_clock.now(), recording_ref=mine.ref)
    asked = {"purpose": "complaints", "user_ref": home.cast.rita.ref, "session": "s"}

    assert services.begin_playback(mine.ref, **asked, second_factor=True, at=the_clock.now())
    with pytest.raises(GrantMissingError):
        services.begin_playback(other.ref, **asked, second_factor=True, at=the_clock.now())


@pytest.mark.parametrize(
    "state",
    sorted(set(RecordingState) - {"stored", "verified", "degraded"}),
)
def test_a_recording_without_reliable_audio_does_not_play(home, the_clock, state):
    kept, rita = keep_one(home), let_rita_hear(home)
    Recording.objects.filter(ref=kept.ref).update(state=state)

    with pytest.raises(RecordingNotPlayableError):
        services.begin_playback(kept.ref, **rita, at=the_clock.now())


@pytest.mark.req("K-07")
def test_it_plays_one_second_before_the_due_instant_and_is_gone_from_it_on(home, the_clock):
    kept = keep_one(home)
    due = why_still_here(kept.ref, the_clock.now()).due_at
    the_clock.move_to(due - timedelta(seconds=1))
    appoint_fully(home.cast.rita.ref, Role.DPO, home.controller.ref, at=the_clock.now())
    rita = let_rita_hear(home)

    begun = services.begin_playback(kept.ref, **rita, at=the_clock.now())
    assert read_all(begun, **rita, at=the_clock.now()) == kept.audio

    for at in (due, due + timedelta(seconds=1)):
        with pytest.raises(RecordingGoneError):
            services.begin_playback(kept.ref, **rita, at=at)
        with pytest.raises(RecordingGoneError):
            read_all(begun, **rita, at=at)


@pytest.mark.req("K-09")
@pytest.mark.parametrize("change", [{"session": "another"}, {"user_ref": new_ref()}])
def test_a_playback_belongs_to_one_user_in_one_session(home, the_clock, change):
    kept, rita = keep_one(home), let_rita_hear(home)
    begun = services.begin_playback(kept.ref, **rita, at=the_clock.now())

    with pytest.raises(PlaybackNotYoursError):
        read_all(begun, **{**rita, **change}, at=the_clock.now())


def test_the_session_itself_is_not_kept(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    services.begin_playback(kept.ref, **rita, at=the_clock.now())

    assert b"her session" not in bytes(Playback.objects.get().session_digest)


def test_a_playback_ends_when_the_policy_says(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    begun = services.begin_playback(kept.ref, **rita, at=the_clock.now())

    assert read_all(begun, **rita, at=begun.ends_at - timedelta(seconds=1)) == kept.audio
    with pytest.raises(PlaybackEndedError):
        read_all(begun, **rita, at=begun.ends_at)


def test_a_range_is_that_range_and_behind_the_end_there_is_nothing(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)
    begun = services.begin_playback(kept.ref, **rita, at=the_clock.now())
    who = {"user_ref": rita["user_ref"], "session": rita["session"], "at": the_clock.now()}

    part = services.read_playback(begun.ref, **who, start=1000, length=77)

    assert part == kept.audio[1000:1077]
    with pytest.raises(RangeOutsideError):
        services.read_playback(begun.ref, **who, start=len(kept.audio), length=1)


def test_what_does_not_exist_is_missing(home, the_clock):
    rita = let_rita_hear(home)

    with pytest.raises(RecordingMissingError):
        services.begin_playback(new_ref(), **rita, at=the_clock.now())
    with pytest.raises(PlaybackMissingError):
        services.open_playback(
            new_ref(), user_ref=rita["user_ref"], session="s", at=the_clock.now()
        )


def test_beginning_writes_two_rows_and_no_more(home, the_clock):
    kept, rita = keep_one(home), let_rita_hear(home)

    before = Leaf.objects.count()
    with CaptureQueriesContext(connection) as queries:
        services.begin_playback(kept.ref, **rita, at=the_clock.now())

    asks = ("SELECT", "(SELECT", "SAVEPOINT", "RELEASE")
    written = [q["sql"] for q in queries if not q["sql"].startswith(asks)]
    # On a file the audit writes past Django's cursor.
    assert len(written) == (1 if connection.vendor == "sqlite" else 2)
    assert Leaf.objects.count() == before + 1
    assert len(queries) <= 10
