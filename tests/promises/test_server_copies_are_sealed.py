"""A server's base backup and archived log: sealed, restored to a time, and destroyed on their day.

A server of its own, whose own user archives with our command and has none of our keys.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from build.ops import CLONE, callward, environment
from build.programs import run_program
from build.proof_house import ProofHouse, proof_house
from callward.deployment import FILE
from callward.ops.data_folder import DataFolder
from callward.ops.demo.database_server import DatabaseServer, _ordinary, programs
from callward.ops.demo.local_server import wait_until
from callward.ops.folder_mark import write_mark
from callward.vault.backup_file import open_backup

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.req("K-07", "D-03", "N-8")]

LINES = ("autovacuum = off", "archive_mode = on", "archive_command = ''")
DAY = timedelta(days=1)
LIFE = 14 * DAY  # policies/smart-metering.toml, [backup.data]


@pytest.fixture(scope="module")
def server() -> Iterator[DatabaseServer]:
    with DatabaseServer(lines=LINES, segment_megabytes=16) as running:
        running.new_database("house")
        yield running


@pytest.fixture(scope="module")
def house(server, tmp_path_factory) -> ProofHouse:
    """A house whose log is archived from now on."""
    top = tmp_path_factory.mktemp("house")
    made = ProofHouse(top=top)
    made.folder.mkdir(mode=0o700)
    let_it_stand_on(made, server, copies_of(server))
    made = proof_house(top)
    told = json.loads(made.command("backup", "log", "--json").out)
    give(Path(told["folder"]), server)
    words = told["archive_command"].split(" ", 1)  # the first is of the program that starts tests
    server.ask(f"ALTER SYSTEM SET archive_command = $x${python_of_server()} {words[1]}$x$")
    server.ask("SELECT pg_reload_conf()")
    return made


def python_of_server() -> str:
    """The Python that the server's user may start: ours may lie in the home of root."""
    if os.geteuid():
        return sys.executable
    named = f"python{sys.version_info.major}.{sys.version_info.minor}"
    other = shutil.which(named, path="/usr/bin:/usr/local/bin")
    assert other, "the server's user needs a Python outside the home of root"
    found = [path for path in sys.path if path.endswith("site-packages")]
    return f"env PYTHONPATH={':'.join([str(CLONE / 'src'), *found])} {other}"


def copies_of(server: DatabaseServer) -> Path:
    """Where house and server both write."""
    folder = server.folder / "copies"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


def let_it_stand_on(house: ProofHouse, server: DatabaseServer, copies: Path) -> None:
    told = house.folder / FILE
    told.write_text(server.settings("house") + f'[backups]\nfolder = "{copies}"\n')
    told.chmod(0o600)


def give(folder: Path, server: DatabaseServer) -> None:
    """What an administrator does: the folder becomes that of the server's user."""
    facts = server.socket.stat()
    os.chown(folder, facts.st_uid, facts.st_gid)


def archived(server: DatabaseServer) -> None:
    """Let the log turn, and wait until all of it is archived."""
    tail = server.ask("SELECT pg_walfile_name(pg_switch_wal())")
    asked = f"SELECT coalesce(last_archived_wal, '') >= '{tail}' FROM pg_stat_archiver"
    assert wait_until(lambda: server.ask(asked) == "t"), (server.folder / "server.log").read_text()


def names(house: ProofHouse) -> list[str]:
    said = json.loads(callward(house.folder, ["health", "--json"])[0].out)
    return [one["name"] for one in said["checks"]]


