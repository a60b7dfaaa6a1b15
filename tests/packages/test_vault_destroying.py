"""Destroyed is destroyed: nobody opens it, no key byte is left, and nobody else is hurt."""

from __future__ import annotations

import pytest

from build import vault
from build.object_store import fresh_place
from build.vault import (
    DUE_EPOCH,
    NOW,
    THERAPISTS,
    a_hold,
    keep,
    played,
    plug_vault,
    speech,
)
from callward.kernel.actors import system_actor
from callward.vault import epochs, marker_scan, ports, services
from callward.vault.errors import EpochMissingError, RecordingGoneError
from callward.vault.models import Intent, SealedItem, SealedPart
from callward.vault.states import IntentKind, IntentState, ToSeal

pytestmark = pytest.mark.django_db
DISPOSAL = system_actor("disposal")


@pytest.fixture(params=["folder", "s3"])
def folders(request, tmp_path):
    yield plug_vault(tmp_path, place=fresh_place() if request.param == "s3" else None)
    vault.unplug_vault()


def intend_epoch(epoch=DUE_EPOCH):
    return services.intend(
        [], epoch=epoch, kind=IntentKind.EPOCH, rule="cap P6M", actor=DISPOSAL, at=NOW
    )


def intend_erasure(*refs):
    return services.intend(
        refs, epoch=None, kind=IntentKind.ERASE, rule="erasure", actor=DISPOSAL, at=NOW
    )


def absent_everywhere(folders, sealed, markers):
    assert not SealedItem.objects.filter(ref=sealed.ref).exists()
    assert not SealedPart.objects.filter(item_ref=sealed.ref).exists()
    assert [path for path in folders.files() if sealed.ref.hex in path.name] == []
    assert vault.objects_of(sealed.ref) == []
    for marker in marker_scan.split_markers(markers):
        assert folders.contain(bytes(byte ^ 0xFF for byte in marker)) == []


@pytest.mark.req("K-07")
def test_an_epoch_is_destroyed_with_every_recording_in_it(folders):
    group = keep(["one", "two", "three"])
    intent = intend_epoch()
    done = services.destroy(intent, at=NOW)
    assert set(done.refs) == {sealed.ref for sealed in group}
    assert (done.wraps, done.objects, done.residue_bytes) == (3, 6, 0)
    markers = bytes(Intent.objects.get().markers)
    assert len(markers) == 16
    for sealed in group:
        with pytest.raises(RecordingGoneError):
            played(sealed.ref)
        absent_everywhere(folders, sealed, markers)
    assert services.reconcile().clean
    assert services.scan().residue_bytes == 0


@pytest.mark.req("K-07")
def test_a_held_recording_survives_the_day_of_its_epoch(folders):
    due, kept = keep(["due", "kept"])
    hold = a_hold()
    assert services.move([kept.ref], to=hold, at=NOW) == 1
    services.destroy(intend_epoch(), at=NOW)
    assert played(kept.ref) == speech("kept")
    assert services.epoch_of(kept.ref) == hold
    assert services.reconcile().held == {hold: (kept.ref,)}
    assert not services.has_key(due.ref)


@pytest.mark.req("D-03")
def test_erasing_one_recording_touches_no_other(folders):
    group = keep([f"call {n}" for n in range(12)])
    gone = group[5]
    done = services.destroy(intend_erasure(gone.ref), at=NOW)
    assert (done.refs, done.wraps, done.objects, done.residue_bytes) == ((gone.ref,), 1, 2, 0)
    absent_everywhere(folders, gone, bytes(Intent.objects.get().markers))
    for n, sealed in enumerate(group):
        if sealed is not gone:
            assert played(sealed.ref) == speech(f"call {n}")
    assert services.reconcile().clean


def test_a_hold_placed_after_the_intent_and_before_the_blow_still_saves(folders):
    due, kept = keep(["due", "kept"])
    intent = intend_epoch()
    services.move([kept.ref], to=a_hold(), at=NOW)
    done = services.destroy(intent, at=NOW)
    assert done.refs == (due.ref,)
    assert played(kept.ref) == speech("kept")


def test_destroying_twice_changes_nothing_and_says_the_same(folders):
    keep(["one"])
    intent = intend_epoch()
    first = services.destroy(intent, at=NOW)
    assert services.destroy(intent.ref, at=NOW) == first
    assert ports.ledger.get().position() == 1
    assert Intent.objects.get(ref=intent.ref).state == IntentState.DONE
    assert services.open_intents() == []


def test_a_repeated_blow_spares_what_was_sealed_to_the_same_name_since(folders):
    keep(["old"])
    intent = intend_epoch()
    ports.key_store.get().destroy_epoch(DUE_EPOCH)
    (new,) = keep(["new"])
    services.destroy(intent, at=NOW)
    assert played(new.ref) == speech("new")


