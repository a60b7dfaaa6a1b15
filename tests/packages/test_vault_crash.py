"""A destruction that is killed anywhere is finished by the next start, with nothing left over."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from build.vault_house import House

pytestmark = [pytest.mark.crash, pytest.mark.req("K-07")]

POINTS = (
    "destroy.ledgered",
    "destroy.key-destroyed",
    "destroy.key-gone",
    "destroy.object-group-removed",
    "destroy.objects-removed",
    "destroy.wraps-removed",
    "destroy.swept",
    "destroy.scanned",
    "destroy.done",
)


def absent(house: House, needle: bytes) -> bool:
    files = [path for path in house.folder.rglob("*") if path.is_file()]
    return not [path for path in files if needle in path.read_bytes()]


def nothing_is_left(house: House, refs: list[str], markers: list[str]) -> bool:
    named = [ref.replace("-", "") for ref in refs]
    names = [path.name for path in house.folder.rglob("*")]
    keys = [bytes(byte ^ 0xFF for byte in bytes.fromhex(marker)[:16]) for marker in markers]
    return all(absent(house, key) for key in keys) and not [
        name for name in names for ref in named if ref in name
    ]


@pytest.mark.parametrize("point", POINTS)
def test_an_epoch_killed_at_any_step_is_destroyed_by_the_next_start(tmp_path, point):
    house = House(tmp_path)
    due, held = house.run(["keep", "due", "due too"], ["keep_held", "held"])
    refs = [*due, *held]
    killed = house.start(["destroy"], crash_at=point)
    assert killed.returncode == -signal.SIGKILL
    awaiting, _resumed, plays, left, residue, markers, open_ones = house.run(
        ["awaiting"],
        ["resume"],
        ["play", *refs],
        ["reconcile"],
        ["scan"],
        ["markers"],
        ["resume"],
    )
    assert not awaiting, "a crash is no restore"
    assert plays == ["recording-gone", "recording-gone", "<<held>><<held>><<he"]
    assert (left, residue) == ({}, 0)
    assert nothing_is_left(house, due, markers)
    assert open_ones == []


@pytest.mark.parametrize("point", POINTS)
def test_an_erasure_killed_at_any_step_is_finished_by_the_next_start(tmp_path, point):
    house = House(tmp_path)
    refs = house.one("keep", "erased", "other")
    killed = house.start(["erase", refs[0]], crash_at=point)
    assert killed.returncode == -signal.SIGKILL
    _resumed, plays, left, awaiting, markers = house.run(
        ["resume"], ["play", *refs], ["reconcile"], ["awaiting"], ["markers"]
    )
    assert plays == ["recording-gone", "<<other>><<other>><<"]
    assert (left, awaiting) == ({}, False)
    assert nothing_is_left(house, refs[:1], markers)


@pytest.mark.parametrize("point", ["vault.sealed", "vault.settled", "vault.wrapped"])
def test_a_group_killed_while_it_is_sealed_is_found_and_dropped(tmp_path, point):
    house = House(tmp_path)
    kept = house.one("keep", "kept")
    assert house.start(["seal_only", "lost", "lost too"], crash_at=point).returncode == -9
    found = house.one("reconcile")
    lost = found["objects_without_rows"]
    assert len(lost) == 2
    assert not set(lost) & set(kept)
    _dropped, left, plays = house.run(["discard", *lost], ["reconcile"], ["play", *kept])
    assert left == {}
    assert plays == ["<<kept>><<kept>><<ke"]


def test_a_house_that_is_not_marked_for_it_cannot_be_crashed(tmp_path):
    house = House(tmp_path)
    (tmp_path / ".may-crash").unlink()
    house.one("keep", "due")
    assert house.start(["destroy"], crash_at="destroy.ledgered").returncode == 0


def test_two_processes_that_finish_the_same_destruction_agree(tmp_path):
    house = House(tmp_path)
    refs = house.one("keep", "due", "due too")
    house.start(["destroy"], crash_at="destroy.key-destroyed")
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _n: house.start(["resume"]), range(3)))
    assert [one.returncode for one in ended] == [0, 0, 0]
    answers = [done for one in ended for done in json.loads(one.stdout)[0]]
    assert answers
    assert all(done == [sorted(refs), 0] for done in answers)
    assert house.one("reconcile") == {}
