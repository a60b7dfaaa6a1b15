"""One tree of programs: started again when it falls, and nothing of it outlives its stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHILD = """
import os, signal, sys, time
from pathlib import Path
from callward.ops.supervision import hold_lifeline
hold_lifeline()
if "stubborn" in sys.argv: signal.signal(signal.SIGTERM, signal.SIG_IGN)
with Path(sys.argv[1]).open("a") as noted: noted.write(f"{os.getpid()}\\n")
time.sleep(60)
"""
SUPERVISOR = """
import os, sys
from callward.ops import supervision
supervision.STOP_WITHIN = 1.0
command = [sys.executable, "-c", os.environ["CHILD"], *sys.argv[1:]]
supervision.Tree([supervision.Program(name="child", command=command, env=dict(os.environ))]).run()
"""


class Tree:
    """A supervisor with one child, in programs of their own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.noted = folder / "pids"
        command = [sys.executable, "-c", SUPERVISOR, str(self.noted), *words]
        self.supervisor = subprocess.Popen(command, env={**os.environ, "CHILD": CHILD})

    def child(self, number: int) -> int:
        """The process id of the so-manieth child, awaited."""
        return _await(lambda: self._pids()[number - 1] if len(self._pids()) >= number else 0)

    def _pids(self) -> list[int]:
        return [int(line) for line in self.noted.read_text().split()] if self.noted.exists() else []


def _await(question, within: float = 30.0):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := question():
            return answer
        time.sleep(0.05)
    pytest.fail("it did not come")


def _lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def _ends(pid: int) -> bool:
    return _await(lambda: not _lives(pid))


@pytest.mark.crash
def test_a_fallen_program_is_started_again(tmp_path):
    tree = Tree(tmp_path)
    first = tree.child(1)
    os.kill(first, signal.SIGKILL)
    second = tree.child(2)
    assert second != first
    tree.supervisor.send_signal(signal.SIGTERM)
    assert tree.supervisor.wait(timeout=30) == 0
    assert _ends(second)


@pytest.mark.crash
def test_a_program_that_does_not_listen_is_stopped_at_the_deadline(tmp_path):
    tree = Tree(tmp_path, "stubborn")
    child = tree.child(1)
    tree.supervisor.send_signal(signal.SIGTERM)
    assert tree.supervisor.wait(timeout=30) == 0
    assert _ends(child)


@pytest.mark.crash
def test_no_orphan_is_left_when_the_supervisor_itself_is_killed(tmp_path):
    tree = Tree(tmp_path)
    child = tree.child(1)
    tree.supervisor.kill()
    tree.supervisor.wait(timeout=30)
    assert _ends(child)
