"""Each probe of what is kept goes red when the engine is broken in that one way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from build.object_store import fresh_place
from build.promises import look, promised_house, wrong
from build.recordings import keep_one
from callward.intake.models import Quarantined
from callward.kernel import calendar, clock
from callward.kernel.actors import system_actor
from callward.retention import rules, services as retention
from callward.retention.models import Certificate, Hold, Item
from callward.texts.states import Probe
from callward.vault import ports as vault
from callward.vault.errors import ObjectStoreUnreachableError
from callward.vault.models import SealedItem
from callward.vault.objects import object_name
from callward.vault.s3_objects import S3Objects

pytestmark = pytest.mark.django_db(transaction=True)
RUNNER = system_actor("retention.run")
LONG_AFTER = timedelta(days=6 * 366)


@pytest.fixture
def home(tmp_path, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return promised_house(tmp_path)


def run_disposal(at):
    return retention.run_disposal(None, actor=RUNNER, at=at)


def place_hold(kept, *, at):
    retention.place_hold(
        [kept.ref], reason="complaint", case="KLG-1", owner=kept.ref, actor=RUNNER, at=at
    )


@pytest.mark.req("D-05")
@pytest.mark.req("K-07")
def test_an_expired_recording_that_still_opens_turns_the_probe_red(home):
    keep_one(home)
    assert wrong(home, Probe.EXPIRED_UNREADABLE, kind="recording") == 0
    later = clock.now() + LONG_AFTER
    assert (
        wrong(home, Probe.EXPIRED_UNREADABLE, kind="recording", at=later) > 0
    )  # the disposal job never ran
    run_disposal(later)
    assert wrong(home, Probe.EXPIRED_UNREADABLE, kind="recording", at=later) == 0


def test_expiry_is_counted_from_the_call_even_when_the_stored_day_was_moved(home):
    kept = keep_one(home)
    far = clock.now() + LONG_AFTER * 2
    Item.objects.filter(ref=kept.ref).update(due_at=far, cap_at=far)
    vault.key_store.get().move([kept.ref], "c/somewhere/else/9999-01-01")
    assert wrong(home, Probe.EXPIRED_UNREADABLE, kind="recording", at=clock.now() + LONG_AFTER) == 1


def test_a_hold_is_no_broken_promise_but_an_engine_that_forgets_its_end_is(home):
    kept = keep_one(home)
    place_hold(kept, at=clock.now() + timedelta(days=4 * 366))
    later = clock.now() + LONG_AFTER
    run_disposal(later)
    assert wrong(home, Probe.EXPIRED_UNREADABLE, kind="recording", at=later) == 0
    after = clock.now() + timedelta(days=(4 + 3) * 366)
    Hold.objects.update(ends_at=after + timedelta(days=1))  # the engine forgets the longest life
    assert wrong(home, Probe.EXPIRED_UNREADABLE, kind="recording", at=after) == 1


@pytest.mark.req("D-02")
def test_an_engine_that_counts_a_day_too_many_turns_the_probe_red(home, monkeypatch):
    keep_one(home)
    assert wrong(home, Probe.DUE_DATES_FOLLOW_POLICY, kind="recording") == 0
    right = calendar.cap_due

    def a_day_late(*args, **kwargs):
        return right(*args, **kwargs) + timedelta(days=1)

    monkeypatch.setattr(rules.calendar, "cap_due", a_day_late)
    keep_one(home)
    assert wrong(home, Probe.DUE_DATES_FOLLOW_POLICY, kind="recording") == 1


def test_an_audit_that_is_kept_longer_than_promised_turns_the_probe_red(home):
    keep_one(home)
    assert wrong(home, Probe.DUE_DATES_FOLLOW_POLICY, kind="audit") == 0
    later = clock.now() + timedelta(days=30 * 366)
    assert wrong(home, Probe.DUE_DATES_FOLLOW_POLICY, kind="audit", at=later) == 1


def test_an_engine_that_forgets_to_register_a_recording_turns_the_probe_red(home):
    kept = keep_one(home)
    assert wrong(home, Probe.EVERYTHING_HAS_A_DUE_DATE, kind="recording") == 0
    Item.objects.filter(ref=kept.ref).delete()
    assert wrong(home, Probe.EVERYTHING_HAS_A_DUE_DATE, kind="recording") == 1


@pytest.mark.req("D-08")
def test_a_hold_past_its_review_turns_the_probe_red(home):
    kept = keep_one(home)
    place_hold(kept, at=clock.now())
    assert wrong(home, Probe.HOLDS_REVIEWED, kind="recording") == 0
    assert (
        wrong(home, Probe.HOLDS_REVIEWED, kind="recording", at=clock.now() + timedelta(days=370))
        == 1
    )


def test_a_hold_that_outlives_its_longest_life_turns_the_probe_red(home):
    kept = keep_one(home)
    place_hold(kept, at=clock.now())
    far = clock.now() + timedelta(days=20 * 366)
    Hold.objects.update(review_on=far.date() + timedelta(days=1))
    assert wrong(home, Probe.HOLDS_REVIEWED, kind="recording", at=far) == 1


def test_a_destruction_without_its_certificate_turns_the_probe_red(home):
    keep_one(home)
    later = clock.now() + LONG_AFTER
    run_disposal(later)
    recording = Certificate.objects.filter(disposal__activity="call-recording")
    others = Certificate.objects.exclude(ref__in=recording.values("ref")).count()
    assert look(home, Probe.DESTRUCTION_CERTIFIED, at=later).looked_at == 1 + others
    assert wrong(home, Probe.DESTRUCTION_CERTIFIED, at=later) == 0
    document = bytes(recording.get().document)
    recording.update(document=document.replace(b'"count":1', b'"count":2'))
    assert wrong(home, Probe.DESTRUCTION_CERTIFIED, at=later) == 1
    recording.delete()
    assert wrong(home, Probe.DESTRUCTION_CERTIFIED, at=later) == 1


def test_a_key_that_survives_its_destruction_turns_the_probe_red(home, tmp_path):
    kept = keep_one(home)
    copy = (tmp_path / "keys" / "keys.sqlite3").read_bytes()
    later = clock.now() + LONG_AFTER
    run_disposal(later)
    assert wrong(home, Probe.NO_KEY_RESIDUE, at=later) == 0
    stray = tmp_path / "keys" / "copy-of-an-old-file"
    stray.write_bytes(copy)
    assert wrong(home, Probe.NO_KEY_RESIDUE, at=later) > 0
    stray.unlink()
    left = tmp_path / "objects" / kept.ref.hex[:2] / f"{kept.ref}.audio"
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"sealed")
    assert wrong(home, Probe.NO_KEY_RESIDUE, at=later) == 1


@pytest.mark.req("N-4")
def test_an_object_that_its_bucket_keeps_turns_the_probe_red(home, monkeypatch):
    vault.objects.bind(S3Objects(fresh_place()))
    kept = keep_one(home)
    later = clock.now() + LONG_AFTER
    run_disposal(later)
    assert wrong(home, Probe.NO_KEY_RESIDUE, at=later) == 0
    vault.objects.get().put(object_name(kept.ref, "audio"), b"sealed")
    assert wrong(home, Probe.NO_KEY_RESIDUE, at=later) == 1
    vault.objects.bind(S3Objects(replace(fresh_place(), endpoint="http://127.0.0.1:9")))
    with pytest.raises(ObjectStoreUnreachableError):
        look(home, Probe.NO_KEY_RESIDUE, at=later)


def test_an_arrival_that_outlives_its_quarantine_turns_the_probe_red(home):
    kept = keep_one(home)
    arrived = clock.now()
    Quarantined(
        controller_ref=home.controller.ref,
        reason="no-cdr",
        state="waiting",
        item_ref=kept.ref,
        epoch="c/x/quarantine/2026-01-01",
        kind="mp3",
        name_key=bytes(32),
        size=1,
        delivered_by="tests",
        arrived_at=arrived,
        due_at=arrived,
    ).save()
    assert wrong(home, Probe.EXPIRED_UNREADABLE, kind="quarantined") == 0
    assert (
        wrong(home, Probe.EXPIRED_UNREADABLE, kind="quarantined", at=arrived + timedelta(days=400))
        == 1
    )
    assert SealedItem.objects.filter(ref=kept.ref).exists()
