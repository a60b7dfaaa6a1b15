"""A house on PostgreSQL and an object store whose parts are killed and started again."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench._arrivals import envelope, noise

from callward.deployment import FILE
from callward.ops.data_folder import DataFolder
from callward.ops.demo.database_server import USER, DatabaseServer
from callward.ops.folder_mark import write_mark

if TYPE_CHECKING:
    from callward.ops.demo.object_store_server import ObjectStoreServer

POLICY = Path(__file__).parent.parent / "policies" / "smart-metering.toml"
SLUG = "smart-metering"
SECONDS, SENDERS, DAYS = 2, 4, 20
READY_SECONDS, ANSWER_SECONDS = 90.0, 30.0


def until(true: Any, *, what: str, seconds: float = READY_SECONDS) -> float:
    """Wait for something and tell how long it took; ends the bench where it never comes."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            sys.exit(f"After {seconds:.0f} s it is not so: {what}.")
        time.sleep(0.1)
    return time.monotonic() - began


class KilledHouse:
    """The folder, its programs, and what was handed to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = DataFolder(root=folder)
        self.environment = os.environ | {"CALLWARD_DATA": str(folder)}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.now = datetime.now(UTC).replace(microsecond=0)

    def set_up(self, chosen: str) -> None:
        """Make it, with one controller."""
        self.folder.root.mkdir(mode=0o700)
        (self.folder.root / FILE).write_text(chosen)
        write_mark(self.folder, showing=self.now)
        self.must("init", "--region", "LT")
        self.must("controller", "add", str(POLICY))

    def start(self, name: str) -> None:
        """Start a program as the leader of a group that is killed with it."""
        words = {"web": ["web", "--port", str(self.port)], "worker": ["worker"]}[name]
        with (self.folder.root / "logs" / f"{name}.out").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "callward.ops", *words],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """Kill a program and all that it began."""
        program = self.running.pop(name)
        with suppress(ProcessLookupError):  # it may have ended by itself, as without its database
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()

    def end(self) -> None:
        """Kill what still runs."""
        for name in list(self.running):
            self.kill(name)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "callward.ops", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *words: str) -> Any:
        """Run a command that must work, and read what it tells."""
        done = self.command(*words)
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stdout[-500:]} {done.stderr[-500:]}")
        return json.loads(done.stdout) if "--json" in words else done.stdout

    def starts_at(self, day: int) -> datetime:
        """When the calls of one of the days began."""
        return self.now - timedelta(days=DAYS + 2 - day)

    def due_at(self, day: int) -> datetime:
        """An instant at which the calls of a day must be gone, and those of the next are not."""
        start = self.starts_at(day)
        month, year = (start.month + 5) % 12 + 1, start.year + (start.month + 5) // 12
        first = datetime(year, month, 1, 12, tzinfo=UTC)
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return first.replace(day=min(start.day, last.day))


class Senders:
    """Machines that hand recordings over, each until it was told that one is kept."""

    def __init__(self, house: KilledHouse) -> None:
        self._house, self._numbers = house, itertools.count()
        self._token = house.must(
            "token", "issue", "kills", "--controller", SLUG, "--days", "300", "--json"
        )["token"]
        self._stop, self._lock = threading.Event(), threading.Lock()
        self.kept: dict[int, tuple[str, str]] = {}  # of each that is kept: our name, its digest
        self.asked = 0
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Begin no new recording, and wait until each that was begun is kept."""
        self._stop.set()
        for thread in self._threads:
            thread.join(READY_SECONDS)
            if thread.is_alive():
                sys.exit("A recording could not be handed over.")

    def _send(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                number = next(self._numbers)
            start = self._house.starts_at(number % DAYS) + timedelta(seconds=number)
            told = envelope(number, system="kills", start=start, seconds=SECONDS)
            audio = noise(SECONDS)
            while (ref := self._answer(audio, told)) is None:
                time.sleep(0.2)
            with self._lock:
                self.kept[number] = (ref, sha256(audio).hexdigest())

    def _answer(self, audio: bytes, told: bytes) -> str | None:
        """What the recording is called when it is kept; nothing when nobody said so."""
        line = http.client.HTTPConnection("127.0.0.1", self._house.port, timeout=ANSWER_SECONDS)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "audio/mpeg",
            "Callward-Envelope": b64encode(told).decode(),
        }
        try:
            self.asked += 1
            line.request("POST", "/api/v1/recordings", audio, headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()
        if answer.status >= http.client.INTERNAL_SERVER_ERROR:
            return None
        receipt = json.loads(said)
        if answer.status not in {200, 201} or not receipt.get("ref"):
            sys.exit(f"The door answered {answer.status}: {said[:300]!r}")
        return str(receipt["ref"])


def ask(server: DatabaseServer, database: str, question: str) -> list[tuple[Any, ...]]:
    """Ask the server as the user of the house."""
    import psycopg  # noqa: PLC0415  # only where there is a server

    with psycopg.connect(host=str(server.socket), user=USER, dbname=database) as line:
        return line.execute(question.encode()).fetchall()


def objects_in(store: ObjectStoreServer, bucket: str) -> str:
    """What the store lists in a bucket."""
    return store.ask("GET", f"{bucket}?list-type=2&max-keys=100000")
