"""Every key store keeps what the vault relies on."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from build.vault import ROOT_KEY
from callward.sealing import signatures
from callward.sealing.errors import SealingError
from callward.sealing.stream import new_key
from callward.sealing.wrap import key_id, unwrap, wrap
from callward.vault.epochs import wrap_context
from callward.vault.errors import (
    EpochMissingError,
    KeyFolderExposedError,
    RecordingGoneError,
    WrapExistsError,
    WrongRootKeyError,
)
from callward.vault.keystore import FileKeyStore

EPOCH, OTHER = "c/1/call-recording/2026-09-29", "c/1/hold/2"


@pytest.fixture
def store(tmp_path):
    made = FileKeyStore(tmp_path / "keys", root_key=ROOT_KEY)
    yield made
    made.close()


def locked(store, count=1, *, epoch=EPOCH):
    public = store.public_key(epoch)
    keys = {uuid4(): new_key() for _ in range(count)}
    store.put_wraps(
        [
            (ref, epoch, key_id(public), wrap(key, public, wrap_context(ref, epoch)))
            for ref, key in keys.items()
        ]
    )
    return keys


def raw_bytes(store):
    return b"".join(path.read_bytes() for path in sorted(store.folder.iterdir()))


def needle(marker):
    return bytes(byte ^ 0xFF for byte in marker)


def test_a_recording_opens_with_its_own_data_key(store):
    keys = locked(store, 3)
    assert {ref: store.open(ref) for ref in keys} == keys
    assert {store.epoch_of(ref) for ref in keys} == {EPOCH}
    assert store.refs_in(EPOCH) == tuple(keys)
    assert all(store.has(ref) for ref in keys)


def test_an_unknown_recording_is_refused_as_gone(store):
    with pytest.raises(RecordingGoneError):
        store.open(uuid4())
    assert not store.has(uuid4())


def test_destroying_an_epoch_closes_all_of_it_and_nothing_else(store):
    due, held = locked(store, 5), locked(store, 2, epoch=OTHER)
    assert store.destroy_epoch(EPOCH)
    assert not store.destroy_epoch(EPOCH)
    for ref in due:
        with pytest.raises(RecordingGoneError):
            store.open(ref)
        assert not store.has(ref)
    assert {ref: store.open(ref) for ref in held} == held


def test_a_key_destroyed_by_one_process_is_dead_in_the_other_at_once(store):
    (ref,) = locked(store)
    elsewhere = FileKeyStore(store.folder, root_key=ROOT_KEY)
    elsewhere.open(ref)
    store.destroy_epoch(EPOCH)
    with pytest.raises(RecordingGoneError):
        elsewhere.open(ref)
    elsewhere.close()


def test_an_epoch_made_again_has_another_key_and_opens_nothing_old(store):
    (old,) = locked(store)
    before = store.key_id_of(EPOCH)
    store.destroy_epoch(EPOCH)
    (new,) = locked(store)
    assert store.key_id_of(EPOCH) != before
    store.open(new)
    with pytest.raises(RecordingGoneError):
        store.open(old)
    assert not store.destroy_epoch(EPOCH, key_id=before), "the old generation is named exactly"
    store.open(new)


def test_no_bytes_of_a_destroyed_epoch_key_stay_in_any_file(store):
    locked(store, 200)
    (marker,) = store.markers(epoch=EPOCH, refs=[])
    assert raw_bytes(store).count(needle(marker)) == 1
    store.destroy_epoch(EPOCH)
    assert needle(marker) not in raw_bytes(store)


def test_no_bytes_of_erased_wraps_stay_in_any_file(store):
    keys = list(locked(store, 300))
    gone = keys[50:250:2]
    markers = store.markers(epoch=None, refs=gone)
    assert len(markers) == 100
    assert store.erase(gone) == 100
    whole = raw_bytes(store)
    assert not [marker for marker in markers if needle(marker) in whole]
    assert len(store.refs_in(EPOCH)) == 200


def test_the_journal_is_zeroed_after_a_destruction(store):
    locked(store, 10)
    store.destroy_epoch(EPOCH)
    journal = store.folder / "keys.sqlite3-journal"
    assert journal.stat().st_size > 0, "kept, so that it could be overwritten in place"
    assert not any(journal.read_bytes())


def test_no_data_key_and_no_private_key_lies_open_in_the_folder(store):
    keys = locked(store, 20)
    named = store.service_key("audit")
    whole = raw_bytes(store)
    assert not [key for key in (*keys.values(), named.secret, ROOT_KEY) if key in whole]


def test_a_moved_recording_survives_its_old_epoch(store):
    keys = locked(store, 300)
    held = list(keys)[:260]
    assert store.move(held, OTHER) == 260
    assert store.move(held, OTHER) == 0
    store.destroy_epoch(EPOCH)
    assert {ref: store.open(ref) for ref in held} == {ref: keys[ref] for ref in held}
    with pytest.raises(RecordingGoneError):
        store.open(list(keys)[270])


def test_a_destroyed_recording_cannot_be_moved_back_to_life(store):
    (ref,) = locked(store)
    store.destroy_epoch(EPOCH)
    with pytest.raises(RecordingGoneError):
        store.move([ref], OTHER)


def test_a_key_that_dies_while_its_recording_is_moved_stays_dead(store, monkeypatch):
    (ref,) = locked(store)
    opened = store.open

    def die_after(asked):
        key = opened(asked)
        store.destroy_epoch(EPOCH)
        return key

    monkeypatch.setattr(store, "open", die_after)
    with pytest.raises(RecordingGoneError):
        store.move([ref], OTHER)
    assert store.refs_in(OTHER) == ()


def test_a_wrap_erased_while_its_recording_is_moved_stays_gone(store, monkeypatch):
    (ref,) = locked(store)
    opened = store.open

    def erase_after(asked):
        key = opened(asked)
        store.erase([asked])
        return key

    monkeypatch.setattr(store, "open", erase_after)
    with pytest.raises(RecordingGoneError):
        store.move([ref], OTHER)
    assert not store.has(ref)


def test_wraps_for_an_epoch_that_died_meanwhile_are_refused_as_a_whole(store):
    public = store.public_key(EPOCH)
    store.public_key(OTHER)
    store.destroy_epoch(EPOCH)
    row = (uuid4(), EPOCH, key_id(public), b"x")
    with pytest.raises(EpochMissingError):
        store.put_wraps([row])
    assert list(store.wraps()) == []


def test_a_second_wrap_of_a_recording_is_refused(store):
    (ref,) = locked(store)
    public = store.public_key(EPOCH)
    with pytest.raises(WrapExistsError):
        store.put_wraps([(ref, EPOCH, key_id(public), b"x")])
    store.open(ref)


def test_epoch_keys_are_made_ahead_in_one_go(store):
    names = [f"c/1/call-recording/2026-09-{day:02}" for day in range(1, 31)]
    made = store.prepare(names)
    assert made == store.prepare(names)
    assert len(set(made.values())) == 30
    assert set(store.epochs()) == set(names)


def test_many_threads_asking_for_a_new_epoch_get_one_key(store):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _n: store.public_key(EPOCH), range(32)))) == 1


def test_the_keys_of_the_house_are_made_once(store):
    for name in ("lookup", "fields", "audit", "certificate", "backup"):
        key = store.service_key(name)
        assert (key.name, len(key.secret)) == (name, 32)
        assert store.service_key(name) == key
        assert key.secret.hex() not in repr(key)
    audit, backup = store.service_key("audit"), store.service_key("backup")
    signatures.verify(b"leaf", signatures.sign(b"leaf", audit.secret), audit.public)
    assert unwrap(wrap(new_key(), backup.public, b""), backup.secret, b"")
    assert store.service_key("lookup").public == b""


def test_an_unknown_key_of_the_house_is_refused(store):
    with pytest.raises(ValueError, match="nonsense"):
        store.service_key("nonsense")


def test_another_root_key_does_not_open_the_store(store):
    with pytest.raises(WrongRootKeyError):
        FileKeyStore(store.folder, root_key=bytes(32))


def test_a_folder_that_others_may_enter_is_refused(tmp_path):
    folder = tmp_path / "keys"
    folder.mkdir()
    folder.chmod(0o755)  # whatever the umask is
    with pytest.raises(KeyFolderExposedError):
        FileKeyStore(folder, root_key=ROOT_KEY)


def test_files_and_folder_belong_to_their_owner_alone(store):
    locked(store)
    store.destroy_epoch(EPOCH)
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in store.folder.iterdir()} == {0o600}


def test_the_settings_that_destruction_relies_on_are_in_force(store):
    for file in (store._keys, store._wraps):
        asked = ("secure_delete", "synchronous", "journal_mode", "temp_store")
        found = [file.connection().execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
        assert found == [1, 2, "persist", 2]


def test_a_damaged_wrap_is_refused_by_name(store):
    (ref,) = locked(store)
    with sqlite3.connect(store.folder / "wraps.sqlite3") as connection:
        connection.execute("UPDATE wrap SET wrapped = ?", (b"\x01" + os.urandom(80),))
    connection.close()
    with pytest.raises(SealingError):
        store.open(ref)


def test_both_files_remember_how_far_they_followed_the_ledger(store):
    assert store.position() == 0
    store.follow(5)
    store.follow(3)
    assert store.position() == 5
    store.restart(2)
    assert store.position() == 2


def test_a_child_process_uses_a_connection_of_its_own(store):
    (ref,) = locked(store)
    here = id(store._keys.connection())
    store._keys._here.pid = -1
    assert id(store._keys.connection()) != here
    store.open(ref)


def test_dropped_wraps_of_a_dead_epoch_are_counted_and_leave_the_living(store):
    locked(store, 30)
    alive = locked(store, 3, epoch=OTHER)
    identity = store.key_id_of(EPOCH)
    store.destroy_epoch(EPOCH)
    assert {alive_ for _ref, epoch, alive_ in store.wraps() if epoch == EPOCH} == {False}
    assert store.drop_wraps(EPOCH, key_id=identity) == 30
    assert {ref for ref, _epoch, _alive in store.wraps()} == set(alive)


def test_rebuilt_files_open_as_before(store):
    keys = locked(store, 50)
    store.erase(list(keys)[:40])
    store.rebuild()
    for ref in list(keys)[40:]:
        assert store.open(ref) == keys[ref]
