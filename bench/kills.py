"""Fifty random kills of a house on PostgreSQL and SeaweedFS: nothing lost, doubled or readable.

Web, worker, database server and object store are killed (SIGKILL) while recordings are handed over
with retries; commands, database server and object store while a disposal runs; the mover, its child
and the database server while a house moves from its file. Each is started again and must settle by
itself. Demanded: every recording that was acknowledged is there once and opens, none that is past
its day opens or lies anywhere, every move ends with the same rows. Usage: python bench/kills.py
[--seed 1] [--intake 20] [--disposal 15] [--moves 15]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench._kills_house import DAYS, KilledHouse, Senders, ask, until
from bench._support import Verdict

from callward.ops.demo.database_server import DatabaseServer
from callward.ops.demo.object_store_server import ObjectStoreServer

if TYPE_CHECKING:
    from collections.abc import Sequence

DATABASE = "house"
RECORDINGS = "SELECT ref, captured_sha256 FROM recordings_recording"


class Engines:
    """Both servers, and the bucket of the house."""

    def __init__(self, database: DatabaseServer, store: ObjectStoreServer) -> None:
        self.database, self.store = database, store
        database.new_database(DATABASE)
        self._bucket = store.bucket()
        self.chosen = database.settings(DATABASE) + store.settings(self._bucket)

    def crash(self, name: str, pause: float) -> None:
        """Kill a server, let it be away, and start it again."""
        server = {"database": self.database, "store": self.store}[name]
        server.stop(signal.SIGKILL)
        time.sleep(pause)
        server.start()

    def found(self, marks: set[bytes]) -> int:
        """How many marks stand in tables and log."""
        self.database.ask("CHECKPOINT")
        wholes = [path.read_bytes() for path in self.database.cluster.rglob("*") if path.is_file()]
        return sum(any(mark in whole for whole in wholes) for mark in marks)


def take_in(house: KilledHouse, engines: Engines, kills: int, chance: random.Random) -> Senders:
    """Recordings come in while everything is killed in turn."""
    for name in ("web", "worker"):
        house.start(name)
    senders = Senders(house)
    for number in range(kills):
        time.sleep(chance.uniform(0.5, 3))
        name = chance.choice(("web", "worker", "database", "store"))
        pause = chance.uniform(0, 3)
        if name in house.running:
            house.kill(name)
            time.sleep(pause)
            house.start(name)
        else:
            engines.crash(name, pause)
            for program in ("web", "worker"):  # as its supervisor does, should it have ended
                if house.running[program].poll() is not None:
                    house.kill(program)
                    house.start(program)
        print(f"  intake, kill {number + 1}: {name}; {len(senders.kept)} kept", flush=True)
    until(lambda: len(senders.kept) > kills, what="recordings are handed over")
    senders.stop()
    return senders


def judge_intake(house: KilledHouse, engines: Engines, senders: Senders, said: Verdict) -> None:
    """Everything that was acknowledged is there once, opens, and nothing else is."""
    house.kill("worker")
    house.start("worker")  # what a crash left is put right by whoever starts next
    took = until(
        lambda: house.command("vault", "reconcile").returncode == 0, what="rows and objects agree"
    )
    house.end()
    rows = sorted((str(ref), digest) for ref, digest in ask(engines.database, DATABASE, RECORDINGS))
    kept = sorted(senders.kept.values())
    opened = json.loads(house.command("vault", "verify", "--json").stdout)
    said.say(
        f"intake: {len(kept)} acknowledged, {senders.asked} times sent, "
        f"{opened['verified']} sealed parts opened, settled {took:.0f} s after the last start"
    )
    lost = len(set(kept) - set(rows)) + len(opened["damaged"])
    said.demand_at_most("lost in intake", found=lost, limit=0, unit="")
    said.demand_at_most("doubled in intake", found=len(rows) - len(set(kept)), limit=0, unit="")
    house.must("audit", "verify", "--json")


def dispose(house: KilledHouse, engines: Engines, kills: int, chance: random.Random) -> float:
    """Day after day is destroyed, and each run is killed on its way; the longest recovery."""
    longest = 0.0
    for day in range(kills):
        words = ("retention", "run", "--at", house.due_at(day % DAYS).isoformat())
        running = subprocess.Popen(
            [sys.executable, "-m", "callward.ops", *words],
            env=house.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        name = chance.choice(("command", "command", "database", "store"))
        time.sleep(chance.uniform(0.3, 4))
        if name == "command":
            running.kill()
        else:
            engines.crash(name, chance.uniform(0, 2))
        running.wait()
        began = time.monotonic()
        until(partial(_succeeds, house, words), what="the run ends")
        longest = max(longest, time.monotonic() - began)
        print(f"  disposal, kill {day + 1}: {name}", flush=True)
    return longest


def _succeeds(house: KilledHouse, words: Sequence[str]) -> bool:
    return house.command(*words).returncode == 0


def judge_disposal(
    house: KilledHouse, engines: Engines, senders: Senders, days: int, said: Verdict
) -> None:
    """What is past its day has no key, no object and no row anywhere; the rest is there, opens."""
    due = {kept for number, kept in senders.kept.items() if number % DAYS < days}
    rows = {(str(ref), digest) for ref, digest in ask(engines.database, DATABASE, RECORDINGS)}
    seals = ask(engines.database, DATABASE, "SELECT item_ref FROM vault_part")
    opened = json.loads(house.command("vault", "verify", "--json").stdout)
    said.say(
        f"disposal: {len(due)} past their day, {len(rows)} not yet, {opened['verified']} sealed "
        "parts opened"
    )
    readable = len(due & rows) + len({ref for ref, _ in due} & {str(ref) for (ref,) in seals})
    said.demand_at_most("readable after its day", found=readable, limit=0, unit="")
    lost = len(set(senders.kept.values()) - due - rows) + len(opened["damaged"])
    said.demand_at_most("lost before its day", found=lost, limit=0, unit="")
    keys = house.must("vault", "scan", "--json")["residue_bytes"]
    said.demand_at_most("bytes of destroyed keys", found=keys, limit=0, unit="")
    residue = engines.found({digest.encode() for _ref, digest in due})
    said.demand_at_most("digests in tables and log", found=residue, limit=0, unit="")
    house.must("vault", "reconcile", "--json")
    house.must("audit", "verify", "--json")


def move(
    top: Path, engines: Engines, before: Path, kills: int, chance: random.Random, said: Verdict
) -> None:
    """Copies of one house move to the server, and each move is killed on its way."""
    wanted, wrong = _rows_of_file(before), 0
    for number in range(kills):
        house = KilledHouse(top / f"move-{number}")
        shutil.copytree(before, house.folder.root, symlinks=True)
        name = f"moved_{number}"
        engines.database.new_database(name)
        new = top / "new.toml"
        new.write_text(engines.database.settings(name))
        target = _kill_a_move(house, engines, new, chance)
        until(partial(_has_moved, house, new), what="the move ends")
        wrong += not _is_whole(house, engines, name, wanted)
        print(f"  move, kill {number + 1}: {target}", flush=True)
        shutil.rmtree(house.folder.root)
    said.say(f"moves: {kills}, each of {sum(wanted.values())} rows")
    said.demand_at_most("moves that lost or doubled anything", found=wrong, limit=0, unit="")


def _is_whole(house: KilledHouse, engines: Engines, name: str, wanted: dict[str, int]) -> bool:
    """Whether all rows stand on the server, open and verify, and none lies in the old place."""
    count = 'SELECT count(*) FROM "{}"'
    found = {table: ask(engines.database, name, count.format(table))[0][0] for table in wanted}
    found["audit_leaf"] -= 1  # the move itself
    opened = json.loads(house.command("vault", "verify", "--json").stdout)
    left = list(house.folder.database.parent.iterdir())
    return (
        found == wanted
        and not left
        and not opened["damaged"]
        and not house.command("audit", "verify").returncode
    )


def _has_moved(house: KilledHouse, new: Path) -> bool:
    """Do what an administrator does: run it again, until it ends well."""
    if house.folder.chosen.database.on_postgresql and not house.folder.move.exists():
        return True
    words = [] if house.folder.move.exists() else ["--to", str(new)]
    return _succeeds(house, ("database", "move", *words))


def _kill_a_move(house: KilledHouse, engines: Engines, new: Path, chance: random.Random) -> str:
    running = subprocess.Popen(
        [sys.executable, "-m", "callward.ops", "database", "move", "--to", str(new)],
        env=house.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    target = chance.choice(("mover", "child", "database"))
    time.sleep(chance.uniform(0.5, 8))
    if target == "mover":
        running.kill()
    elif target == "child":
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        with suppress(OSError):
            for pid in children.read_text().split():
                os.kill(int(pid), signal.SIGKILL)
    else:
        engines.crash("database", chance.uniform(0, 2))
    running.wait()
    return target


def _rows_of_file(folder: Path) -> dict[str, int]:
    with closing(sqlite3.connect(folder / "db" / "callward.sqlite3")) as file:
        names = [
            name
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith(("sqlite_", "audit_checkpoint", "audit_tile"))  # a move signs
        ]
        return {
            name: file.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names
        }


def a_house_on_a_file(folder: Path) -> None:
    """A house with recordings that has not moved yet."""
    house = KilledHouse(folder)
    house.set_up("")
    house.start("web")
    senders = Senders(house)
    until(lambda: len(senders.kept) > 40, what="recordings are handed over")
    senders.stop()
    house.end()


def run(chosen: argparse.Namespace, top: Path, engines: Engines, said: Verdict) -> None:
    """All three stories, one after the other."""
    chance = random.Random(chosen.seed)  # a story that can be told again
    house = KilledHouse(top / "house")
    house.set_up(engines.chosen)
    try:
        senders = take_in(house, engines, chosen.intake, chance)
        judge_intake(house, engines, senders, said)
    finally:
        house.end()
    longest = dispose(house, engines, chosen.disposal, chance)
    said.say(f"longest way from a kill to a finished run: {longest:.1f} s")
    judge_disposal(house, engines, senders, chosen.disposal, said)
    a_house_on_a_file(top / "before")
    move(top, engines, top / "before", chosen.moves, chance, said)


def main() -> None:
    """Kill, let settle, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("seed", 1), ("intake", 20), ("disposal", 15), ("moves", 15)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen, said = parser.parse_args(), Verdict()
    with (
        tempfile.TemporaryDirectory(prefix="callward-kills-") as top,
        DatabaseServer() as database,
        ObjectStoreServer() as store,
    ):
        run(chosen, Path(top), Engines(database, store), said)
    said.end()


if __name__ == "__main__":
    main()
