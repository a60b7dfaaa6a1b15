"""Programs that tests start: forked from a loaded process, each with an environment of its own."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from build.engines import environment_on_engine
from build.fork_request import LEASE, end_of, start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO

TESTS = Path(__file__).resolve().parents[1]
SOCKET = "programs"
_LONGEST = 300.0  # seconds after which a program that should have ended is given up


def run_program(
    *words: str,
    environment: Mapping[str, str] | None = None,
    told: str = "",
    cwd: Path = TESTS,
    seconds: float = _LONGEST,
) -> subprocess.CompletedProcess[str]:
    """Run `python WORDS` to its end, as `subprocess.run` would, and answer what it said."""
    with (
        tempfile.TemporaryFile("w+b") as read,
        tempfile.TemporaryFile("w+b") as out,
        tempfile.TemporaryFile("w+b") as err,
    ):
        read.write(told.encode())
        read.seek(0)
        program = Program(words, environment=environment, cwd=cwd, files=(read, out, err))
        code = program.wait(seconds)
        said = [_text(file) for file in (out, err)]
    return subprocess.CompletedProcess(list(words), code, *said)


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


class Program:
    """`python WORDS` that runs beside the test, which may wait for it, signal it and kill it."""

    def __init__(
        self,
        words: Sequence[str],
        *,
        files: tuple[IO[bytes], IO[bytes], IO[bytes]],
        environment: Mapping[str, str] | None = None,
        cwd: Path = TESTS,
    ) -> None:
        self.returncode: int | None = None
        self._line, self.pid = start(
            str(folder_of_run() / SOCKET),
            words,
            files=[file.fileno() for file in files],
            environment=environment_on_engine(os.environ if environment is None else environment),
            cwd=str(cwd),
        )

    def poll(self) -> int | None:
        """The exit code, or nothing while it runs."""
        return self._ended(0)

    def wait(self, seconds: float = _LONGEST) -> int:
        """Wait for its end; a program killed by a signal ends with its negative number."""
        code = self._ended(seconds)
        if code is None:
            self.kill()
            raise subprocess.TimeoutExpired(f"program {self.pid}", seconds)
        return code

    def _ended(self, seconds: float) -> int | None:
        if self.returncode is None and select.select([self._line], [], [], seconds)[0]:
            self.returncode = end_of(self._line)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self.send_signal(signal.SIGKILL)


# -- the loaded process, one for all workers of a test run ---------------------------------------


@cache
def folder_of_run() -> Path:
    """A folder that all workers of a test run share; it goes with the loaded process."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    folder = Path(tempfile.gettempdir()) / f"callward-{os.getuid()}-{run[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    _lease(folder)
    return folder


@cache
def _lease(folder: Path) -> socket.socket:
    """Keep the loaded process alive as long as this one lives; the first who asks starts it."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _asked(folder) or _started(folder)


def _asked(folder: Path) -> socket.socket | None:
    line = socket.socket(socket.AF_UNIX)
    try:
        line.connect(str(folder / SOCKET))
        line.sendall(LEASE)
        if line.recv(1) == LEASE:
            return line
    except OSError:
        pass
    line.close()
    return None


def _started(folder: Path) -> socket.socket:
    (folder / SOCKET).unlink(missing_ok=True)
    listening, ready = os.pipe()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLWARD_")}
    subprocess.run(
        [sys.executable, "-m", "build.fork_server", str(folder / SOCKET), str(ready)],
        cwd=TESTS,
        env=kept | {"PYTHONWARNINGS": "error"},
        pass_fds=[ready],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
    os.close(ready)
    assert os.read(listening, 5) == b"ready", "the loaded process did not come up"
    os.close(listening)
    line = _asked(folder)
    assert line is not None, "the loaded process does not listen"
    return line
