"""Kill -9 anywhere in a destruction: it is finished once, certified once, and nothing is left."""

from __future__ import annotations

import json
import shutil
import signal

import pytest

from build.crashing import Steps
from build.engines import holding
from build.retention_crash import WORDS

HOUSE = Steps("retention_crash")
pytestmark = [pytest.mark.crash, pytest.mark.slow]
OF_AN_EPOCH = [
    "retention.chosen",
    "retention.intended",
    "destroy.ledgered",
    "destroy.key-destroyed",
    "destroy.key-gone",
    "destroy.object-group-removed",
    "destroy.objects-removed",
    "destroy.wraps-removed",
    "destroy.swept",
    "destroy.scanned",
    "destroy.done",
    "retention.key-gone",
    "retention.some-rows-gone",
    "retention.rows-gone",
    "retention.certifying",
    "retention.certified",
]
OF_ROWS = [
    "retention.chosen",
    "retention.intended",
    "retention.some-rows-gone",
    "retention.rows-gone",
    "retention.certifying",
    "retention.signed",
    "retention.proof-kept",
    "retention.certified",
]
OF_ONE = [
    "retention.intended",
    "destroy.key-destroyed",
    "destroy.swept",
    "retention.key-gone",
    "retention.rows-gone",
    "retention.certifying",
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    top = tmp_path_factory.mktemp("prepared")
    return top, json.loads(HOUSE.prepared(top))


@pytest.fixture
def house(prepared, tmp_path):
    top = tmp_path / "house"
    shutil.copytree(prepared[0], top)
    return top, prepared[1]


@pytest.mark.req("K-07")
@pytest.mark.parametrize("point", OF_AN_EPOCH)
def test_a_killed_disposal_is_finished_and_certified_once(house, point):
    top, told = house
    keys = [bytes.fromhex(text) for text in [*told["markers"], *told["keys"]]]
    assert holding(top, keys)  # the scan can find what is there
    killed = HOUSE.step(top, "dispose", crash_at=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    recovered = HOUSE.step(top, "recover")

    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert facts["finished"][1] == 0
    assert facts["run"] == ["clean", 0, 0]
    assert facts["certificates"] == [3]
    assert facts["disposals"] == ["certified"]
    assert (facts["items"], facts["destroyed"], facts["residue"]) == (2, 3, 0)
    assert facts["sealed"] == [2, 2]
    assert facts["played"] == ["<<held>><<he", "<<later>><<l"]
    assert facts["reconciled"]
    assert facts["audited"]
    assert holding(top, keys) == []
    assert holding(top, [word.encode() for word in WORDS]) == []
    assert not [path for path in top.rglob("*") for ref in told["due"] if ref in path.name]


@pytest.fixture(scope="module")
def rows_prepared(tmp_path_factory):
    top = tmp_path_factory.mktemp("rows")
    HOUSE.prepared(top, name="prepare-rows")
    return top


@pytest.mark.req("D-05")
@pytest.mark.parametrize("point", OF_ROWS)
def test_a_killed_disposal_of_rows_is_finished_and_certified_once(rows_prepared, tmp_path, point):
    top, words = tmp_path / "house", [word.encode() for word in WORDS[:2]]
    shutil.copytree(rows_prepared, top)
    assert holding(top, words)  # the scan can find what is there
    killed = HOUSE.step(top, "dispose", crash_at=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    recovered = HOUSE.step(top, "recover")

    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert facts["finished"][1] == 0
    assert facts["run"] == ["clean", 0, 0]
    assert facts["certificates"] == [700]
    assert facts["disposals"] == ["certified"]
    assert (facts["calls"], facts["destroyed"]) == (["held", "later"], 0)
    assert facts["audited"]
    assert holding(top, words) == []


@pytest.mark.req("K-22")
@pytest.mark.parametrize("point", OF_ONE)
def test_a_killed_erasure_is_finished_and_touches_no_other(house, point):
    top, _told = house
    killed = HOUSE.step(top, "erase", crash_at=point)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    recovered = HOUSE.step(top, "recover")

    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert facts["finished"] == [1, 0]
    assert facts["certificates"] == [1, 3]
    assert (facts["items"], facts["destroyed"], facts["residue"]) == (1, 4, 0)
    assert facts["played"] == ["<<held>><<he"]
    assert facts["reconciled"]


def test_a_hold_killed_before_its_commit_leaves_the_recording_playable(house):
    top, _told = house
    killed = HOUSE.step(top, "hold", crash_at="retention.hold-moved")
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    recovered = HOUSE.step(top, "recover")

    assert recovered.returncode == 0, recovered.stderr
    facts = json.loads(recovered.stdout)
    assert facts["played"] == ["<<held>><<he", "<<later>><<l"]
    assert facts["certificates"] == [3]
    assert facts["reconciled"]


@pytest.mark.req("G-16")
@pytest.mark.parametrize("point", ["retention.entries-gone", ""])
def test_audit_entries_end_whole_or_not_at_all(house, point):
    top, told = house
    assert HOUSE.step(top, "dispose").returncode == 0
    named = [ref.encode() for ref in told["due"]]  # with hyphens they stand in entries only
    assert holding(top, named)
    if point:
        killed = HOUSE.step(top, "end-entries", crash_at=point)
        assert killed.returncode == -signal.SIGKILL, killed.stderr

    ended = HOUSE.step(top, "end-entries")

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {
        "run": ["clean", 0],
        "verified": [True, True],
        "certified": [True, "certified"],
    }
    assert holding(top, named) == []
