"""First audio byte of a seek into a sealed recording, beside a plain file.

Limit: nginx serving the plain file. Peer: the same app, behind the same sign-in, serving the
plain file. Ours: the console's own route, which asks session, playback, grant and due day again
and opens the asked range alone. Beginning a playback (checked, audited durably) and its first
byte together are printed too. Every way takes its turn at every single question.
Usage: python bench/playback.py [--asked 300] [--repeats 5] [--connections 16]
"""

# ruff: noqa: PLC0415  # Django is set up first
from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from secrets import randbelow, token_bytes
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RATIO, P95_MS = 1.5, 25.0
APP, LIMIT = 18471, 18472
SEEK = 16 * 1024
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
def set_up_house() -> Iterator[Path]:
    """A data folder as `callward init` makes it, so that the server reads the same secrets."""
    from callward.ops.folders import chosen_folder
    from callward.ops.setting_up import set_up

    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        os.environ["CALLWARD_DATA"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "callward.config.settings"
        set_up(chosen_folder(), region=None, passphrase=None)
        yield Path(name)


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
def running(top: Path) -> Iterator[None]:
    """The app and nginx, stopped by their own ids."""
    conf = top / "nginx.conf"
    user = "user root; " if os.geteuid() == 0 else ""  # the folder is its owner's alone
    conf.write_text(NGINX.format(top=top, port=LIMIT, user=user))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench._playback_settings",
        "CALLWARD_BENCH_PLAIN": str(top / "plain" / "audio.mp3"),
        "PYTHONPATH": str(ROOT),
    }
    serve = f"from callward.ops.serving import serve; serve(host='127.0.0.1', port={APP})"
    started = [
        subprocess.Popen([nginx, "-p", str(top), "-c", str(conf)], stderr=subprocess.DEVNULL),
        subprocess.Popen([sys.executable, "-c", serve], env=env),
    ]
    try:
        for port in (APP, LIMIT):
            wait_for(port)
        yield
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


class Listener:
    """One connection of a signed-in browser."""

    def __init__(self, ref: str, session: str, size: int) -> None:
        self._app = HTTPConnection("127.0.0.1", APP, timeout=30)
        self._limit = HTTPConnection("127.0.0.1", LIMIT, timeout=30)
        self._ref, self._session, self._size = ref, session, size
        self._url = self._begin()

    def _cookies(self) -> dict[str, str]:
        return {"Cookie": self._session, "X-CSRFToken": CSRF}

    def _begin(self) -> str:
        headers = self._cookies() | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        self._app.request(
            "POST", f"/recordings/{self._ref}/playbacks", "purpose=complaints", headers
        )
        answer = self._app.getresponse()
        body = answer.read()
        if answer.status != 201:
            sys.exit(f"a playback was refused: {answer.status} {body[:300]!r}")
        return str(json.loads(body)["url"])

    def _seek(self, connection: HTTPConnection, url: str) -> None:
        start = randbelow(self._size - SEEK)
        asked = {"Range": f"bytes={start}-{start + SEEK - 1}"} | self._cookies()
        connection.request("GET", url, headers=asked)
        answer = connection.getresponse()
        first = answer.read(1)
        if answer.status != 206 or len(first) != 1:
            sys.exit(f"no audio from {url}: {answer.status}")
        answer.read()

    def ways(self) -> dict[str, Callable[[], object]]:
        """What is measured, by name."""
        return {
            "nginx": lambda: self._seek(self._limit, "/audio.mp3"),
            "plain": lambda: self._seek(self._app, "/plain"),
            "ours": lambda: self._seek(self._app, self._url),
            "begin": lambda: self._seek(self._app, self._begin()),
        }


def listen(listener: Listener, asked: int, found: dict[str, list[float]]) -> None:
    """Ask every way in turn."""
    for _ in range(asked):
        for name, way in listener.ways().items():
            started = time.perf_counter()
            way()
            found[name].append((time.perf_counter() - started) * 1000)


def together(listeners: list[Listener], asked: int) -> dict[str, list[float]]:
    """All connections at once."""
    found: dict[str, list[float]] = {"nginx": [], "plain": [], "ours": [], "begin": []}
    threads = [Thread(target=listen, args=(one, asked, found)) for one in listeners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def p95(times: list[float]) -> float:
    """The time that 95 of 100 stay below."""
    return statistics.quantiles(times, n=20)[-1]


def main() -> int:
    """Measure, print, and say by the exit code whether the demands are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asked", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    chosen = parser.parse_args()
    audio = token_bytes(2_400_000)  # ten minutes at 32 kbit/s
    with set_up_house() as top:
        ref, session = prepare(top, audio)
        with running(top):
            listeners = [Listener(ref, session, len(audio)) for _ in range(chosen.connections)]
            listen(listeners[0], 20, {n: [] for n in ("nginx", "plain", "ours", "begin")})
            runs = [together(listeners[:1], chosen.asked) for _ in range(chosen.repeats)]
            share = max(1, chosen.asked // chosen.connections)
            loads = [together(listeners, share) for _ in range(chosen.repeats)]
    return report(runs, loads, chosen.connections)


def report(
    runs: list[dict[str, list[float]]], loads: list[dict[str, list[float]]], connections: int
) -> int:
    """Print every figure beside its demand."""
    alone = {n: statistics.median(statistics.median(run[n]) for run in runs) for n in runs[0]}
    busy = {n: statistics.median(p95(load[n]) for load in loads) for n in loads[0]}
    print("playback: first audio byte, ms")
    for name, median in alone.items():
        print(f"  {name:6} median {median:7.2f}   p95 at {connections} {busy[name]:7.2f}")
    ratio = alone["ours"] / alone["plain"]
    print(f"  ratio to nginx {alone['ours'] / alone['nginx']:.1f}")
    print(f"  ratio to the same app with a plain file {ratio:.2f}, demanded <= {RATIO}")
    print(f"  p95 at {connections} connections {busy['ours']:.1f} ms, demanded <= {P95_MS}")
    met = ratio <= RATIO and busy["ours"] <= P95_MS
    print("  met" if met else "  MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
