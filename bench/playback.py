"""First audio byte of a seek into a sealed recording, beside a plain file.

Limit: nginx serving the plain file. Peer: the same app, behind the same sign-in, serving the
plain file. Ours: the console's own route, which asks session, playback, grant and due day again
and opens the asked range alone. Beginning a playback (checked, audited durably) and its first
byte together are printed too. Alone, every way takes its turn at every single question; with many
connections, every way takes its turn at every repeat, so that its percentiles are its own.
Usage: python bench/playback.py [--asked 300] [--repeats 5] [--connections 16] [--minutes 10]
"""

# ruff: noqa: PLC0415  # Django is set up first
from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from secrets import randbelow, token_bytes
from typing import TYPE_CHECKING

from bench._engines import SQLITE, rows_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.ops.demo.database_server import DatabaseServer

RATIO, P95_MS = 1.5, 25.0
APP, LIMIT = 18471, 18472
SEEK = 16 * 1024
WAYS = ("nginx", "plain", "ours", "begin")
CSRF = "a" * 32
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]
NGINX = """
{user}daemon off; pid {top}/nginx.pid; error_log {top}/nginx.log; worker_processes 2;
events {{ }}
http {{ access_log off; client_body_temp_path {top}/n1; proxy_temp_path {top}/n2;
  fastcgi_temp_path {top}/n3; uwsgi_temp_path {top}/n4; scgi_temp_path {top}/n5;
  server {{ listen 127.0.0.1:{port}; root {top}/plain; }} }}
"""


@contextmanager
def set_up_house(database: str = SQLITE) -> Iterator[tuple[Path, DatabaseServer | None]]:
    """A data folder as `callward init` makes it, so that the server reads the same secrets."""
    from callward.ops.data_folder import chosen_folder
    from callward.ops.first_start import set_up

    with (
        tempfile.TemporaryDirectory(prefix="callward-bench-") as name,
        rows_on(database, Path(name)) as server,
    ):
        os.environ["CALLWARD_DATA"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "callward.config.settings"
        set_up(chosen_folder(), region=None, passphrase=None)
        yield Path(name), server


def prepare(top: Path, audio: bytes) -> tuple[str, str]:
    """A house with one recording and one signed-in reviewer; answers its reference and cookie."""
    from build.accounts import add_person, appoint_fully, grant
    from build.console import signed_in
    from build.controllers import controller
    from build.recordings import House, keep_one
    from callward.controllers.selectors import policy_in_force
    from callward.kernel import clock
    from callward.policy.vocabulary import Role

    at, view = clock.now(), controller()
    rita = add_person("rita", at=at)
    appoint_fully(rita.ref, Role.CALL_REVIEWER, view.ref, at=at)
    grant(rita.ref, view.ref, at=at)
    policy = policy_in_force(view.ref, at=at)
    house = House(controller=view, policy=policy, cast=None, folders=None)  # type: ignore[arg-type]  # not asked
    kept = keep_one(house, audio, seconds=600)
    browser = signed_in(rita, controller_ref=view.ref)
    (top / "plain").mkdir()
    (top / "plain" / "audio.mp3").write_bytes(audio)
    from django.conf import settings

    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    names = f"{settings.SESSION_COOKIE_NAME}={cookie}; {settings.CSRF_COOKIE_NAME}={CSRF}"
    return str(kept.ref), names


@contextmanager
def running(top: Path) -> Iterator[int]:
    """The app (tells its id) and nginx, stopped by their own ids."""
    conf = top / "nginx.conf"
    user = "user root; " if os.geteuid() == 0 else ""  # the folder is its owner's alone
    conf.write_text(NGINX.format(top=top, port=LIMIT, user=user))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench._playback_settings",
        "CALLWARD_BENCH_PLAIN": str(top / "plain" / "audio.mp3"),
        "PYTHONPATH": str(ROOT),
    }
    serve = (
        "from callward import deployment; from callward.ops.web_server import serve; "
        f"serve(deployment.chosen().web, host='127.0.0.1', port={APP})"
    )
    started = [
        subprocess.Popen([nginx, "-p", str(top), "-c", str(conf)], stderr=subprocess.DEVNULL),
        subprocess.Popen([sys.executable, "-c", serve], env=env),
    ]
    try:
        for port in (APP, LIMIT):
            wait_for(port)
        yield started[1].pid
    finally:
        for one in started:
            one.terminate()
        for one in started:
            try:
                one.wait(timeout=10)
            except subprocess.TimeoutExpired:
                one.kill()


