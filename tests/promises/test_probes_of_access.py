"""Each probe of telling, listening and place goes red when the engine is broken in that one way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from build.console import own_app
from build.promises import look, promised_house, wrong
from build.recordings import keep_one, let_rita_hear
from callward.accounts.models import Appointment, Grant, Training, Undertaking
from callward.audit.models import Leaf
from callward.calls.models import Call
from callward.holdings import DECLARED, DataCategory
from callward.kernel import clock
from callward.kernel.numbers import PhoneNumber
from callward.notices import services as notices
from callward.notices.models import Document, NoticeVersion
from callward.promises import ports
from callward.promises.probe_context import glance
from callward.promises.registry import CannotLookError, every_probe
from callward.recordings import services as recordings
from callward.recordings.models import Playback, Recording
from callward.recordings.states import RecordingsEvent
from callward.subjects.services import remember_numbers
from callward.texts.states import CheckName, Probe
from callward.vault import services as vault

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return promised_house(tmp_path)


def play(home, kept, **with_what):
    own_app(home.cast.rita.ref)
    return recordings.begin_playback(kept.ref, at=clock.now(), **with_what)


@pytest.mark.req("X-02")
def test_a_recording_of_which_nobody_knows_what_was_said_turns_the_probe_red(home):
    kept = keep_one(home)
    Call.objects.filter(ref=kept.call_ref).update(told="announced")
    assert wrong(home, Probe.TOLD_OR_ASKED) == 0
    Call.objects.filter(ref=kept.call_ref).update(told="unknown")
    assert wrong(home, Probe.TOLD_OR_ASKED) == 1


@pytest.mark.req("D-16")
def test_an_asserted_recording_needs_a_signed_declaration_behind_it(home):
    kept = keep_one(home)
    Call.objects.filter(ref=kept.call_ref).update(told="asserted", evidence_ref=kept.ref)
    assert wrong(home, Probe.TOLD_OR_ASKED) == 1


@pytest.mark.req("S-01")
def test_a_recording_in_a_direction_that_is_not_recorded_turns_the_probe_red(home):
    kept = keep_one(home)
    assert wrong(home, Probe.ONLY_DECLARED_DIRECTIONS) == 0
    Call.objects.filter(ref=kept.call_ref).update(direction="internal")
    assert wrong(home, Probe.ONLY_DECLARED_DIRECTIONS) == 1


@pytest.mark.req("M-01")
def test_a_recording_of_a_number_that_is_not_recorded_turns_the_probe_red(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    shop = promised_house(tmp_path, name="web-shop")
    [ours] = shop.policy.recording.numbers
    [the_line] = remember_numbers(shop.controller.ref, [PhoneNumber(e164=ours)], at=clock.now())
    kept = keep_one(shop)
    Call.objects.filter(ref=kept.call_ref).update(did_number_ref=the_line.ref)
    assert wrong(shop, Probe.ONLY_DECLARED_NUMBERS) == 0
    keep_one(shop)  # on a line that the policy does not name
    assert wrong(shop, Probe.ONLY_DECLARED_NUMBERS) == 1


@pytest.mark.req("I-02")
def test_a_recording_at_a_controller_that_records_no_calls_turns_the_probes_red(home):
    kept = keep_one(home)
    seen = glance(home.controller.ref, at=clock.now())
    silent = {**seen.document, "activity": {}}
    theirs = replace(seen, documents={seen.policy_id: silent})
    for probe in (Probe.ONLY_DECLARED_NUMBERS, Probe.ONLY_DECLARED_DIRECTIONS, Probe.TOLD_OR_ASKED):
        assert every_probe()[CheckName(probe)](theirs).wrong == 1, probe
    Recording.objects.filter(ref=kept.ref).update(state="refused")
    assert every_probe()[CheckName(Probe.ONLY_DECLARED_NUMBERS)](theirs).wrong == 0


@pytest.mark.req("K-10")
def test_a_playback_beside_the_checks_turns_the_probe_red(home):
    kept, rita = keep_one(home), let_rita_hear(home)
    play(home, kept, **rita)
    assert wrong(home, Probe.PLAYED_FOR_A_PURPOSE) == 0
    assert look(home, Probe.PLAYED_FOR_A_PURPOSE).looked_at == 1
    Grant.objects.update(
        ends_at=clock.now() - timedelta(seconds=1), begins_at=clock.now() - timedelta(days=1)
    )
    assert wrong(home, Probe.PLAYED_FOR_A_PURPOSE) == 1


@pytest.mark.req("K-10")
def test_an_engine_that_forgets_to_write_a_playback_down_turns_the_probe_red(home):
    kept, rita = keep_one(home), let_rita_hear(home)
    play(home, kept, **rita)
    Leaf.objects.filter(event=RecordingsEvent.PLAYBACK_BEGUN).delete()
    assert wrong(home, Probe.PLAYED_FOR_A_PURPOSE) == 1


def test_a_playback_that_goes_on_too_long_turns_the_probe_red(home):
    kept, rita = keep_one(home), let_rita_hear(home)
    play(home, kept, **rita)
    Playback.objects.update(ends_at=clock.now() + timedelta(hours=2))
    assert wrong(home, Probe.PLAYED_FOR_A_PURPOSE) == 1


@pytest.mark.req("S-11")
@pytest.mark.parametrize("what", ["role", "signature", "training", "second-factor"])
def test_a_playback_by_somebody_who_is_not_entitled_turns_the_probe_red(home, what):
    kept, rita = keep_one(home), let_rita_hear(home)
    play(home, kept, **rita)
    assert wrong(home, Probe.PLAYED_BY_APPOINTED) == 0
    if what == "role":
        Appointment.objects.update(role="auditor", agent_code="", agent_code_since=None)
    if what == "signature":
        Undertaking.objects.all().delete()
    if what == "second-factor":
        Authenticator.objects.all().delete()
    if what == "training":
        Training.objects.all().delete()
    assert wrong(home, Probe.PLAYED_BY_APPOINTED) == 1


@pytest.mark.req("K-11")
def test_a_reviewer_past_the_training_turns_the_probe_red(home):
    assert wrong(home, Probe.STAFF_TRAINED) == 0
    assert wrong(home, Probe.STAFF_TRAINED, at=clock.now() + timedelta(days=500)) > 0


@pytest.mark.req("S-10")
@pytest.mark.req("M-07")
def test_a_machine_outside_the_promised_region_turns_the_probe_red(home):
    assert wrong(home, Probe.KEPT_IN_REGION) == 0
    ports.world.get().place = "US"
    assert wrong(home, Probe.KEPT_IN_REGION) > 0
    ports.world.get().place = ""
    with pytest.raises(CannotLookError):
        look(home, Probe.KEPT_IN_REGION)


@pytest.mark.req("K-13")
def test_a_kind_of_data_that_no_category_names_turns_the_probe_red(home, monkeypatch):
    keep_one(home)
    before = wrong(home, Probe.CATEGORIES_DECLARED)
    monkeypatch.setitem(DECLARED, Call, {**DECLARED[Call], "queue": DataCategory.PAYMENT})
    assert wrong(home, Probe.CATEGORIES_DECLARED) == before + 1


@pytest.mark.req("K-12")
def test_a_column_that_could_hold_a_profile_turns_the_probe_red(home):
    assert wrong(home, Probe.NOTHING_PROFILED) == 0
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE extra (caller_profile text)")
        try:
            assert wrong(home, Probe.NOTHING_PROFILED) == 1
        finally:
            cursor.execute("DROP TABLE extra")


@pytest.mark.req("S-20")
def test_a_published_contact_that_does_not_answer_turns_the_probe_red(home):
    with pytest.raises(CannotLookError):
        look(home, Probe.CONTACTS_ANSWER)
    ports.reach.get().answer = True
    assert wrong(home, Probe.CONTACTS_ANSWER) == 0
    ports.reach.get().answer = False
    assert wrong(home, Probe.CONTACTS_ANSWER) > 0


@pytest.mark.req("K-06")
def test_audio_that_stays_in_the_inbox_turns_the_probe_red(home, tmp_path):
    left = tmp_path / "inbox" / home.controller.slug / "call.mp3"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"ID3")
    assert wrong(home, Probe.SOURCE_EMPTIED) == 0
    assert wrong(home, Probe.SOURCE_EMPTIED, at=clock.now() + timedelta(days=3650)) == 1


def test_a_backup_that_outlives_its_day_turns_the_probe_red(home, tmp_path):
    with pytest.raises(CannotLookError):
        look(home, Probe.BACKUPS_END)
    made = clock.now()
    (tmp_path / "backups").mkdir()
    vault.back_up(
        tmp_path / "backups" / "a.backup", at=made, dies_on=(made + timedelta(days=9999)).date()
    )
    assert wrong(home, Probe.BACKUPS_END) == 0
    assert wrong(home, Probe.BACKUPS_END, at=made + timedelta(days=400)) == 1


def test_a_piece_of_the_log_that_outlives_its_day_turns_the_probe_red(home, tmp_path):
    folder, piece, made = tmp_path / "backups" / "log", tmp_path / "0" / ("0" * 24), clock.now()
    for place in (folder, piece.parent):
        place.mkdir(parents=True)
    piece.write_bytes(b"rows")
    terms = {"public": vault.service_key("backup").public.hex(), "lives": ["P9999D"]}
    (folder / "archive.json").write_text(json.dumps(terms))
    before = look(home, Probe.BACKUPS_END)  # on a server the places of its own copies
    assert vault.seal_piece(piece, folder=folder, at=made)
    known = before.looked_at if before else 0
    assert look(home, Probe.BACKUPS_END).looked_at == known + 1
    assert wrong(home, Probe.BACKUPS_END) == 0
    assert wrong(home, Probe.BACKUPS_END, at=made + timedelta(days=400)) == 1


@pytest.mark.req("D-06")
@pytest.mark.req("C-16")
def test_a_published_notice_that_was_touched_turns_the_probe_red(home):
    assert look(home, Probe.NOTICES_MATCH) is None
    notices.publish_due(clock.now())
    assert wrong(home, Probe.NOTICES_MATCH) == 0
    document = Document.objects.filter(format="md", language="ro").first()
    words = bytes(document.content).replace(b"6", b"7").replace(b"5", b"6")
    Document.objects.filter(ref=document.ref).update(content=words)
    assert wrong(home, Probe.NOTICES_MATCH) == 1
    digest = hashlib.sha256(words).hexdigest()
    Document.objects.filter(ref=document.ref).update(sha256=digest)
    assert wrong(home, Probe.NOTICES_MATCH) == 1  # a hash that fits does not make it the policy's


def test_a_policy_that_changed_without_its_notice_turns_the_probe_red(home):
    notices.publish_due(clock.now())
    NoticeVersion.objects.update(policy_id="sha256:" + "0" * 64)
    assert wrong(home, Probe.NOTICES_MATCH) >= 1
