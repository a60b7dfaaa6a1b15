"""Every object store keeps, cuts, lists and drops sealed objects alike."""

from __future__ import annotations

import errno
import os
from uuid import UUID

import pytest

from build.object_store import fresh_place
from callward.vault.errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    ObjectStoreFullError,
    ObjectStoreReadOnlyError,
)
from callward.vault.objects import LocalObjects, object_name, ref_of, shard_of
from callward.vault.s3_objects import S3Objects

REF = UUID("0195dc00-1234-7000-8000-00000000abcd")
NAME = object_name(REF, "audio")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    if request.param == "folder":
        return LocalObjects(tmp_path / "objects")
    return S3Objects(fresh_place())


def test_what_was_put_is_fetched_whole_and_in_ranges(store):
    content = os.urandom(100_000)
    store.put(NAME, memoryview(content))
    store.settle([NAME])
    assert store.size(NAME) == len(content)
    assert bytes(store.fetch(NAME, 0, len(content))) == content
    assert bytes(store.fetch(NAME, 500, 1000)) == content[500:1500]
    assert bytes(store.fetch(NAME, 99_990, 1000)) == content[99_990:]


@pytest.mark.parametrize("content", [b"", b"twelve bytes"], ids=["empty", "full"])
def test_a_range_at_or_behind_the_end_is_empty(store, content):
    store.put(NAME, content)
    for start in (len(content), len(content) + 1, 10**9):
        assert bytes(store.fetch(NAME, start, 10)) == b""
    assert bytes(store.fetch(NAME, 0, 0)) == b""
    assert store.size(NAME) == len(content)


def test_a_range_of_no_length_still_needs_its_object(store):
    with pytest.raises(ObjectNotFoundError):
        store.fetch(NAME, 0, 0)


def test_what_streams_in_is_counted(store):
    assert store.put_stream(NAME, iter([b"one", b"two" * 100_000])) == 300_003
    store.settle([NAME])
    assert bytes(store.fetch(NAME, 0, 6)) == b"onetwo"


def test_a_long_stream_comes_out_as_it_went_in(store):
    chunks = [os.urandom(1_000_003) for _each in range(20)]
    assert store.put_stream(NAME, iter(chunks)) == 20_000_060
    assert store.size(NAME) == 20_000_060
    for place in (0, 8, 9, 19):
        start = place * 1_000_003
        assert bytes(store.fetch(NAME, start, 1_000_003)) == chunks[place]


@pytest.mark.parametrize("before", [1, 20], ids=["at once", "after two parts"])
def test_a_stream_that_breaks_leaves_no_object(store, before):
    def breaking():
        for _each in range(before):
            yield bytes(1_000_000)
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        store.put_stream(NAME, breaking())
    assert list(store.names()) == []
    with pytest.raises(ObjectNotFoundError):
        store.size(NAME)


def test_a_stream_whose_source_is_gone_says_so_and_not_that_the_store_lacks_it(store):
    def without_source():
        yield b"half"
        raise FileNotFoundError("the source")

    with pytest.raises(FileNotFoundError, match="the source"):
        store.put_stream(NAME, without_source())


def test_a_later_object_replaces_the_earlier(store):
    store.put(NAME, b"long content")
    store.put(NAME, b"short")
    assert (store.size(NAME), bytes(store.fetch(NAME, 0, 99))) == (5, b"short")


@pytest.mark.parametrize("content", [b"", b"x", bytes(9_000_000)], ids=["empty", "small", "large"])
def test_a_new_object_is_written_once_and_the_same_write_again_is_no_other(store, content):
    store.create(NAME, content)
    store.create(NAME, memoryview(content))
    assert store.size(NAME) == len(content)


@pytest.mark.parametrize("other", [b"", b"tha", b"that", b"thiss"])
def test_a_new_object_never_takes_the_name_of_another(store, other):
    store.create(NAME, b"this")
    with pytest.raises(ObjectExistsError):
        store.create(NAME, other)
    assert bytes(store.fetch(NAME, 0, 99)) == b"this"


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


def test_more_objects_are_removed_at_once_than_one_request_takes(store):
    kept = [object_name(UUID(int=REF.int + 1), "audio")]
    names = [object_name(UUID(int=REF.int + (at << 16)), "audio") for at in range(2, 1102)]
    for name in [*names, *kept]:
        store.put(name, b"x")
    assert store.delete(names) == len(names)
    assert list(store.names()) == kept


def test_objects_are_listed_by_folder(store):
    store.put(NAME, b"x")
    store.put("ffff/fff/other.audio", b"y")
    assert set(store.names()) == {NAME, "ffff/fff/other.audio"}
    assert list(store.names(shard_of(REF))) == [NAME]
    assert ref_of(NAME) == REF.hex
    assert list(store.names("ffff/ff")) == []


def test_objects_are_listed_in_the_order_of_their_recordings(store):
    refs = [UUID(int=REF.int + (step << 88)) for step in (0, 1, 40, 41, 900, 70_000, 300_000)]
    names = [object_name(ref, part) for ref in refs for part in ("audio", "peaks")]
    for name in reversed(names):
        store.put(name, b"x")
    assert list(store.names()) == names
    assert sorted(names) == names


def test_local_objects_belong_to_their_owner_alone(tmp_path):
    store = LocalObjects(tmp_path / "objects")
    store.put(NAME, b"x")
    assert (tmp_path / "objects" / NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_half_written_local_files_are_no_objects_and_are_cleared_when_nobody_can_be_writing(
    tmp_path,
):
    store = LocalObjects(tmp_path / "objects")
    store.put(NAME, b"x")
    halves = [tmp_path / "objects" / f"{NAME}#{number}" for number in (1, 2)]
    for half in halves:
        half.write_bytes(b"half")
    os.utime(halves[0], (0, 0))
    assert list(store.names()) == [NAME]
    assert store.clear_half_written() == 1
    assert [half.exists() for half in halves] == [False, True]


@pytest.mark.parametrize(
    ("number", "named"),
    [(errno.ENOSPC, ObjectStoreFullError), (errno.EROFS, ObjectStoreReadOnlyError)],
)
def test_a_full_or_locked_disk_is_named_and_leaves_nothing(tmp_path, monkeypatch, number, named):
    store = LocalObjects(tmp_path / "objects")

    def refuse(*_what):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", refuse)
    for write in (store.create, store.put):
        with pytest.raises(named):
            write(NAME, b"x")
    monkeypatch.undo()
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []
