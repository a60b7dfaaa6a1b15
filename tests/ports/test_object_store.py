"""Every object store keeps, cuts and drops sealed objects alike."""

from __future__ import annotations

import os
from uuid import UUID

import pytest
from obstore.store import MemoryStore

from callward.vault.errors import ObjectNotFoundError
from callward.vault.objects import LocalObjects, RemoteObjects, object_name, ref_of, shard_of

REF = UUID("0195dc00-1234-7000-8000-00000000abcd")
NAME = object_name(REF, "audio")


@pytest.fixture(params=["local", "remote"])
def store(request, tmp_path):
    if request.param == "local":
        return LocalObjects(tmp_path / "objects")
    return RemoteObjects(MemoryStore())


def test_what_was_put_is_fetched_whole_and_in_ranges(store):
    content = os.urandom(100_000)
    store.put(NAME, memoryview(content))
    store.settle([NAME])
    assert store.size(NAME) == len(content)
    assert bytes(store.fetch(NAME, 0, len(content))) == content
    assert bytes(store.fetch(NAME, 500, 1000)) == content[500:1500]
    assert bytes(store.fetch(NAME, 99_990, 1000)) == content[99_990:]


def test_what_streams_in_is_counted(store):
    assert store.put_stream(NAME, iter([b"one", b"two" * 100_000])) == 300_003
    store.settle([NAME])
    assert bytes(store.fetch(NAME, 0, 6)) == b"onetwo"


def test_a_stream_that_breaks_leaves_no_object(store):
    def breaking():
        yield b"half"
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        store.put_stream(NAME, breaking())
    assert list(store.names()) == []


def test_a_later_object_replaces_the_earlier(store):
    store.put(NAME, b"long content")
    store.put(NAME, b"short")
    assert (store.size(NAME), bytes(store.fetch(NAME, 0, 99))) == (5, b"short")


def test_a_missing_object_is_named(store):
    with pytest.raises(ObjectNotFoundError):
        store.fetch(NAME, 0, 1)
    with pytest.raises(ObjectNotFoundError):
        store.size(NAME)


def test_removing_may_be_repeated(store):
    store.put(NAME, b"x")
    store.delete([NAME])
    store.delete([NAME])
    assert list(store.names()) == []


def test_objects_are_listed_by_folder(store):
    store.put(NAME, b"x")
    store.put("ffff/fff/other.audio", b"y")
    assert set(store.names()) == {NAME, "ffff/fff/other.audio"}
    assert list(store.names(shard_of(REF))) == [NAME]
    assert ref_of(NAME) == REF.hex


def test_local_objects_belong_to_their_owner_alone(tmp_path):
    store = LocalObjects(tmp_path / "objects")
    store.put(NAME, b"x")
    assert (tmp_path / "objects" / NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_half_written_local_files_are_listed_as_leftovers(tmp_path):
    store = LocalObjects(tmp_path / "objects")
    store.put(NAME, b"x")
    half = tmp_path / "objects" / f"{NAME}#1"
    half.write_bytes(b"half")
    assert store.leftovers() == (half,)
    assert list(store.names()) == [NAME]