def restored(house: ProofHouse, base: Path, *words: str) -> DatabaseServer:
    """The server that comes back, started until it has played its log."""
    other = DatabaseServer()
    other._make_places()
    other.cluster.mkdir()
    give(other.cluster, other)
    command = [sys.executable, "-m", "callward.ops", "restore", "--base", str(base)]
    done = subprocess.run(
        [*command, "--into", str(other.cluster), *words], env=environment(house.folder),
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = other.cluster / "postgresql.auto.conf"
    told.write_text(told.read_text().replace(sys.executable, python_of_server()))
    other.configure(f"unix_socket_directories = '{other.socket}'")
    other.cluster.chmod(0o700)
    other.run([str(programs() / "postgres"), "-D", str(other.cluster)], **_ordinary())
    assert wait_until(lambda: other.ask("SELECT pg_is_in_recovery()") == "f")
    return other


def replayed(house: ProofHouse) -> dict[str, Any]:
    done = run_program(
        *("-m", "callward.ops", "restore", "--replay", "--json"),
        environment=environment(house.folder),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_final_after_counts_the_log_that_may_still_hold_a_row(house, server):
    """Whatever is deleted today may stand in a piece of the log that is archived tomorrow."""
    told = house.steps(["copies_end", "2026-06-01T12:00:00+00:00"])[0]
    assert told[:10] == (datetime(2026, 6, 2, tzinfo=UTC) + LIFE).date().isoformat()


def test_an_archiver_that_fails_or_writes_in_clear_is_named(house, server):
    ours = server.ask("SHOW archive_command")
    server.ask("ALTER SYSTEM SET archive_command = 'cp %p /tmp/%f.nowhere/'")
    server.ask("SELECT pg_reload_conf()")
    assert "callward.E031" in names(house)
    base = copies_of(server) / "refused.base"
    assert "no-archive" in house.command("backup", "base", "--to", str(base), code=1).err
    server.ask("ALTER SYSTEM SET archive_command = 'false # callward backup log'")
    server.ask("SELECT pg_reload_conf()")
    server.ask("CREATE TABLE filler (x int); SELECT pg_switch_wal()")
    failed = "SELECT failed_count > 0 FROM pg_stat_archiver"
    assert wait_until(lambda: server.ask(failed) == "t")
    assert wait_until(lambda: "callward.E031" in names(house))
    assert not base.exists()
    server.ask(f"ALTER SYSTEM SET archive_command = $x${ours}$x$")
    server.ask("SELECT pg_reload_conf()")
    assert wait_until(lambda: names(house) == [])


def test_base_and_log_bring_a_time_back_and_nothing_that_was_destroyed_since(house, server):
    assert names(house) == []
    copies = copies_of(server)
    base = copies / "server.base"
    house.command("backup", "base", "--to", str(base))
    more = house.steps(["keep_more", "6"])[0]
    then = server.ask("SELECT clock_timestamp()")
    house.steps(["erase", house.kept])
    late = house.steps(["keep_more", "7"])[0]
    house.command("audit", "checkpoint")
    archived(server)
    assert names(house) == []

    clear = [b"smart-metering", b"PG_VERSION", b"vault_item", UUID(house.kept).bytes]
    clear += [UUID(ref).bytes for ref in (more, late)]
    for piece in copies.rglob("*.sealed"):
        facts = open_backup(piece).facts
        lives = datetime.fromisoformat(facts.dies_on).date() - facts.made_at.date()
        assert lives == LIFE
    in_server = b"".join(p.read_bytes() for p in server.cluster.rglob("*") if p.is_file())
    assert all(word in in_server for word in (b"smart-metering", UUID(more).bytes))
    files = [path for path in copies.rglob("*") if path.is_file()]
    assert len(files) > 3
    for path in files:
        content = path.read_bytes()
        assert [word for word in clear if word in content] == [], path.name
        assert path.name == "archive.json" or path.stat().st_mode & 0o007 == 0

    server.stop(signal.SIGKILL)
    other = restored(house, base, "--until", then.replace(" ", "T") + ":00")
    try:
        let_it_stand_on(house, other, copies)
        assert names(house) == ["callward.E007"], "nothing opens before the replay"
        shut = house.command("vault", "verify", code=1)
        assert "replay-awaited" in shut.err

        told = replayed(house)

        assert told["entries"] == 1
        heard = house.steps(["opened", house.kept, more, late])[0]
        # No row names the late one any more; intake decides about it, as after every restore.
        assert heard == {house.kept: "recording-gone", more: "opens", late: "recording-gone"}
        found = json.loads(house.command("audit", "verify", "--json").out)
        assert (found["ok"], len(found["rollbacks"])) == (True, 1)
        assert not (other.cluster / "callward-log.keys").exists()
        assert other.ask("SHOW archive_mode") == "off"
        assert names(house) == ["callward.E031"], "until it archives again"
        remains = b"".join(p.read_bytes() for p in other.cluster.rglob("*") if p.is_file())
        assert UUID(more).bytes in remains

        write_mark(DataFolder(root=house.folder), showing=datetime(2032, 1, 1, tzinfo=UTC))
        house.steps(["destroy_expired_backups"])
        assert [p.name for p in copies.rglob("*") if p.is_file()] == ["archive.json"]
    finally:
        other.end()
