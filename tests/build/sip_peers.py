"""Independent SIP peers for the tests: sipp, baresip, a bare socket; and our endpoint beside them.

Every process ends by itself within bounded time, and only processes started here are ended here.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).resolve().parent.parent
PEERS = HERE / "peers"
PROGRAM = HERE / "build" / "sip_program.py"
PHONE_SECRET = "a-secret-of-one-phone-only"
TRUNK_SECRET = "a-secret-of-one-trunk-only"


def free_port(host: str = "127.0.0.1") -> int:
    """An even UDP port that nobody uses now, with five free ones behind it (sipp takes four).

    Below what the kernel hands out by itself, so that no other test gets it by chance.
    """
    for _ in range(200):
        port = 10_240 + 2 * secrets.randbelow(11_000)
        with contextlib.ExitStack() as stack:
            try:
                for place in range(6):
                    probe = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    probe.bind((host, port + place))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def agent(phone: str = "ana", **facts: object) -> dict[str, object]:
    """One agent's phone in a snapshot."""
    return {"ref": f"agent-{phone}", "phone": phone, "secret": PHONE_SECRET, **facts}


def trunk(port: int, **facts: object) -> dict[str, object]:
    """One carrier in a snapshot, on loopback."""
    allow = ["127.0.0.1/32"]
    return {
        "ref": "carrier",
        "host": "127.0.0.1",
        "port": port,
        "allow": allow,
        "region": "GB",
        **facts,
    }


def snapshot(
    *,
    port: int,
    trunks: tuple[dict[str, object], ...] = (),
    agents: tuple[dict[str, object], ...] = (),
    limits: dict[str, object] | None = None,
) -> dict[str, object]:
    """The smallest snapshot that SIP alone needs."""
    from callward.policy import policy_id_of  # noqa: PLC0415 - the harness itself needs no policy

    line = {
        "controller": "clinic",
        "policy_id": policy_id_of(b"{}"),
        "policy": "{}",
        "languages": ["en"],
        "agents": list(agents),
    }
    return {
        "schema": "callward.line-snapshot/1",
        "made_at": "2026-03-29T00:30:00Z",
        "listen": {"host": "127.0.0.1", "port": port, "realm": "line.example"},
        "limits": {"calls_per_second": 100, **(limits or {})},
        "trunks": list(trunks),
        "controllers": [line],
    }


@dataclass
class Ours:
    """Our endpoint in a process of its own."""

    running: subprocess.Popen[str]
    heard: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.running.stdout is not None
        for line in self.running.stdout:
            self._lines.put(line)

    def do(self, what: str, **facts: object) -> None:
        """Tell it to do something."""
        assert self.running.stdin is not None
        self.running.stdin.write(json.dumps({"do": what, **facts}) + "\n")
        self.running.stdin.flush()

    def auto(self, to: object) -> None:
        """From the next call on, do this with it: nothing, answer, or a code."""
        self.do("auto", to=to)
        self.figures()  # it has heard us

    def leg(self, ref: str, act: str, **facts: object) -> None:
        """Tell one of its legs to do something."""
        self.do("leg", leg=ref, act=act, **facts)

    def wait(self, event: str, *, seconds: float = 10.0, **facts: object) -> dict[str, Any]:
        """The next event of this name and these facts; others are kept in `heard`."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                found = json.loads(self._lines.get(timeout=left))
            except queue.Empty:
                break
            self.heard.append(found)
            if found["event"] == event and facts.items() <= found.items():
                return found
        raise AssertionError(f"no {event} {facts}; heard {self.heard[-8:]}")

    def figures(self) -> dict[str, int]:
        """Its own counts now."""
        self.do("figures")
        return self.wait("figures")

    def quiet_after(self, seconds: float = 3.0) -> dict[str, int]:
        """Its counts once no leg is alive."""
        until = time.monotonic() + seconds
        while (figures := self.figures())["legs"] and time.monotonic() < until:
            time.sleep(0.05)
        return figures


@contextlib.contextmanager
def ours(
    snapshot: dict[str, object], *, complains: bool = False, **options: object
) -> Iterator[Ours]:
    """Our endpoint, listening; it is ended afterwards and must not have complained."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent / "src")}
    running = subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    endpoint = Ours(running)
    try:
        assert running.stdin is not None
        running.stdin.write(json.dumps({"snapshot": snapshot, **options}) + "\n")
        running.stdin.flush()
        endpoint.port = int(endpoint.wait("ready", seconds=30)["port"])
        yield endpoint
        endpoint.do("stop")
        assert running.wait(10) == 0
        assert running.stderr is not None
        said = running.stderr.read()
        assert complains == bool(said), said
    finally:
        if running.poll() is None:
            running.kill()
        running.wait(5)
        for stream in (running.stdin, running.stdout, running.stderr):
            if stream is not None:
                stream.close()


