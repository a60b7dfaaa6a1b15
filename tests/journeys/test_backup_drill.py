"""One command restores the newest backup beside the house, tries it, and leaves nothing there."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from build.engines import ON_POSTGRESQL, SOCKET, choose, databases
from build.object_store import fresh_place, shared_store
from build.ops import environment
from build.programs import run_program
from build.proof_house import ProofHouse, proof_house
from build.retention import CALLED
from callward.ops.data_folder import DataFolder
from callward.ops.demo.database_server import USER
from callward.ops.folder_mark import write_mark
from callward.ops.restore_drill import DrillPlace
from callward.vault.s3_objects import S3Objects

pytestmark = [pytest.mark.slow, pytest.mark.req("C-37", "D-03")]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> ProofHouse:
    return proof_house(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def house(prepared, tmp_path) -> ProofHouse:
    made = prepared.copied(tmp_path)
    (made.folder / "backups").mkdir(exist_ok=True)
    shutil.move(made.backup, made.folder / "backups" / "data.backup")
    (made.folder / ".may-crash").touch()
    return made


def drill(house: ProofHouse, *words: str, code: int = 0, crash_at: str = "") -> Any:
    done = run_program(
        *("-m", "callward.ops", "backup", "drill", "--json", *words),
        environment=environment(house.folder) | {"CALLWARD_CRASH_AT": crash_at},
    )
    assert done.returncode == code, done.stderr
    return {} if crash_at else json.loads(done.stdout)


def left_of_drills(house: ProofHouse) -> list[str]:
    place = DrillPlace(house=DataFolder(root=house.folder.resolve()))
    found = [str(path) for path in (place.folder.root, place.memory) if path.exists()]
    return found + (
        [name for name in databases() if name == place.database] if ON_POSTGRESQL else []
    )


def whole(folder: Path) -> dict[str, bytes]:
    """Every file that a drill has no business with."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for name in ("keys", "objects", "inbox", "backups")
        for path in (folder / name).rglob("*")
        if path.is_file() and path.name != "backups.kept" and "sqlite3-" not in path.name
    }


def test_a_drill_replays_what_was_destroyed_and_changes_nothing_of_the_house(house):
    before = whole(house.folder)

    told = drill(house)

    assert told["passed"]
    assert told["faults"] == []
    found = told["found"]
    assert found["recordings_destroyed_again"] == len(house.gone)
    assert (found["destroyed"], found["destroyed_readable"]) == (len(house.gone), 0)
    assert (found["sample"], found["sample_unreadable"]) == (1, 0)
    assert found["rows_restored"] > 0
    assert found["audit_faults"] == 0
    assert len(found["audit_root"]) > 20
    assert left_of_drills(house) == []
    assert whole(house.folder) == before
    (health,) = [json.loads(house.command("health", "--json").out)]
    assert health["last_drill"]["passed"]
    assert json.loads(house.command("audit", "verify", "--json").out)["ok"]


@pytest.mark.parametrize("place", ["ops.drill-restore", "ops.drill-look"])
def test_what_a_kill_left_of_a_drill_the_next_one_removes(house, place):
    drill(house, code=-9, crash_at=place)
    assert left_of_drills(house)
    assert drill(house)["passed"]
    assert left_of_drills(house) == []


def test_older_keys_in_which_the_destroyed_ones_are_left_open_nothing_destroyed(house):
    told = drill(house, "--keys", str(house.top / "keys.backup"))
    found = told["found"]
    assert found["recordings_destroyed_again"] == found["destroyed"] == len(house.gone)
    assert (found["destroyed_readable"], found["sample_unreadable"]) == (0, 0)


def test_a_drill_that_fails_says_why_and_health_names_it(house):
    backup = house.folder / "backups" / "data.backup"
    content = bytearray(backup.read_bytes())
    content[-40] ^= 1
    backup.write_bytes(bytes(content))

    told = drill(house, "--data", str(backup), code=1)

    assert not told["passed"]
    assert "backup-unreadable" in told["faults"][0]
    assert left_of_drills(house) == []
    health = json.loads(house.command("health", "--json", code=1).out)
    assert [one["name"] for one in health["checks"]] == ["callward.E032"]
    assert not health["last_drill"]["passed"]


def test_a_lost_key_is_a_fault_of_the_drill(house):
    house.steps(["lose_key", house.kept])
    told = drill(house, code=1)
    assert told["found"]["sample_unreadable"] == 1
    assert told["found"]["keys_missing"] == 1


def test_a_drill_reads_the_bucket_of_the_house_and_changes_nothing_in_it(house):
    place = fresh_place()
    choose(house.folder, shared_store().settings(place))
    house.command("vault", "carry")
    saved = house.folder / "backups" / "named.backup"
    house.command("backup", "data", "--to", str(saved))
    bucket = S3Objects(place)
    stray = f"{'0' * 4}/{'0' * 32}.audio"  # no row of the backup names it: stored since
    bucket.create(stray, b"stored since")
    before = list(bucket.names())

    told = drill(house, "--data", str(saved))

    assert told["passed"], told
    assert (told["found"]["sample"], told["found"]["sample_unreadable"]) == (1, 0)
    assert list(bucket.names()) == before
    assert len(before) > 1
    bucket.delete([name for name in before if name != stray])
    told = drill(house, "--data", str(saved), code=1)
    assert told["found"]["objects_missing"] == told["found"]["sample_unreadable"] == 1


def test_without_a_backup_there_is_nothing_to_drill(house):
    write_mark(DataFolder(root=house.folder), showing=CALLED + timedelta(days=60))
    said = house.command("backup", "drill", code=1)
    assert "no-backup" in said.err


def test_the_steps_of_a_drill_refuse_a_house(house):
    for words in (["drill-look"], ["drill-restore", "--data", __file__]):
        assert "not-a-drill" in house.command("backup", *words, code=1).err


@pytest.mark.skipif(not ON_POSTGRESQL, reason="a file has no log that an archive follows")
def test_a_drill_writes_no_destroyed_row_into_the_log_of_the_server(house):
    refs = [UUID(ref).bytes for ref in house.gone]
    begun = segments()
    assert drill(house)["found"]["recordings_destroyed_again"] == len(refs)
    written = segments()
    assert written.keys() - begun.keys()
    holding = [
        name
        for name, content in written.items()
        if name not in begun and any(ref in content for ref in refs)
    ]
    assert holding == []


def segments() -> dict[str, bytes]:
    """The log of the server, which begins a new segment now."""
    with psycopg.connect(host=SOCKET, user=USER, dbname="template1", autocommit=True) as server:
        server.execute("SELECT pg_switch_wal()")
    folder = Path(SOCKET).parent / "cluster" / "pg_wal"
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
