"""kill -9 in the middle of a call: what was recorded is salvaged; of a refused one nothing is."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from build import spool_program
from build.rtp_peer import Peer
from build.spooling import SpoolHouse, a_ref, files_holding, wait_until
from build.tones import AFTER, LEAK_DB, level_db, tone
from callward.line.states import Party

pytestmark = [pytest.mark.crash]
SOUND = tone(AFTER, seconds=0.08)


class Line:
    """The killable line, and a caller who speaks to it in real time."""

    def __init__(self, house: SpoolHouse) -> None:
        self.house, self.ref, self.caller = house, a_ref(), Peer()
        self.program = subprocess.Popen(
            [
                *(sys.executable, spool_program.__file__, house.folder, house.memory),
                *(house.epoch.public.hex(), str(self.ref), str(self.caller.port)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )
        self.caller.towards = int(self.program.stdout.readline())

    def speak(self, seconds: float) -> None:
        begin = time.monotonic()
        for place in range(round(seconds * 50)):
            at = place % 4 * 160
            self.caller.send(SOUND[at : at + 160])
            time.sleep(max(0, begin + place * 0.02 - time.monotonic()))

    def say(self, order: str) -> None:
        self.program.stdin.write(f"{order}\n")
        self.program.stdin.flush()
        assert self.program.stdout.readline().strip() == order

    def kill(self) -> None:
        self.program.send_signal(signal.SIGKILL)
        self.program.wait()

    def close(self) -> None:
        self.kill()
        self.caller.close()
        self.program.stdin.close()
        self.program.stdout.close()


@pytest.fixture
def line(tmp_path):
    memory = Path(tempfile.mkdtemp(prefix="callward-test-", dir="/dev/shm"))
    found = Line(SpoolHouse(tmp_path / "spool", memory))
    yield found
    found.close()
    shutil.rmtree(memory, ignore_errors=True)


def secrets_left(house: SpoolHouse) -> list[str]:
    """The files, in the spool or anywhere in memory, that hold the call's key."""
    return files_holding(spool_program.SECRET, house.folder, Path("/dev/shm"))


@pytest.mark.req("S-01")
def test_what_was_said_up_to_a_second_before_the_kill_is_salvaged(line):
    line.speak(2.4)
    line.kill()
    reader = line.house.reader()
    assert (reader.finished(), reader.unfinished()) == ([], [line.ref])
    with reader.open(line.ref) as call:
        audio = b"".join(call.alaw(Party.OUTER))
        assert not call.whole
        assert call.seconds >= 1.4
        assert (call.ledger, call.envelope) == (b"a line\n", b"so far")
        assert level_db(audio, AFTER) > -25
        assert level_db(audio, 500) < LEAK_DB
    assert secrets_left(line.house) == []
    reader.discard(line.ref)
    assert line.house.files() == []


@pytest.mark.req("K-05")
def test_a_refused_call_leaves_nothing_when_the_line_is_killed_after_it(line):
    line.speak(1.2)
    wait_until(lambda: (line.house.folder / f"{line.ref}.part").stat().st_size > 4096)
    wrapped = (line.house.memory / f"{line.ref}.key").read_bytes()
    line.say("refuse")
    line.speak(0.3)
    line.kill()
    assert line.house.files() == []
    assert secrets_left(line.house) == []
    assert files_holding(wrapped, Path("/dev/shm")) == []


def test_a_finished_call_is_whole_when_the_line_is_killed_after_it(line):
    line.speak(1.0)
    line.say("finish")
    wait_until(lambda: line.house.reader().finished() == [line.ref])
    line.kill()
    assert line.house.reader().unfinished() == []
    with line.house.reader().open(line.ref) as call:
        assert call.whole
        assert call.seconds == pytest.approx(1.0, abs=0.15)
        assert call.ledger == b"a line\nthe end\n"
    wait_until(lambda: secrets_left(line.house) == [])
