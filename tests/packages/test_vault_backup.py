"""Whatever is restored, what was destroyed stays destroyed and everybody else's recordings play."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime

import pytest

from build.engines import copy_rows, put_rows
from build.vault import ROOT_KEY
from build.vault_house import House
from callward.vault import backup
from callward.vault.backup_file import open_backup
from callward.vault.errors import BackupExpiredError, BackupUnreadableError


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "house")


def absent(house: House, needle: bytes) -> bool:
    files = [path for path in house.folder.rglob("*") if path.is_file()]
    return not [path for path in files if needle in path.read_bytes()]


@pytest.mark.req("D-03")
def test_yesterdays_data_backup_brings_nothing_destroyed_back(house, tmp_path):
    saved = str(tmp_path / "data.backup")
    refs, position = house.run(["keep", "due", "held", "erased", "other"], ["back_up", saved])
    due, held, erased, other = refs
    hold, _erased, _destroyed = house.run(["hold", held, other], ["erase", erased], ["destroy"])
    assert position == 0

    assert house.one("restore", saved) == "data"
    awaiting, plays = house.run(["awaiting"], ["play", held])
    assert awaiting
    assert plays == ["replay-awaited"], "nothing opens before the replay"

    replayed, awaiting = house.run(["replay"], ["awaiting"])
    assert not awaiting
    assert replayed == {"entries": 2, "recordings": 2, "holds": [hold], "rescued": []}
    gone = "recording-gone"
    assert house.one("play", *refs) == [gone, "<<held>><<held>><<he", gone, "<<other>><<other>><<"]
    assert house.one("reconcile") == {}
    assert not list(house.folder.rglob(f"{due.replace('-', '')}*"))
    assert not list(house.folder.rglob(f"{erased.replace('-', '')}*"))


@pytest.mark.req("D-03")
def test_a_recording_moved_between_epochs_after_the_backup_survives_its_restore(house, tmp_path):
    saved = str(tmp_path / "data.backup")
    refs, _position = house.run(["keep", "one", "two", "three"], ["back_up", saved])
    hold, _destroyed = house.run(["hold", refs[1]], ["destroy"])
    _restored, replayed, plays = house.run(["restore", saved], ["replay"], ["play", *refs])
    assert replayed["holds"] == [hold]
    assert plays == ["recording-gone", "<<two>><<two>><<two>", "recording-gone"]


@pytest.mark.req("D-03")
def test_an_older_key_backup_brings_nothing_destroyed_back(house, tmp_path):
    saved = str(tmp_path / "keys.backup")
    refs, _position = house.run(["keep", "due", "held", "erased"], ["back_up_keys", saved])
    due, held, erased = refs
    house.run(["hold", held], ["erase", erased], ["destroy"])

    assert house.one("restore_keys", saved) == "keys"
    assert house.run(["awaiting"], ["play", held]) == [True, ["replay-awaited"]]
    replayed, awaiting, plays, left = house.run(
        ["replay"], ["awaiting"], ["play", due, held, erased], ["reconcile"]
    )
    assert not awaiting
    assert replayed["rescued"] == [held], "it had left the epoch before the epoch died"
    assert plays == ["recording-gone", "<<held>><<held>><<he", "recording-gone"]
    assert left == {}
    for marker in house.one("markers"):
        inverted = bytes.fromhex(marker)
        assert absent(house, bytes(byte ^ 0xFF for byte in inverted[:16]))


def test_an_older_copy_of_the_database_put_there_by_hand_is_noticed(house, tmp_path):
    house.one("keep", "one")
    copy = tmp_path / "copied.sqlite3"
    copy_rows(house.folder, copy)
    house.one("destroy")
    put_rows(house.folder, copy)
    assert house.one("awaiting")
    assert house.run(["replay"], ["awaiting"], ["reconcile"])[1:] == [False, {}]


def test_a_lost_ledger_with_older_keys_destroys_what_no_row_names(house, tmp_path):
    saved = str(tmp_path / "keys.backup")
    refs, _position = house.run(["keep", "due", "kept"], ["back_up_keys", saved])
    house.run(["erase", refs[0]])
    shutil.rmtree(house.folder / "keys")
    assert house.one("restore_keys", saved) == "keys"
    assert house.one("awaiting")
    _replayed, awaiting, plays, left = house.run(
        ["replay"], ["awaiting"], ["play", *refs], ["reconcile"]
    )
    assert (awaiting, left) == (False, {})
    assert plays == ["recording-gone", "<<kept>><<kept>><<ke"]


def test_a_whole_house_comes_back_from_its_two_backups(house, tmp_path):
    data, keys = str(tmp_path / "data.backup"), str(tmp_path / "keys.backup")
    refs, _data, _keys = house.run(
        ["keep", "one", "two"], ["back_up", data], ["back_up_keys", keys]
    )
    shutil.rmtree(house.folder)
    again = House(house.folder)
    again.one("restore_keys", keys)
    again.one("restore", data)
    assert again.run(["awaiting"], ["play", *refs]) == [
        False,
        ["<<one>><<one>><<one>", "<<two>><<two>><<two>"],
    ]


def test_a_backup_holds_nothing_in_clear_but_its_own_life(house, tmp_path):
    data, keys = tmp_path / "data.backup", tmp_path / "keys.backup"
    house.run(["keep", "secret words"], ["back_up", str(data)], ["back_up_keys", str(keys)])
    for path in (data, keys):
        content = path.read_bytes()
        assert b"2026-04-28" in content
        for needle in (
            b"SQLite format",
            b"rows.form",
            b"vault_item",
            b"secret words",
            b"call-recording",
            ROOT_KEY,
        ):
            assert needle not in content
        assert path.stat().st_mode & 0o777 == 0o600
        assert open_backup(path).facts.dies_on == "2026-04-28"
    assert not list(tmp_path.rglob("*.part"))
    assert house.start(["back_up", str(data)]).returncode != 0, "never over another file"


@pytest.mark.parametrize("damage", ["flip", "cut", "header", "foreign", "empty", "missing"])
def test_a_damaged_backup_is_refused_and_changes_nothing(house, tmp_path, damage):
    saved = tmp_path / "data.backup"
    refs, _position = house.run(["keep", "one"], ["back_up", str(saved)])
    content = bytearray(saved.read_bytes())
    content[-40] ^= 1
    whole = saved.read_bytes()
    damages = {
        "flip": bytes(content),
        "cut": whole[: len(whole) // 2],
        "header": whole.replace(b"2026-04-28", b"2099-04-28"),
        "foreign": b"PK\x03\x04" + bytes(500),
        "empty": b"",
        "missing": b"",
    }
    saved.write_bytes(damages[damage])
    if damage == "missing":
        saved.unlink()
    before = house.one("rows")
    failed = house.start(["restore", str(saved)])
    assert failed.returncode == 1
    assert "BackupUnreadableError" in failed.stderr
    assert house.one("rows") == before
    assert not list(house.folder.glob("*.restoring"))
    assert house.one("play", *refs) == ["<<one>><<one>><<one>"]


def test_a_key_backup_opens_under_its_root_key_alone(house, tmp_path):
    keys, data = tmp_path / "keys.backup", tmp_path / "data.backup"
    house.run(["keep", "one"], ["back_up_keys", str(keys)], ["back_up", str(data)])
    at = datetime(2026, 3, 29, tzinfo=UTC)
    for source, root_key in ((keys, bytes(32)), (data, ROOT_KEY)):
        with pytest.raises(BackupUnreadableError):
            backup.restore_keys(source, root_key=root_key, folder=tmp_path / "there", at=at)


def test_a_backup_past_its_life_is_refused(house, tmp_path):
    keys, there = tmp_path / "keys.backup", tmp_path / "there"
    house.run(["keep", "one"], ["back_up_keys", str(keys)])
    dies_on = date.fromisoformat(open_backup(keys).facts.dies_on)
    at = datetime(dies_on.year, dies_on.month, dies_on.day, tzinfo=UTC)
    with pytest.raises(BackupExpiredError):
        backup.restore_keys(keys, root_key=ROOT_KEY, folder=there, at=at)
    assert not there.exists()