def wait_for(port: int) -> None:
    """Wait until somebody answers."""
    for _ in range(300):
        try:
            HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/none")
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"nothing answers on port {port}")


class HungUpError(Exception):
    """The server closed the connection."""


class Line:
    """One kept-alive connection; it reads as little as the first audio byte asks for.

    A server may close it between two answers (nginx after a thousand): it is opened again, in
    the time of the question that needs it, and counted. In the middle of an answer it may not.
    """

    def __init__(self, port: int) -> None:
        self._port, self.opened = port, 0
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept = True
        self.opened += 1

    def ask(self, lines: list[str], body: str = "") -> tuple[int, float, bytes]:
        """The status, when the first byte of the body came, and the body."""
        text = "\r\n".join([*lines, "Host: 127.0.0.1", f"Content-Length: {len(body)}", "", body])
        got = self._begun(text.encode())
        while (end := got.find(b"\r\n\r\n") + 4) < 4 or len(got) == end:
            got += self._more()
        at = time.perf_counter()
        head = bytes(got[:end]).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(got) < end + length:
            got += self._more()
        if b"\r\nconnection: close\r\n" in head:
            self._close()
        return int(head[9:12]), at, bytes(got[end:])

    def _begun(self, question: bytes) -> bytearray:
        """Ask, and read the beginning of the answer."""
        if not self._kept:
            self._open()
        try:
            self._socket.sendall(question)
            return bytearray(self._more())
        except (HungUpError, ConnectionError):  # closed while nobody asked
            self._close()
            self._open()
            self._socket.sendall(question)
            return bytearray(self._more())

    def _close(self) -> None:
        self._socket.close()
        self._kept = False

    def _more(self) -> bytes:
        found = self._socket.recv(1 << 17)
        if not found:
            raise HungUpError
        return found


class Listener:
    """One signed-in browser."""

    def __init__(self, ref: str, session: str, size: int) -> None:
        self._app, self._limit = Line(APP), Line(LIMIT)
        self._ref, self._size = ref, size
        self._known = [f"Cookie: {session}", f"X-CSRFToken: {CSRF}"]
        self._url = self._begin()

    def opened(self) -> tuple[int, int]:
        """How often nginx and the app had to be connected to."""
        return self._limit.opened, self._app.opened

    def _begin(self) -> str:
        form = "Content-Type: application/x-www-form-urlencoded"
        asked = [f"POST /recordings/{self._ref}/playbacks HTTP/1.1", form, *self._known]
        status, _at, body = self._app.ask(
            [*asked, "Accept: application/json"], "purpose=complaints"
        )
        if status != 201:
            sys.exit(f"a playback was refused: {status} {body[:300]!r}")
        return str(json.loads(body)["url"])

    def _seek(self, line: Line, url: str) -> float:
        start = randbelow(self._size - SEEK)
        asked = [f"GET {url} HTTP/1.1", f"Range: bytes={start}-{start + SEEK - 1}"]
        status, at, body = line.ask([*asked, *self._known])
        if status != 206 or len(body) != SEEK:
            sys.exit(f"no audio from {url}: {status}")
        return at

    def ask(self, way: str) -> float:
        """Ask once; tells the milliseconds to the first audio byte."""
        started = time.perf_counter()
        if way == "nginx":
            at = self._seek(self._limit, "/audio.mp3")
        elif way == "plain":
            at = self._seek(self._app, "/plain")
        elif way == "ours":
            at = self._seek(self._app, self._url)
        else:
            at = self._seek(self._app, self._begin())
        return (at - started) * 1000


