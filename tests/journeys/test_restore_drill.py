"""Yesterday's backup comes back: what was destroyed stays destroyed, and everybody else plays."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from build.intake import LINE, cdr_row, put, tone
from build.ops import POLICY, callward, environment
from build.programs import run_program
from callward.ops.data_folder import DataFolder
from callward.ops.folder_mark import write_mark

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.slow, pytest.mark.req("D-03", "K-07", "K-08")]

OF = ["--controller", "therapy-association"]
YESTERDAY = datetime(2031, 3, 9, 10, 0, tzinfo=UTC)
TODAY = YESTERDAY + timedelta(days=1)
EVE = timedelta(minutes=10)
# Five years: the call of 10 March 2026 is due today at midnight in Bucharest.
CALLS = {
    "expires": "2026-03-10 15:00:00",
    "erased": "2026-03-12 10:00:00",
    "held": "2026-03-12 11:00:00",
    "beside": "2026-03-12 12:00:00",
    "other": "2026-06-20 09:00:00",
}
NEW = ("new", "2031-03-10 09:00:00")
GONE = "recording-gone"


@dataclass(kw_only=True)
class House:
    """A data folder whose clock the test moves, and what its carrier has handed over."""

    folder: Path
    audio: dict[str, bytes]
    refs: dict[str, str]

    def show(self, at: datetime) -> None:
        write_mark(DataFolder(root=self.folder), showing=at)

    def command(self, *words: str, code: int = 0):
        (said,) = callward(self.folder, list(words))
        assert said.code == code, (words, said)
        return said

    def restore(self, *words: str) -> None:
        """Run `callward restore` as the shell does: it starts a program of its own."""
        program = ("-m", "callward.ops", "restore", *words)
        done = run_program(*program, environment=environment(self.folder))
        assert done.returncode == 0, done.stderr

    def steps(self, *steps: list[str]) -> list:
        done = run_program(
            *("-m", "build.restore_steps"),
            told=json.dumps(steps),
            environment=environment(self.folder) | {"CALLWARD_HOSTS": "localhost,testserver"},
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    def hand_over(self, calls: dict[str, str]) -> None:
        inbox = self.folder / "inbox" / "therapy-association"
        inbox.mkdir(mode=0o700, exist_ok=True)
        rows = []
        for name, start in calls.items():
            instant = datetime.fromisoformat(start)
            uniqueid = f"{int(instant.replace(tzinfo=UTC).timestamp())}.7"
            self.audio[name] = tone(3, hertz=300 + 40 * len(self.audio))
            stamp = instant.strftime("%Y%m%d-%H%M%S")
            put(inbox, f"in-101-442079460777-{stamp}-{uniqueid}.mp3", self.audio[name])
            rows.append(cdr_row(uniqueid, seconds=3, start=start))
        put(inbox, "Master.csv", "\n".join(rows).encode())
        told = json.loads(self.command("intake", "folder", str(inbox), *OF, "--json").out)
        assert told["taken_in"] == len(calls), told
        (kept,) = self.steps(["kept"])
        by_day = {when[:10]: ref for when, ref in kept.items()}
        by_instant = {when[:13]: ref for when, ref in kept.items()}
        for name, start in calls.items():
            local = datetime.fromisoformat(start)
            shift = timedelta(hours=3 if 3 < local.month < 11 else 2)  # Bucharest
            exact = (local - shift).isoformat()[:13]
            self.refs[name] = by_instant.get(exact) or by_day[start[:10]]

    def digest(self, name: str) -> str:
        return sha256(self.audio[name]).hexdigest()


def prepare(folder: Path) -> House:
    """A house whose carrier has handed over five calls."""
    made = House(folder=folder, audio={}, refs={})
    made.show(YESTERDAY)
    made.command("init", "--region", "RO")
    made.command("controller", "add", POLICY)
    made.steps(["engage"])
    declare = ["intake", "declare-source", *OF, "--system", "asterisk", "--greeting", "recorded"]
    signed = ["--from", "2020-01-01T00:00:00Z", "--signed-by", "daiva", "--direction", "in"]
    made.command(*declare, "--line", LINE, *signed)
    made.hand_over(CALLS)
    assert len(set(made.refs.values())) == len(CALLS)
    return made


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def house(prepared, tmp_path):
    folder = tmp_path / "house"
    shutil.copytree(prepared.folder, folder)
    return House(folder=folder, audio=dict(prepared.audio), refs=dict(prepared.refs))


def live_through_today(house: House) -> None:
    """One expires, one is erased, one is put under hold, one new arrives."""
    house.show(TODAY)
    told = json.loads(house.command("retention", "run", "--json").out)
    others = len(CALLS) - 1  # their raw rows are due; that of the first goes with its call
    proof = 1  # of what the caller of the first was told; its period is that of the recording
    assert told["destroyed"] == 1 + proof + others, told
    house.steps(["erase", house.refs["erased"]])
    place = ["hold", "place", house.refs["held"], "--reason", "complaint", "--case", "KLG-1"]
    house.command(*place, "--owner", "daiva")
    house.hand_over(dict([NEW]))
    house.command("audit", "checkpoint")


def require_promises_kept(house: House, *, playing: tuple[str, ...]) -> None:
    """Gone by every route, or byte for byte there by every route."""
    gone = [house.refs[name] for name in ("expires", "erased")]
    alive = {house.refs[name]: house.digest(name) for name in playing}
    service, forced, console, certified, verified = house.steps(
        ["by_service", *gone, *alive],
        ["by_force", *gone],
        ["by_console", *gone, *alive],
        ["certificates"],
        ["verified"],
    )
    assert service == dict.fromkeys(gone, GONE) | alive
    assert forced == {ref: [False, False, 0] for ref in gone}
    assert {ref: console[ref] in {404, 410} for ref in gone} == dict.fromkeys(gone, True)
    assert {ref: console[ref] for ref in alive} == alive
    assert all(certified)
    assert verified[0], "the tree is whole"
    scan, listed, health = callward(
        house.folder,
        ["vault", "scan", "--json"],
        ["recordings", "list", *OF, "--json"],
        ["health", "--json"],
    )
    assert json.loads(scan.out)["residue_bytes"] == 0
    assert [ref for ref in gone if ref in listed.out] == []
    assert json.loads(health.out)["healthy"]


def require_shut(house: House) -> None:
    """Nothing opens, and the check that says why has a name."""
    shut = (["web", "--port", "9"], ["worker"], ["up", "--port", "9"], ["vault", "verify"])
    *refused, health = callward(house.folder, *shut, ["health", "--json"])
    for words, said in zip(shut, refused, strict=True):
        assert (said.code, "replay" in said.err) == (1, True), words
    assert [one["name"] for one in json.loads(health.out)["checks"]] == ["callward.E007"]
    (heard,) = house.steps(["by_service", *house.refs.values()])
    assert set(heard.values()) <= {"replay-awaited", GONE, "part-missing"}


def test_yesterdays_data_with_todays_keys(house, tmp_path):
    saved = str(tmp_path / "data.backup")
    house.command("backup", "data", "--to", saved)
    live_through_today(house)

    house.steps(["restore_only", saved])
    require_shut(house)
    house.restore("--replay")

    require_promises_kept(house, playing=("held", "beside", "other"))
    waiting = json.loads(house.command("intake", "quarantine", *OF, "--json").out)
    assert [one["reason"] for one in waiting] == ["rows-lost"], "what came later is not lost"


def test_the_hold_of_today_still_protects_after_yesterday_came_back(house, tmp_path):
    saved = str(tmp_path / "data.backup")
    house.command("backup", "data", "--to", saved)
    live_through_today(house)
    house.restore("--data", saved)

    house.show(datetime(2031, 3, 13, 10, 0, tzinfo=UTC))  # its own day, and that of the one beside
    house.command("retention", "run", "--json")

    held, beside = house.refs["held"], house.refs["beside"]
    heard, holds, console = house.steps(
        ["by_service", held, beside], ["holds"], ["by_console", held]
    )
    assert heard == {held: house.digest("held"), beside: GONE}
    assert [held] in [items for _case, *items in holds]
    assert console == {held: house.digest("held")}
    assert json.loads(house.command("audit", "verify", "--json").out)["ok"]


def test_an_older_backup_of_the_keys(house, tmp_path):
    saved = str(tmp_path / "keys.backup")
    house.command("backup", "keys", "--to", saved)
    live_through_today(house)

    house.steps(["restore_keys_only", saved])
    require_shut(house)
    house.restore("--replay")

    require_promises_kept(house, playing=("held", "beside", "other"))
    (holds,) = house.steps(["holds"])
    assert [["KLG-1", house.refs["held"]]] == holds
    house.show(datetime(2031, 3, 13, 10, 0, tzinfo=UTC))
    house.command("retention", "run")
    held = house.refs["held"]
    assert house.steps(["by_service", held]) == [{held: house.digest("held")}]
