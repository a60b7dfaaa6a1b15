"""What is sealed is durable, read back, and plays; nobody finds the words on the disk."""

from __future__ import annotations

import os

import pytest

from build import vault
from build.object_store import fresh_place
from build.vault import DUE_EPOCH, NOW, THERAPISTS, keep, played, plug_vault, speech
from callward.kernel.references import new_ref
from callward.sealing.digests import sha256
from callward.vault import ports, services
from callward.vault.errors import (
    ItemRegisteredError,
    PartMissingError,
    ReadBackError,
    RecordingGoneError,
    SealedObjectDamagedError,
    SealedObjectMissingError,
)
from callward.vault.objects import object_name
from callward.vault.states import ToSeal

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["folder", "s3"])
def folders(request, tmp_path):
    yield plug_vault(tmp_path, place=fresh_place() if request.param == "s3" else None)
    vault.unplug_vault()


def object_of(ref):
    store, name = ports.objects.get(), object_name(ref, "audio")
    return bytes(store.fetch(name, 0, store.size(name)))


@pytest.mark.req("K-06")
def test_a_sealed_recording_plays_from_any_place(folders):
    (sealed,) = keep(["Mara asks"])
    whole = speech("Mara asks")
    assert played(sealed.ref) == whole
    assert services.read_range(sealed.ref, "audio", 70_000, 5000) == whole[70_000:75_000]
    assert services.open_part(sealed.ref).plain_size == len(whole)
    assert services.part_size(sealed.ref) == len(whole)
    assert services.read_range(sealed.ref, "peaks", 0, 99) == b"peaks"
    assert (sealed.sha256, sealed.size) == (sha256(whole), len(whole))


@pytest.mark.req("K-06")
def test_neither_words_nor_keys_lie_open_in_any_file(folders):
    group = keep([f"words {n}" for n in range(20)])
    keys = [ports.key_store.get().open(sealed.ref) for sealed in group]
    for needle in (b"<<words", b"peaks", vault.ROOT_KEY, *keys):
        assert folders.contain(needle) == []


def test_a_recording_that_streams_in_is_the_same_as_one_from_memory(folders):
    whole = speech("streamed", size=300_000)
    chunks = (whole[at : at + 7000] for at in range(0, len(whole), 7000))
    sealed = services.seal(chunks, epoch=DUE_EPOCH, at=NOW, parts={"peaks": b"p"})
    services.register([sealed], controller_ref=THERAPISTS, at=NOW)
    assert (sealed.sha256, sealed.size) == (sha256(whole), len(whole))
    assert played(sealed.ref) == whole
    assert services.read_range(sealed.ref, "peaks", 0, 9) == b"p"


def test_one_recording_may_be_sealed_from_memory(folders):
    sealed = services.seal(bytearray(b"words"), epoch=DUE_EPOCH, at=NOW)
    services.register([sealed], controller_ref=THERAPISTS, at=NOW)
    assert played(sealed.ref) == b"words"


def test_an_empty_group_and_an_empty_recording_are_sealed(folders):
    assert services.seal_group([], at=NOW) == []
    (sealed,) = services.seal_group([ToSeal(audio=b"", epoch=DUE_EPOCH)], at=NOW)
    services.register([sealed], controller_ref=THERAPISTS, at=NOW)
    assert played(sealed.ref) == b""


def test_a_group_is_in_one_key_store_transaction_and_comes_in_order(folders):
    items = [ToSeal(audio=b"%d" % n, epoch=DUE_EPOCH) for n in range(64)]
    group = services.seal_group(items, at=NOW)
    assert [one.sha256 for one in group] == [sha256(b"%d" % n) for n in range(64)]
    assert set(ports.key_store.get().refs_in(DUE_EPOCH)) == {one.ref for one in group}


def test_a_disk_that_loses_bytes_is_noticed_before_anybody_says_durable(folders, monkeypatch):
    store = ports.objects.get()
    put = store.put

    def forgetful(name, content):
        put(name, bytes(content)[:-1] + b"?")

    monkeypatch.setattr(store, "create", forgetful)
    with pytest.raises(ReadBackError):
        services.seal_group([ToSeal(audio=b"words" * 1000, epoch=DUE_EPOCH)], at=NOW)
    assert list(ports.key_store.get().wraps()) == []