def alone(listener: Listener, asked: int) -> dict[str, list[float]]:
    """One connection; every way takes its turn at every single question."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(asked):
        for way in WAYS:
            found[way].append(listener.ask(way))
    return found


def together(listeners: list[Listener], asked: int) -> dict[str, list[float]]:
    """All connections at once, one way after the other, so that no way waits for another."""
    found: dict[str, list[float]] = {}
    for way in WAYS:
        with ThreadPoolExecutor(len(listeners)) as threads:
            many = threads.map(lambda one, way=way: [one.ask(way) for _ in range(asked)], listeners)
            found[way] = [took for times in many for took in times]
    return found


def processor_ms(listener: Listener, server: int, asked: int) -> dict[str, float]:
    """What one question of each way costs the app's programs, whatever else the machine does."""
    found = {}
    for way in WAYS[1:]:
        before = processor_of(server)
        for _ in range(asked):
            listener.ask(way)
        found[way] = (processor_of(server) - before) / asked * 1000
    return found


def processor_of(server: int) -> float:
    """The processor seconds that a program and its children have used."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    own = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    ticks = (int(own[11]) + int(own[12])) / os.sysconf("SC_CLK_TCK")
    return ticks + sum(processor_of(int(child)) for child in children)


def p95(times: list[float]) -> float:
    """The time that 95 of 100 stay below."""
    return statistics.quantiles(times, n=20)[-1]


def main() -> int:
    """Measure, print, and say by the exit code whether the demands are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--minutes", type=int, default=10, help="how long the recording is")
    chosen = parser.parse_args()
    audio = token_bytes(chosen.minutes * 240_000)  # at 32 kbit/s
    with set_up_house() as (top, _server):
        ref, session = prepare(top, audio)
        with running(top) as server:
            listeners = [Listener(ref, session, len(audio)) for _ in range(chosen.connections)]
            together(listeners, 4)  # every thread of every program has opened its files
            share = max(4, chosen.asked // chosen.connections)
            loads = [together(listeners, share) for _ in range(chosen.repeats)]
            runs = [alone(listeners[0], chosen.asked) for _ in range(chosen.repeats)]
            costs = [processor_ms(listeners[0], server, 100) for _ in range(chosen.repeats)]
    limit, app = (sum(counts) for counts in zip(*(one.opened() for one in listeners), strict=True))
    print(
        f"connections: {len(listeners)} kept to each; opened, nginx {limit} and the app {app} times"
    )
    return report(runs, costs, loads)


def report(
    runs: list[dict[str, list[float]]],
    costs: list[dict[str, float]],
    loads: list[dict[str, list[float]]],
) -> int:
    """Print every figure beside its demand."""
    single = {n: statistics.median(statistics.median(run[n]) for run in runs) for n in WAYS}
    busy = {n: statistics.median(p95(load[n]) for load in loads) for n in WAYS}
    cost = {n: statistics.median(one[n] for one in costs) for n in WAYS[1:]} | {"nginx": 0.0}
    print("playback: first audio byte, ms")
    for name, median in single.items():
        print(
            f"  {name:6} median {median:7.2f}   p95 of many connections {busy[name]:7.2f}"
            f"   processor {cost[name]:6.2f}"
        )
    ratio = single["ours"] / single["plain"]
    print(f"  ratio to nginx {single['ours'] / single['nginx']:.1f}")
    print(f"  ratio of processor time to the same app {cost['ours'] / cost['plain']:.2f}")
    print(f"  ratio to the same app with a plain file {ratio:.2f}, demanded <= {RATIO}")
    print(f"  p95 with many connections {busy['ours']:.1f} ms, demanded <= {P95_MS}")
    met = ratio <= RATIO and busy["ours"] <= P95_MS
    print("  met" if met else "  MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
