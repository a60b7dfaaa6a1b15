"""A backup is destroyed on its day wherever the house wrote it, and nothing else ever is."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from build.ops import POLICY, Said, callward, environment, new_house
from build.programs import run_program
from callward.ops.data_folder import DataFolder
from callward.ops.folder_mark import write_mark
from callward.vault.backup_file import MAGIC, open_backup

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.req("K-07", "N-8")

MADE = datetime(2031, 3, 9, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class House:
    """A data folder whose clock the test moves, and a medium elsewhere."""

    folder: Path
    medium: Path

    def show(self, at: datetime) -> None:
        write_mark(DataFolder(root=self.folder), showing=at)

    def command(self, *words: str, code: int = 0) -> Said:
        (said,) = callward(self.folder, list(words))
        assert said.code == code, (words, said)
        return said

    def told(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.command(*words, "--json", code=code).out)

    def steps(self, *steps: list[str], crash_at: str = "") -> list[Any]:
        done = run_program(
            *("-m", "build.restore_steps"),
            told=json.dumps(steps),
            environment=environment(self.folder) | {"CALLWARD_CRASH_AT": crash_at},
        )
        if crash_at:
            assert done.returncode == -9, done.stderr
            return []
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def destroy_expired(self) -> list[dict[str, int]]:
        """Let the hour come, and tell what the audit says."""
        told = self.steps(["destroy_expired_backups"], ["destroyed_backups"])[1]
        assert [one.pop(kind) for one in told for kind in ("base", "log")] == [0, 0] * len(told)
        return told

    def faults(self) -> list[str]:
        (said,) = callward(self.folder, ["health", "--json"])
        return [one["name"] for one in json.loads(said.out)["checks"]]


@pytest.fixture
def house(tmp_path) -> House:
    made = House(folder=new_house(tmp_path / "house"), medium=tmp_path / "medium")
    made.medium.mkdir()
    made.show(MADE)
    (made.folder / ".may-crash").touch()
    return made


def back_up(house: House) -> tuple[Path, Path]:
    written = house.medium / "data.backup", house.medium / "keys.backup"
    house.command("backup", "data", "--to", str(written[0]))
    house.command("backup", "keys", "--to", str(written[1]))
    return written


def end_of(backup: Path) -> datetime:
    return datetime.fromisoformat(open_backup(backup).facts.dies_on).replace(tzinfo=UTC)


def test_each_backup_is_destroyed_on_its_day_where_it_was_written(house):
    of_rows, of_keys = back_up(house)
    assert end_of(of_keys) < end_of(of_rows)
    listed = {one["kind"]: one["path"] for one in house.told("backup", "list")}
    assert listed == {"data": str(of_rows), "keys": str(of_keys)}

    house.show(end_of(of_keys) - timedelta(minutes=1))
    assert house.destroy_expired() == []
    assert of_keys.exists()
    house.show(end_of(of_keys))
    assert house.destroy_expired() == [{"data": 0, "keys": 1, "missed": 0}]
    assert (of_keys.exists(), of_rows.exists()) == (False, True)
    house.show(end_of(of_rows))
    assert house.destroy_expired()[1:] == [{"data": 1, "keys": 0, "missed": 0}]

    assert not of_rows.exists()
    assert len(house.destroy_expired()) == 2, "nothing is told twice"
    assert house.told("backup", "list") == []
    assert house.faults() == []


def test_a_copy_in_a_place_that_the_house_knows_goes_as_well_and_nothing_else(house):
    of_rows, of_keys = back_up(house)
    kept = house.folder / "backups"
    (kept / "deep").mkdir(parents=True)
    shutil.copy(of_keys, kept / "deep" / "copied.by.hand")
    shutil.copy(of_rows, kept / "half.part")
    other = house.folder.parent / "other"
    other.mkdir()
    strange = House(folder=other / "house", medium=kept)
    strange.folder.mkdir()
    strange.show(MADE)
    strange.command("init", "--region", "RO")
    strange.command("controller", "add", POLICY)
    strange.command("backup", "data", "--to", str(kept / "of-another-house"))
    strange.command("backup", "keys", "--to", str(kept / "keys-of-another-house"))
    (kept / "notes.txt").write_bytes(MAGIC + b"looks like one")
    of_keys.unlink()
    of_keys.write_text("another file under its name")
    (kept / "link").symlink_to(of_keys)

    house.show(end_of(of_rows))
    told = house.destroy_expired()

    assert told == [{"data": 2, "keys": 1, "missed": 1}]
    assert sorted(path.name for path in kept.rglob("*")) == [
        "deep",
        "keys-of-another-house",
        "link",
        "notes.txt",
        "of-another-house",
    ]
    assert of_keys.read_text() == "another file under its name"


def test_what_lies_where_nobody_can_look_is_named_until_it_is_reached(house):
    of_rows, _of_keys = back_up(house)
    away = house.medium.with_name("away")
    end = end_of(of_rows)
    house.medium.rename(away)
    house.medium.mkdir()  # the empty place where the medium was
    house.show(end + 3 * timedelta(hours=1))

    assert house.destroy_expired() == []
    assert house.faults() == ["callward.E030"]
    said = house.command("health", code=1)
    assert "data of 2031-03-09" in said.out
    assert str(house.medium) not in said.out

    house.medium.rmdir()
    away.rename(house.medium)
    assert house.destroy_expired() == [{"data": 1, "keys": 1, "missed": 0}]
    assert list(house.medium.iterdir()) == []
    assert house.faults() == []


def test_somebody_may_say_that_a_medium_was_destroyed_but_not_of_a_file_that_is_there(house):
    of_rows, _of_keys = back_up(house)
    refs = {one["kind"]: one["ref"] for one in house.told("backup", "list")}
    there = house.command("backup", "confirm-destroyed", refs["data"], code=1)
    assert "backup-still-there" in there.err
    end = end_of(of_rows)
    shutil.rmtree(house.medium)
    house.show(end + 3 * timedelta(hours=1))
    house.steps(["destroy_expired_backups"])
    assert house.faults() == ["callward.E030"]

    for ref in refs.values():
        house.command("backup", "confirm-destroyed", ref)

    assert house.faults() == []
    again = house.command("backup", "confirm-destroyed", refs["data"], code=1)
    assert "backup-unknown" in again.err


@pytest.mark.parametrize("place", ["vault.backups-intended", "vault.backup-destroyed"])
def test_a_kill_leaves_nothing_half_destroyed_and_nothing_untold(house, place):
    of_rows, of_keys = back_up(house)
    house.show(end_of(of_rows))
    house.steps(["destroy_expired_backups"], crash_at=place)
    assert of_rows.exists() + of_keys.exists() == (2 if "intended" in place else 1)

    told = house.destroy_expired()

    assert told == [{"data": 1, "keys": 1, "missed": 0}]
    assert not list(house.medium.iterdir())
    assert house.told("backup", "list") == []


def test_a_restore_does_not_forget_where_backups_lie(house):
    of_rows, _of_keys = back_up(house)
    later = house.medium / "later.backup"
    house.show(MADE + DAY)
    house.command("backup", "data", "--to", str(later))
    house.steps(["restore_only", str(of_rows)])
    house.command("restore", "--replay")
    house.show(end_of(later))
    house.steps(["destroy_expired_backups"])
    assert list(house.medium.iterdir()) == []


def test_the_end_of_copies_counts_what_lies_out_of_reach(house):
    of_rows, _of_keys = back_up(house)
    end = end_of(of_rows)
    shutil.rmtree(house.medium)
    told = house.steps(["copies_end", str(MADE + DAY)], ["copies_end", str(MADE - DAY)])
    assert told == [end.isoformat(), ""]
