"""The rows of a house move from their file to a server, and a kill at any step only delays them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from build.engines import ON_FILES_ONLY
from build.ops import environment
from build.programs import run_program
from build.proof_house import ProofHouse, proof_house
from callward.deployment import FILE
from callward.ops.data_folder import DataFolder, running_on
from callward.ops.demo.database_server import USER, DatabaseServer

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

pytestmark = [ON_FILES_ONLY, pytest.mark.slow, pytest.mark.req("N-7")]
STEPS = (
    "move.begun",
    "move.tables",
    "move.slice",
    "move.filled",
    "move.sealed",
    "move.switched",
    "move.told",
    "move.destroyed",
)


@pytest.fixture(scope="module")
def server() -> Iterator[DatabaseServer]:
    with DatabaseServer() as running:
        yield running


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> ProofHouse:
    """A house on a file, with calls, seals, proofs, an audit and work that waits."""
    house = proof_house(tmp_path_factory.mktemp("before"))
    house.steps(["wait_for_work"])
    return house


class MovingHouse:
    """A copy of that house and an empty database on the server."""

    def __init__(self, before: ProofHouse, top: Path, server: DatabaseServer) -> None:
        self.server, self.name = server, f"move_{top.name[-30:].lower()}"
        self.house = before.copied(top)
        self.folder = self.house.folder
        server.new_database(self.name)
        self.new = top / "new.toml"
        self.new.write_text(server.settings(self.name))

    def run(self, *words: str, crash_at: str = "") -> subprocess.CompletedProcess[str]:
        told = environment(self.folder) | {"CALLWARD_CRASH_AT": crash_at}
        return run_program("-m", "callward.ops", *words, environment=told)

    def move(self, *words: str, crash_at: str = "") -> subprocess.CompletedProcess[str]:
        return self.run("database", "move", *words, "--json", crash_at=crash_at)

    def moved(self, *words: str) -> dict[str, Any]:
        done = self.move(*words)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "db").iterdir())

    def on_server(self, question: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(
            host=str(self.server.socket), user=USER, dbname=self.name
        ) as connection:
            return connection.execute(question.encode()).fetchall()

    def on_file(self, question: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "db" / "callward.sqlite3")) as file:
            return file.execute(question).fetchall()


@pytest.fixture
def moving(before, server, tmp_path) -> MovingHouse:
    return MovingHouse(before, tmp_path, server)


def test_every_row_stands_on_the_server_and_the_old_file_is_sealed_until_its_day(moving, before):
    leaves = moving.on_file("SELECT count(*) FROM audit_leaf")[0][0]
    seals = moving.on_file("SELECT count(*) FROM vault_item")
    marker = b"heron"
    told = moving.moved("--to", str(moving.new))
    assert told["files_destroyed"] >= 2
    assert told["jobs"] == 1
    assert moving.files() == []
    assert not (moving.folder / "move.json").exists()
    assert (moving.folder / FILE).read_text() == moving.new.read_text()
    assert moving.on_server("SELECT count(*) FROM vault_item") == seals
    assert moving.on_server("SELECT count(*) FROM audit_leaf") == [(leaves + 1,)]
    events = moving.on_server('SELECT event FROM audit_leaf ORDER BY "index" DESC LIMIT 1')
    assert events == [("vault.database.moved",)]
    sealed = Path(told["old_rows"])
    assert sealed.stat().st_mode & 0o077 == 0
    assert marker not in sealed.read_bytes()
    listed = json.loads(moving.run("backup", "list", "--json").stdout)
    assert [row["path"] for row in listed][-1] == str(sealed), "it has its day as every backup"
    verified = moving.run("audit", "verify", "--json")
    assert verified.returncode == 0, verified.stdout
    vault = moving.run("vault", "verify", "--json")
    assert json.loads(vault.stdout)["damaged"] == []
    assert moving.house.steps(["proofs", before.kept])[0]["fate"][before.kept] == "usable"


def test_the_house_reads_the_same_values_from_the_server_as_from_its_file(moving):
    (on_file,) = moving.house.steps(["everything"])
    assert sum(map(len, on_file.values())) > 100
    moving.moved("--to", str(moving.new))
    (on_server,) = moving.house.steps(["everything"])
    assert on_server == on_file


def test_a_drill_after_the_move_takes_a_backup_of_the_new_engine(moving):
    moving.moved("--to", str(moving.new))
    assert "no-backup" in moving.run("backup", "drill").stderr, "the old rows are no backup of it"
    made = moving.run("backup", "data", "--to", str(moving.folder.parent / "after.backup"))
    assert made.returncode == 0, made.stderr
    drilled = moving.run("backup", "drill", "--json")
    assert drilled.returncode == 0, drilled.stderr
    assert json.loads(drilled.stdout)["faults"] == []


def test_the_counters_of_the_server_go_on_behind_the_rows(moving):
    moving.moved("--to", str(moving.new))
    for table, column in (("django_migrations", "id"), ("auth_permission", "id")):
        (most,) = moving.on_server(f"SELECT max({column}) FROM {table}")[0]
        asked = f"SELECT nextval(pg_get_serial_sequence('{table}', '{column}'))"
        assert moving.on_server(asked) == [(most + 1,)]


@pytest.mark.parametrize("crash_at", STEPS)
def test_a_kill_at_any_step_only_delays_the_move(moving, crash_at):
    (moving.folder / ".may-crash").touch()
    rows = moving.on_file("SELECT count(*) FROM retention_item")
    leaves = moving.on_file("SELECT count(*) FROM audit_leaf")[0][0]
    killed = moving.move("--to", str(moving.new), crash_at=crash_at)
    assert killed.returncode != 0, "the step was never reached"
    others = moving.run("vault", "reconcile")
    assert others.returncode == 1
    assert "move-unfinished" in others.stderr
    health = json.loads(moving.run("health", "--json").stdout)
    assert [one["name"] for one in health["checks"]] == ["callward.E033"]
    moving.moved()
    assert moving.files() == []
    assert moving.on_server("SELECT count(*) FROM retention_item") == rows
    assert moving.on_server("SELECT count(*) FROM audit_leaf") == [(leaves + 1,)]
    assert moving.run("audit", "verify").returncode == 0
    assert moving.run("health", "--json").returncode == 0


@pytest.mark.parametrize("crash_at", ["move.begun", "move.tables", "move.slice", "move.sealed"])
def test_before_the_switch_the_house_may_go_back_to_its_file(moving, crash_at):
    (moving.folder / ".may-crash").touch()
    moving.move("--to", str(moving.new), crash_at=crash_at)
    back = moving.move("--abandon")
    assert back.returncode == 0, back.stderr
    assert moving.run("audit", "verify").returncode == 0
    assert not (moving.folder / FILE).exists()
    left = "SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_catalog|information_schema)$'"
    assert moving.on_server(left) == [(0,)]
    assert "nothing-to-move" in moving.move("--abandon").stderr
    moving.moved("--to", str(moving.new))


def test_after_the_switch_there_is_no_way_back(moving):
    (moving.folder / ".may-crash").touch()
    moving.move("--to", str(moving.new), crash_at="move.switched")
    assert "move-switched" in moving.move("--abandon").stderr
    moving.moved()


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "nothing-to-move"),
        ("[web]\nhosts = ['calls.example']\n", "nothing-to-move"),
        ("{database}[web]\nhosts = ['calls.example']\n", "move-changes-more"),
        ("{database}[wbe]\nhosts = ['calls.example']\n", "setting-unknown"),
    ],
)
def test_a_file_that_is_no_move_changes_nothing(moving, lines, code):
    moving.new.write_text(lines.format(database=moving.new.read_text()))
    refused = moving.move("--to", str(moving.new))
    assert refused.returncode == 1
    assert code in refused.stderr
    assert not list(moving.folder.glob("*.next"))
    assert not (moving.folder / "move.json").exists()
    assert moving.run("audit", "verify").returncode == 0


def test_a_database_of_somebody_else_is_left_alone(moving):
    with psycopg.connect(
        host=str(moving.server.socket), user=USER, dbname=moving.name
    ) as connection:
        connection.execute("CREATE TABLE invoices (number integer)")
    refused = moving.move("--to", str(moving.new))
    assert refused.returncode == 1
    assert "database-in-use" in refused.stderr
    assert moving.move("--abandon").returncode == 0
    assert moving.on_server("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [
        ("invoices",)
    ]


def test_a_row_that_came_out_otherwise_stops_the_move_before_the_switch(moving):
    (moving.folder / ".may-crash").touch()
    moving.move("--to", str(moving.new), crash_at="move.filled")
    with psycopg.connect(
        host=str(moving.server.socket), user=USER, dbname=moving.name
    ) as connection:
        connection.execute("UPDATE retention_item SET cap_rule = cap_rule || 'x'")
    refused = moving.move()
    assert "rows-differ" in refused.stderr
    assert "retention_item" in refused.stderr
    assert not (moving.folder / FILE).exists()
    assert moving.move("--abandon").returncode == 0


def test_a_value_that_no_server_keeps_is_named_and_never_shown(moving):
    with closing(sqlite3.connect(moving.folder / "db" / "callward.sqlite3")) as file, file:
        file.execute("UPDATE controllers_controller SET slug = slug || char(0) || 'mara'")
    refused = moving.move("--to", str(moving.new))
    assert "row-unmovable" in refused.stderr
    assert "controllers_controller" in refused.stderr
    assert "mara" not in refused.stderr


def test_a_text_that_is_longer_than_forms_allow_moves_as_it_is(moving):
    with closing(sqlite3.connect(moving.folder / "db" / "callward.sqlite3")) as file, file:
        file.execute("UPDATE vault_part SET name = 'a name longer than any form lets through'")
    moving.moved("--to", str(moving.new))
    asked = "SELECT DISTINCT name FROM vault_part"
    assert moving.on_server(asked) == [("a name longer than any form lets through",)]


def test_nothing_moves_beside_a_running_house(moving):
    with running_on(DataFolder(root=moving.folder)):
        refused = moving.move("--to", str(moving.new))
    assert "still-running" in refused.stderr
    assert not (moving.folder / "move.json").exists()
