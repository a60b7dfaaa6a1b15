"""baresip as an agent's phone: an independent SIP program, told what to do over a local socket."""

from __future__ import annotations

import contextlib
import json
import math
import os
import queue
import socket
import struct
import subprocess
import threading
import time
import wave
from typing import TYPE_CHECKING, Any

from build.sip_peers import PHONE_SECRET, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODULES = "/usr/lib/baresip/modules"
USED = ("account.so", "g711.so", "aufile.so")


class Baresip:
    """One running phone."""

    def __init__(self, running: subprocess.Popen[bytes], control: int) -> None:
        self.running = running
        self.heard: list[dict[str, Any]] = []
        self._said: queue.Queue[dict[str, Any]] = queue.Queue()
        self._channel = self._connected(control)
        threading.Thread(target=self._read, daemon=True).start()

    @staticmethod
    def _connected(control: int) -> socket.socket:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                return socket.create_connection(("127.0.0.1", control), timeout=5)
            except OSError:
                time.sleep(0.05)
        raise AssertionError("baresip does not listen")

    def _read(self) -> None:
        buffer = b""
        self._channel.settimeout(None)
        while True:
            try:
                heard = self._channel.recv(65536)
            except OSError:
                return
            if not heard:
                return
            buffer += heard
            while b":" in buffer:
                size, _, rest = buffer.partition(b":")
                if len(rest) <= int(size):
                    break
                with contextlib.suppress(ValueError):
                    self._said.put(json.loads(rest[: int(size)]))
                buffer = rest[int(size) + 1 :]

    def do(self, command: str, params: str = "") -> None:
        """Press a key of the phone."""
        text = json.dumps({"command": command, "params": params}).encode()
        self._channel.sendall(b"%d:%s," % (len(text), text))

    def wait(self, kind: str, *, seconds: float = 10.0) -> dict[str, Any]:
        """The next event of this kind."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                said = self._said.get(timeout=left)
            except queue.Empty:
                break
            self.heard.append(said)
            if said.get("type") == kind:
                return said
        raise AssertionError(f"no {kind}; heard {self.heard[-6:]}")

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()


def _sample(place: int) -> bytes:
    return struct.pack("<h", int(3000 * math.sin(2 * math.pi * 1000 * place / 8000)))


@contextlib.contextmanager
def baresip(folder: Path, line: int, *, user: str = "ana") -> Iterator[Baresip]:
    """A phone that registers with the line at this port."""
    control, port, rtp = free_port(), free_port(), free_port()
    folder.mkdir(exist_ok=True)
    tone = folder / "tone.wav"
    with wave.open(str(tone), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        # The phone hangs up at the end of the file, so it outlasts every test.
        written.writeframes(b"".join(_sample(place) for place in range(8000)) * 60)
    lines = [
        f"sip_listen 127.0.0.1:{port}",
        "net_interface 127.0.0.1",
        f"rtp_ports {rtp}-{rtp + 400}",
        f"audio_source aufile,{tone}",
        f"audio_player aufile,{folder / 'heard.wav'}",
        f"audio_alert aufile,{folder / 'alert.wav'}",
        f"module_path {MODULES}",
        *(f"module {name}" for name in USED),
        "module_tmp uuid.so",
        "module_app ctrl_tcp.so",
        "module_app menu.so",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
    ]
    (folder / "config").write_text("\n".join(lines) + "\n")
    account = f"<sip:{user}@127.0.0.1:{line}>;auth_pass={PHONE_SECRET};regint=120;ptime=20"
    (folder / "accounts").write_text(account + "\n")
    (folder / "contacts").write_text("")
    running = subprocess.Popen(
        ["baresip", "-4", "-f", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(folder)},
    )
    phone = None
    try:
        phone = Baresip(running, control)
        yield phone
        phone.do("quit")
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(3)
    finally:
        if phone is not None:
            phone.close()
        if running.poll() is None:
            running.kill()
        running.wait(5)
