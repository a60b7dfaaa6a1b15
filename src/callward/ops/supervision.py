"""One tree of programs: started, watched, started again with growing pauses, stopped in time."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIFELINE = "CALLWARD_LIFELINE"
_log = logging.getLogger("callward.ops.up")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_CALM_AFTER = 60.0
_LOOK_EVERY = 0.2
STOP_WITHIN = 10.0


@dataclass(slots=True)
class Program:
    """One child: a process group of its own, so that nothing of it outlives its stop."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    child: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    again_at: float = 0.0
    pause: float = _FIRST_PAUSE

    def start(self, lifeline: int) -> None:
        """Start it; the lifeline's end tells it that we are gone, however we went."""
        self.child = subprocess.Popen(  # noqa: S603  # our own command
            self.command,
            env={**self.env, LIFELINE: str(lifeline)},
            pass_fds=(lifeline,),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started = clock.stopwatch()
        _log.info("started %s", self.name)

    def look_after(self, lifeline: int) -> None:
        """Start it again when it ended, after a pause that doubles while it keeps ending."""
        now = clock.stopwatch()
        if self.child is None:
            if now >= self.again_at:
                self.start(lifeline)
        elif _has_ended(self.child):
            _log.warning("%s ended with %s", self.name, _reap(self.child))
            self.child, self.again_at = None, now + self.pause
            self.pause = min(self.pause * 2, _LONGEST_PAUSE)
        elif now - self.started > _CALM_AFTER:
            self.pause = _FIRST_PAUSE


@dataclass(slots=True)
class Tree:
    """The programs of one Callward."""

    programs: list[Program]
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep every program running until somebody asks to stop."""
        lifeline, our_end = os.pipe()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stop.set())
        try:
            for program in self.programs:
                program.start(lifeline)
            while not self.stop.wait(_LOOK_EVERY):
                for program in self.programs:
                    program.look_after(lifeline)
        finally:
            self._stop_all()
            os.close(our_end)
            os.close(lifeline)

    def _stop_all(self) -> None:
        running = [program.child for program in self.programs if program.child is not None]
        for child in running:
            _signal_group(child.pid, signal.SIGTERM)
        deadline = clock.stopwatch() + STOP_WITHIN
        while clock.stopwatch() < deadline and not all(map(_has_ended, running)):
            threading.Event().wait(_LOOK_EVERY / 4)
        for child in running:
            _reap(child)


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Look without reaping: until it is reaped, its number and its group stay its own."""
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, child.pid, look) is not None


def _reap(child: subprocess.Popen[bytes]) -> int:
    """End whatever is left of its group, then take its exit code."""
    _signal_group(child.pid, signal.SIGKILL)
    return child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def hold_lifeline() -> None:
    """In a child: end with the whole group as soon as the supervisor is gone."""
    told = os.environ.pop(LIFELINE, None)
    if told is None:
        return
    lifeline = int(told)
    os.set_inheritable(lifeline, False)  # noqa: FBT003  # its signature
    threading.Thread(target=_await_end, args=(lifeline,), daemon=True, name="lifeline").start()


def _await_end(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    group = os.getpgrp()
    _signal_group(group, signal.SIGTERM)
    threading.Event().wait(STOP_WITHIN)
    _signal_group(group, signal.SIGKILL)


def callward_command(*words: str) -> list[str]:
    """Our own command as a program to start."""
    return [sys.executable, "-m", "callward.ops", *words]