def test_a_stream_that_reads_back_differently_is_refused(folders, monkeypatch):
    store = ports.objects.get()
    put = store.put_stream

    def forgetful(name, chunks):
        return put(name, iter([b"".join(chunks)[:-1]]))

    monkeypatch.setattr(store, "put_stream", forgetful)
    with pytest.raises(ReadBackError):
        services.seal(iter([b"words"]), epoch=DUE_EPOCH, at=NOW)


def test_a_later_part_is_sealed_under_the_same_key_and_may_be_replaced(folders):
    (sealed,) = keep(["one"])
    services.add_part(sealed.ref, "cdr", b"first")
    services.add_part(sealed.ref, "cdr", b"the second, longer")
    assert services.read_range(sealed.ref, "cdr", 0, 99) == b"the second, longer"
    assert folders.contain(b"the second") == []


@pytest.mark.parametrize("name", ["", "../../x", "A", "x" * 21, "a.b", "ä"])
def test_a_part_name_that_could_be_a_path_is_refused(folders, name):
    (sealed,) = keep(["one"])
    with pytest.raises(PartMissingError):
        services.add_part(sealed.ref, name, b"x")


def test_a_missing_part_and_a_missing_recording_are_told_apart(folders):
    (sealed,) = keep(["one"])
    with pytest.raises(PartMissingError):
        services.read_range(sealed.ref, "transcript", 0, 1)
    with pytest.raises(RecordingGoneError):
        services.read_range(new_ref(), "audio", 0, 1)
    with pytest.raises(RecordingGoneError):
        services.part_size(new_ref())


def test_a_removed_object_is_refused_by_name_and_found_by_reconciling(folders):
    one, other = keep(["one", "two"])
    ports.objects.get().delete([object_name(one.ref, "audio")])
    with pytest.raises(SealedObjectMissingError):
        services.read_range(one.ref, "audio", 0, 1)
    found = services.reconcile()
    assert found.rows_without_objects == (one.ref,)
    assert not found.clean
    assert played(other.ref)


@pytest.mark.parametrize("damage", ["flip", "cut", "longer", "swapped"])
def test_a_damaged_object_is_refused_by_name(folders, damage):
    one, other = keep(["one", "two"])
    content = bytearray(object_of(one.ref))
    content[100_000] ^= 1
    damages = {
        "flip": bytes(content),
        "cut": object_of(one.ref)[:-65_536],
        "longer": object_of(one.ref) + b"x",
        "swapped": object_of(other.ref),
    }
    ports.objects.get().put(object_name(one.ref, "audio"), damages[damage])
    with pytest.raises(SealedObjectDamagedError):
        services.read_range(one.ref, "audio", 0, 200_000)
    with pytest.raises(SealedObjectDamagedError):
        services.verify_part(one.ref)
    services.verify_part(other.ref)


def test_what_was_sealed_and_never_registered_is_found_and_dropped(folders):
    kept = keep(["kept"])
    lost = services.seal_group([ToSeal(audio=b"lost", epoch=DUE_EPOCH)], at=NOW)
    found = services.reconcile()
    assert found.objects_without_rows == found.wraps_without_rows == (lost[0].ref,)
    assert services.discard([lost[0].ref]) == 1
    assert services.reconcile().clean
    assert played(kept[0].ref)


def test_what_is_registered_cannot_be_dropped(folders):
    (sealed,) = keep(["kept"])
    with pytest.raises(ItemRegisteredError):
        services.discard([sealed.ref])
    assert played(sealed.ref)


def test_keys_of_the_house_and_of_epochs_are_given(folders):
    assert services.service_key("lookup").secret
    assert (
        ports.key_store.get().public_key(DUE_EPOCH)
        == services.prepare_epochs([DUE_EPOCH])[DUE_EPOCH]
    )


def test_a_large_recording_is_read_in_small_ranges(folders):
    content = os.urandom(3_000_000)
    sealed = services.seal(content, epoch=DUE_EPOCH, at=NOW)
    services.register([sealed], controller_ref=THERAPISTS, at=NOW)
    for start in range(0, len(content), 400_000):
        assert services.read_range(sealed.ref, "audio", start, 999) == content[start : start + 999]