def test_what_was_sealed_and_never_registered_is_destroyed_with_its_epoch(folders):
    keep(["kept"])
    (lost,) = services.seal_group([ToSeal(audio=b"lost", epoch=DUE_EPOCH)], at=NOW)
    done = services.destroy(intend_epoch(), at=NOW)
    assert lost.ref in done.refs
    assert services.reconcile().clean
    assert vault.objects_of(lost.ref) == []


def test_an_epoch_that_has_no_key_cannot_be_intended(folders):
    with pytest.raises(EpochMissingError):
        intend_epoch("c/none/call-recording/2026-01-01")


def test_an_unfinished_intent_is_listed_until_it_is_done(folders):
    keep(["one"])
    intent = intend_epoch()
    (found,) = services.open_intents()
    assert (found.ref, found.state, found.rule) == (intent.ref, IntentState.INTENDED, "cap P6M")
    assert found.actor == str(DISPOSAL)
    services.destroy(found, at=NOW)
    assert services.open_intents() == []


def test_the_intent_itself_is_no_residue(folders):
    keep(["one"])
    intend_epoch()
    marker = bytes(Intent.objects.get().markers)
    sealed_key = bytes(byte ^ 0xFF for byte in marker)
    assert [path.name for path in folders.contain(sealed_key)] == ["keys.sqlite3"]


def test_a_scan_finds_key_bytes_wherever_a_file_in_the_key_folder_has_them(folders):
    keep(["one"])
    store = ports.key_store.get()
    (marker,) = store.markers(epoch=DUE_EPOCH, refs=[])
    stolen = folders.keys / "copy"
    stolen.write_bytes(bytes((8 << 20) - 7) + bytes(byte ^ 0xFF for byte in marker) + b"tail")
    services.destroy(intend_epoch(), at=NOW)
    done = Intent.objects.get()
    assert done.residue_bytes == 16, "the certificate must not say zero"
    found = services.scan()
    assert (found.residue_bytes, found.where) == (16, ("copy",))
    stolen.unlink()
    assert services.scan().residue_bytes == 0


def test_a_stale_copy_on_a_page_is_mended_by_writing_the_file_anew(folders, monkeypatch):
    keep(["one"])
    seen = []
    scan = marker_scan.scan

    def once_dirty(markers=()):
        report = scan(markers)
        seen.append(report)
        return (
            report
            if len(seen) > 1
            else marker_scan.ScanReport(files=1, scanned_bytes=1, residue_bytes=16)
        )

    monkeypatch.setattr("callward.vault.key_destruction.scan", once_dirty)
    done = services.destroy(intend_epoch(), at=NOW)
    assert (len(seen), done.residue_bytes) == (2, 0)


def test_only_a_sample_of_very_many_markers_is_looked_for(folders, monkeypatch):
    monkeypatch.setattr(marker_scan, "MARKERS_LOOKED_FOR", 4)
    assert services.scan([bytes([n] * 16) for n in range(9)]).files > 0


def test_names_of_epochs_say_whose_and_until_when():
    hold = epochs.hold_epoch(THERAPISTS, THERAPISTS)
    assert epochs.is_hold(hold)
    assert not epochs.is_hold(DUE_EPOCH)
    assert not epochs.is_hold(epochs.due_epoch(THERAPISTS, "quarantine", vault.DUE))
    assert not epochs.is_hold(epochs.open_epoch(THERAPISTS, "call-recording", THERAPISTS))


@pytest.mark.slow
@pytest.mark.req("D-03")
def test_erasing_one_of_two_thousand_touches_no_other(folders):
    store = ports.key_store.get()
    group = []
    for _ in range(4):
        items = [ToSeal(audio=b"a call", epoch=DUE_EPOCH) for _ in range(500)]
        group += services.seal_group(items, at=NOW)
    services.register(group, controller_ref=THERAPISTS, at=NOW)
    before = {sealed.ref: store._wrap_of(sealed.ref) for sealed in group}
    gone = group[1_234]
    done = services.destroy(intend_erasure(gone.ref), at=NOW)
    assert (done.wraps, done.residue_bytes) == (1, 0)
    del before[gone.ref]
    assert {ref: store._wrap_of(ref) for ref in before} == before
    assert all(played(sealed.ref) == b"a call" for sealed in group[::20] if sealed is not gone)
    with pytest.raises(RecordingGoneError):
        played(gone.ref)
    assert services.reconcile().clean


def test_only_files_of_the_house_are_searched_for_keys(folders):
    searched = marker_scan.scanned_files()
    assert searched
    assert [path for path in searched if not path.is_relative_to(folders.top)] == []
