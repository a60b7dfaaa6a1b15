"""Locks and files on disk keep their word beside other processes and after a power cut."""

from __future__ import annotations

import os

import pytest

from callward.kernel.disk import (
    FOLDER,
    Lock,
    lock_open_file,
    locked,
    locked_if_free,
    own_folder,
    write_new,
    write_whole,
)


def test_a_lock_keeps_others_out_until_it_ends(tmp_path):
    place = tmp_path / "one.lock"
    with locked(place), locked_if_free(place) as taken:
        assert taken is None
    with locked_if_free(place) as taken:
        assert taken is not None
    assert place.stat().st_mode & 0o777 == 0o600


def test_a_shared_lock_lets_others_work_beside_it_but_nobody_alone(tmp_path):
    with locked(tmp_path, Lock.BESIDE_OTHERS, flags=FOLDER):
        with locked_if_free(tmp_path, Lock.BESIDE_OTHERS, flags=FOLDER) as beside:
            assert beside is not None
        with locked_if_free(tmp_path, flags=FOLDER) as alone:
            assert alone is None


def test_the_lock_of_an_open_file_ends_when_it_is_closed(tmp_path):
    place = tmp_path / "running"
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT)
    lock_open_file(descriptor)
    with locked_if_free(place) as taken:
        assert taken is None
    os.close(descriptor)
    with locked_if_free(place) as taken:
        assert taken is not None


def test_a_lock_is_never_taken_through_a_link(tmp_path):
    (tmp_path / "elsewhere").touch()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="link"), locked(tmp_path / "link"):
        pass


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    write_new(tmp_path / "key", b"first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_file_written_whole_takes_the_place_of_the_one_before(tmp_path):
    folder = own_folder(tmp_path / "new" / "folder")
    write_whole(folder / "state", b"a longer state")
    write_whole(folder / "state", b"short")
    assert (folder / "state").read_bytes() == b"short"
    assert [path.name for path in folder.iterdir()] == ["state"]
    assert folder.stat().st_mode & 0o777 == 0o700
