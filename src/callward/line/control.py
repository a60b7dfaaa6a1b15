"""The control channel's server: a socket for its owner alone, beside the loop and never in it.

A client that does not read is let go; a line without a house side goes on with its calls.
"""

from __future__ import annotations

import os
import selectors
import socket
import struct
import threading
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.line.control_messages import LONGEST_LINE, Listen, Request, line_of, read_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from callward.line.call_ledger import Fact
    from callward.line.ports import Timers
    from callward.line.states import CallEvent

_LARGEST_BACKLOG = 1024 * 1024
_CREDENTIALS = struct.Struct("3i")  # SO_PEERCRED: the number of the program, user, group
_CHUNK = 16 * 1024

Answer = dict[str, object]


class _Client:
    """One connection, with what it has not read yet."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.heard = b""
        self.unsent = bytearray()
        self.listens = False
        self.gone = False


class ControlServer:
    """Hands each request to `obey` on the loop thread, and sends events to who listens."""

    def __init__(self, path: Path, *, timers: Timers, obey: Callable[[Request], Answer]) -> None:
        self._path, self._timers, self._obey = path, timers, obey
        self._clients: dict[int, _Client] = {}
        self._lock = threading.Lock()
        self._waiting = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        self._open = True
        self._socket = self._bound()
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def _bound(self) -> socket.socket:
        self._path.unlink(missing_ok=True)
        bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)  # the socket must never be open to others, not for a moment
        try:
            bound.bind(str(self._path))
        finally:
            os.umask(before)
        bound.listen()
        return bound

    def start(self) -> None:
        """Begin to listen."""
        for channel in (self._socket, self._woken):
            channel.settimeout(0)
            self._waiting.register(channel, selectors.EVENT_READ)
        self._thread.start()

    def tell(self, event: CallEvent, facts: dict[str, Fact | None]) -> None:
        """Send an event to everybody who listens; from any thread."""
        at = clock.now().isoformat(timespec="milliseconds")
        content: Answer = {"event": str(event), "at": at}
        line = line_of(content | facts)
        with self._lock:
            for client in self._clients.values():
                if client.listens:
                    self._queue(client, line)
        self._wake()

    def close(self) -> None:
        """Let everybody go."""
        self._open = False
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self._path.unlink(missing_ok=True)

    # The thread of the channel.

    def _serve(self) -> None:
        while self._open:
            for key, _mask in self._waiting.select():
                self._ready(key.fd)
            self._send_all()
        for client in tuple(self._clients.values()):
            self._let_go(client)
        self._waiting.close()
        self._woken.close()
        self._waker.close()

    def _ready(self, fd: int) -> None:
        if fd == self._socket.fileno():
            self._accept()
        elif fd == self._woken.fileno():
            self._woken.recv(_CHUNK)
        elif client := self._clients.get(fd):
            self._hear(client)

    def _accept(self) -> None:
        channel, _ = self._socket.accept()
        raw = channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, user, _ = _CREDENTIALS.unpack(raw)
        if user not in {0, os.getuid()}:
            channel.close()
            return
        channel.settimeout(0)
        with self._lock:
            self._clients[channel.fileno()] = _Client(channel)
        self._waiting.register(channel, selectors.EVENT_READ)

    def _hear(self, client: _Client) -> None:
        try:
            heard = client.channel.recv(_CHUNK)
        except OSError:
            heard = b""
        client.heard += heard
        *lines, client.heard = client.heard.split(b"\n")
        if not heard or len(client.heard) > LONGEST_LINE:
            self._let_go(client)
            return
        for line in lines:
            self._take(client, line)

    def _take(self, client: _Client, line: bytes) -> None:
        try:
            request = read_request(line)
        except CallwardError as fault:
            self._answer(client, _refusal(0, fault))
            return
        if isinstance(request.order, Listen):
            client.listens = True
        self._timers.soon(lambda: self._answer(client, self._done(request)))

    def _done(self, request: Request) -> Answer:
        try:
            return {"id": request.id, "ok": True} | self._obey(request)
        except CallwardError as fault:
            return _refusal(request.id, fault)

    def _answer(self, client: _Client, answer: Answer) -> None:
        with self._lock:
            self._queue(client, line_of(answer))
        self._wake()

    def _queue(self, client: _Client, line: bytes) -> None:
        client.unsent += line
        client.gone = client.gone or len(client.unsent) > _LARGEST_BACKLOG

    def _wake(self) -> None:
        try:
            self._waker.send(b"!")
        except OSError:  # closing, or woken already
            return

    def _send_all(self) -> None:
        with self._lock:
            clients = [client for client in self._clients.values() if client.unsent]
        for client in clients:
            self._send(client)

    def _send(self, client: _Client) -> None:
        with self._lock:
            try:
                sent = client.channel.send(client.unsent)
                del client.unsent[:sent]
            except BlockingIOError:
                pass
            except OSError:
                client.gone = True
            mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unsent else 0)
        if client.gone:
            self._let_go(client)
        else:
            self._waiting.modify(client.channel, mask)

    def _let_go(self, client: _Client) -> None:
        with self._lock:
            self._clients.pop(client.channel.fileno(), None)
        self._waiting.unregister(client.channel)
        client.channel.close()


def _refusal(number: int, fault: CallwardError) -> Answer:
    facts = {name: str(value) for name, value in fault.facts.items()}
    return {"id": number, "ok": False, "error": fault.code, "facts": facts, "says": str(fault)}