@dataclass
class Sipp:
    """One sipp scenario; its exit code is the assertion."""

    running: subprocess.Popen[bytes]
    errors: Path

    def done(self, *, seconds: float = 15.0) -> None:
        """It ended well."""
        code = self.running.wait(seconds)
        said = self.errors.read_text(errors="replace") if self.errors.exists() else ""
        assert code == 0, f"sipp ended with {code}: {said[-3000:]}"


@contextlib.contextmanager
def sipp(
    scenario: str,
    *,
    folder: Path,
    remote: int | None = None,
    port: int | None = None,
    host: str = "127.0.0.1",
    calls: int = 1,
    rate: int = 10,
    timeout: int = 15,
    keys: dict[str, str] | None = None,
    service: str = "+442079460199",
    more: tuple[str, ...] = (),
) -> Iterator[Sipp]:
    """Run a scenario of `tests/peers`; a server when there is no remote port."""
    errors = folder / f"{scenario}-{time.monotonic_ns()}.err"
    words = ["sipp", "-sf", str(PEERS / f"{scenario}.xml"), "-i", host, "-p", str(port or 0)]
    words += ["-m", str(calls), "-r", str(rate), "-timeout", str(timeout), "-nostdin"]
    words += ["-mi", "127.0.0.1", "-mp", str(free_port()), "-s", service, "-recv_timeout", "9000"]
    words += ["-timeout_error", "-trace_err", "-error_file", str(errors), *more]
    for name, value in (keys or {}).items():
        words += ["-key", name, value]
    if remote is not None:
        words.append(f"127.0.0.1:{remote}")
    running = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Sipp(running, errors)
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGKILL)
        running.wait(5)


class Plain:
    """A bare UDP socket that speaks SIP as it is told."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, port))
        self._socket.settimeout(1.0)
        self.host = host
        self.port = int(self._socket.getsockname()[1])

    def send(self, text: str | bytes, port: int) -> None:
        """Send one message to our endpoint."""
        content = text if isinstance(text, bytes) else text.encode()
        self._socket.sendto(content, ("127.0.0.1", port))

    def hear(self, *, seconds: float = 1.0) -> str | None:
        """The next message, or None when there is silence."""
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(65535).decode()
        except TimeoutError:
            return None

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


@contextlib.contextmanager
def plain(host: str = "127.0.0.1", port: int = 0) -> Iterator[Plain]:
    """A bare socket for one test."""
    peer = Plain(host, port)
    try:
        yield peer
    finally:
        peer.close()


def request(
    method: str,
    peer: Plain,
    *,
    call: str = "call-1",
    sequence: int = 1,
    sender: str = "+442079460100",
    to: str = "+442079460199",
    to_tag: str = "",
    headers: tuple[str, ...] = (),
    body: str = "",
    branch: str | None = None,
) -> str:
    """One well-formed request of a bare peer."""
    branch = branch or f"z9hG4bK{call}{sequence}{method}"
    tag = f";tag={to_tag}" if to_tag else ""
    lines = [
        f"{method} sip:{to}@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {peer.host}:{peer.port};rport;branch={branch}",
        f"From: <sip:{sender}@{peer.host}>;tag=from-{call}",
        f"To: <sip:{to}@127.0.0.1>{tag}",
        f"Call-ID: {call}",
        f"CSeq: {sequence} {method}",
        "Max-Forwards: 70",
        f"Contact: <sip:{sender}@{peer.host}:{peer.port}>",
        *headers,
    ]
    if body:
        lines.append("Content-Type: application/sdp")
    lines += [f"Content-Length: {len(body.encode())}", "", ""]
    return "\r\n".join(lines) + body


def offer(port: int = 41000, *, formats: str = "8 101", more: tuple[str, ...] = ()) -> str:
    """A plain offer of A-law with telephone events."""
    lines = (
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "c=IN IP4 127.0.0.1",
        "t=0 0",
        f"m=audio {port} RTP/AVP {formats}",
        "a=rtpmap:101 telephone-event/8000",
        *more,
    )
    return "".join(f"{line}\r\n" for line in lines)
