"""A telephone of our own for the demonstration: rings, answers, presses keys, over real SIP."""

from __future__ import annotations

import contextlib
import math
import re
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING

from callward.kernel.references import new_ref
from callward.line.media.g711 import alaw_of
from callward.sealing.stream import new_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FRAME_SECONDS = 0.02
_FRAME_SAMPLES = 160
_RATE = 8000
_ALAW, _DIGITS = 8, 101
_HEADER = struct.Struct("!BBHII")
_VERSION = 0x80
_LOUDNESS = 4000
_DIGIT_PACKETS = 6
_DIGIT_END = 0x80
_DIGIT_VOLUME = 10
_KEYPAD = "0123456789*#ABCD"


def tone(hertz: int) -> bytes:
    """One second of a tone in A-law."""
    turn = 2 * math.pi * hertz / _RATE
    return bytes(alaw_of(int(_LOUDNESS * math.sin(turn * n))) for n in range(_RATE))


class Voice:
    """One telephone's audio: speaks a tone every 20 ms, listens, presses keys."""

    def __init__(self, *, hertz: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(_FRAME_SECONDS)
        self._sound = tone(hertz)
        self._far: tuple[str, int] | None = None
        self._keys: list[str] = []
        self._over = threading.Event()
        self._count = int.from_bytes(new_key()[:2], "big")
        self._place = 0
        self.heard = 0
        for work in (self._speak, self._listen):
            threading.Thread(target=work, daemon=True).start()

    @property
    def port(self) -> int:
        """Where this telephone wants its sound."""
        return int(self._socket.getsockname()[1])

    def connect(self, far: tuple[str, int]) -> None:
        """Speak to this address from now on."""
        self._far = far

    def press(self, key: str) -> None:
        """Press a key once."""
        self._keys.append(key)

    def hang_up(self) -> None:
        """Say and hear nothing more."""
        self._over.set()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self.heard += len(self._socket.recv(2048)) > _HEADER.size
            except OSError:
                continue

    def _speak(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += _FRAME_SECONDS
            if self._far is not None:
                for packet in self._packets():
                    self._socket.sendto(packet, self._far)
        self._socket.close()

    def _packets(self) -> Iterator[bytes]:
        self._place += _FRAME_SAMPLES
        if not self._keys:
            start = self._place % _RATE
            yield self._packet(_ALAW, self._sound[start : start + _FRAME_SAMPLES])
            return
        key = _KEYPAD.index(self._keys.pop(0))
        for number in range(_DIGIT_PACKETS):
            end = _DIGIT_END if number >= _DIGIT_PACKETS // 2 else 0
            length = _FRAME_SAMPLES * (number + 1)
            yield self._packet(_DIGITS, struct.pack("!BBH", key, end | _DIGIT_VOLUME, length))

    def _packet(self, kind: int, payload: bytes) -> bytes:
        self._count = (self._count + 1) & 0xFFFF
        return _HEADER.pack(_VERSION, kind, self._count, self._place, 1) + payload


Address = tuple[str, int]
_LARGEST = 8192
_AGAIN = 0.5  # seconds until an unanswered request is sent again
_STATUS = re.compile(r"SIP/2\.0 (\d{3})")
_AUDIO = re.compile(r"^m=audio (\d+)", re.MULTILINE)
_HOST = re.compile(r"^c=IN IP4 (\S+)", re.MULTILINE)
_SDP = """v=0\r
o=- 1 1 IN IP4 127.0.0.1\r
s=-\r
c=IN IP4 127.0.0.1\r
t=0 0\r
m=audio {port} RTP/AVP 8 101\r
a=rtpmap:8 PCMA/8000\r
a=rtpmap:101 telephone-event/8000\r
a=fmtp:101 0-15\r
"""


def _headers(text: str) -> dict[str, str]:
    lines = text.partition("\r\n\r\n")[0].split("\r\n")[1:]
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        found[key] = f"{found[key]}\r\n{name}: {value.strip()}" if key in found else value.strip()
    return found


class Telephone:
    """One telephone with one call at a time."""

    def __init__(self, number: str, *, hertz: int, answers: bool = False, port: int = 0) -> None:
        self.number = number
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(_AGAIN / 5)
        self._hertz, self._answers = hertz, answers
        self._far: Address = ("127.0.0.1", 0)
        self._call_id = self._ours = self._theirs = self._target = ""
        self._count = 0
        self.voice: Voice | None = None
        self.rang, self.connected, self.over = (threading.Event() for _ in range(3))
        self._closed = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        """Where this telephone takes calls."""
        return int(self._socket.getsockname()[1])

    def dial(self, number: str, *, at: Address) -> None:
        """Ring a number at a server; returns at once."""
        self._far, self._target = at, f"sip:{number}@{at[0]}:{at[1]}"
        self._call_id, self._ours = (
            f"{new_ref()}@127.0.0.1",
            f"<sip:{self.number}@127.0.0.1:{self.port}>;tag={new_ref().hex[-8:]}",
        )
        self._theirs = f"<{self._target}>"
        self.voice = Voice(hertz=self._hertz)
        invite = self._request("INVITE", body=_SDP.format(port=self.voice.port))
        threading.Thread(target=self._repeat, args=(invite,), daemon=True).start()

    def press(self, key: str) -> None:
        """Press a key in the call."""
        assert self.voice is not None
        self.voice.press(key)

    def hang_up(self) -> None:
        """End the call from this side."""
        if self.connected.is_set() and not self.over.is_set():
            self._send(self._request("BYE"))
        self._end()

    def close(self) -> None:
        """Put the telephone away."""
        self.hang_up()
        self._closed.set()

    def _repeat(self, invite: str) -> None:
        while not (self.rang.is_set() or self.connected.is_set() or self.over.is_set()):
            self._send(invite)
            self.rang.wait(_AGAIN)

    def _request(self, method: str, *, body: str = "", count: int | None = None) -> str:
        if count is None:
            self._count += 1
        lines = [
            f"{method} {self._target} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{new_ref().hex}",
            "Max-Forwards: 70",
            f"From: {self._ours}",
            f"To: {self._theirs}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {count or self._count} {method}",
            f"Contact: <sip:{self.number}@127.0.0.1:{self.port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _send(self, text: str, *, to: Address | None = None) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendto(text.encode(), to or self._far)

    def _listen(self) -> None:
        while not self._closed.is_set():
            try:
                raw, source = self._socket.recvfrom(_LARGEST)
            except OSError:
                continue
            text = raw.decode(errors="replace")
            status = _STATUS.match(text)
            if status:
                self._take_answer(int(status[1]), text)
            else:
                self._take_request(text, source)
        self._socket.close()

    def _take_answer(self, status: int, text: str) -> None:
        headers = _headers(text)
        number, _, method = headers.get("cseq", "").partition(" ")
        if method != "INVITE":
            return
        self.rang.set()
        if status < 200:  # noqa: PLR2004  # RFC 3261: provisional below 200
            return
        self._theirs = headers["to"]
        if status < 300:  # noqa: PLR2004  # RFC 3261: success below 300
            contact = re.search(r"<([^>]+)>", headers.get("contact", ""))
            self._target = contact[1] if contact else self._target
        self._send(self._request("ACK", count=int(number)))
        if status < 300:  # noqa: PLR2004  # RFC 3261: success below 300
            self._hear(text)
            self.connected.set()
        else:
            self._end()

    def _hear(self, text: str) -> None:
        port, host = _AUDIO.search(text), _HOST.search(text)
        if port and host and self.voice is not None:
            self.voice.connect((host[1], int(port[1])))

    def _take_request(self, text: str, source: Address) -> None:
        method, headers = text.partition(" ")[0], _headers(text)
        if method == "INVITE" and self._answers:
            self._answer(text, headers, source)
        elif method in {"BYE", "CANCEL"}:
            self._send(self._reply(headers, "200 OK"), to=source)
            self._end()
        elif method == "ACK":
            self.connected.set()
        else:
            self._send(self._reply(headers, "200 OK"), to=source)

    def _answer(self, text: str, headers: Mapping[str, str], source: Address) -> None:
        tag = f"{headers['to']};tag={self.port}" if "tag=" not in headers["to"] else headers["to"]
        if self.voice is None or self.over.is_set():
            self.voice, self.over = Voice(hertz=self._hertz), threading.Event()
            self.connected.clear()
        self._hear(text)
        self._far, self._call_id, self._ours, self._theirs = (
            source,
            headers["call-id"],
            tag,
            headers["from"],
        )
        contact = re.search(r"<([^>]+)>", headers.get("contact", ""))
        self._target = contact[1] if contact else f"sip:{source[0]}:{source[1]}"
        self.rang.set()
        body = _SDP.format(port=self.voice.port)
        self._send(self._reply({**headers, "to": tag}, "180 Ringing"), to=source)
        self._send(self._reply({**headers, "to": tag}, "200 OK", body=body), to=source)

    def _reply(self, headers: Mapping[str, str], status: str, *, body: str = "") -> str:
        lines = [
            f"SIP/2.0 {status}",
            f"Via: {headers['via']}",
            *([f"Record-Route: {headers['record-route']}"] if "record-route" in headers else []),
            f"From: {headers['from']}",
            f"To: {headers['to']}",
            f"Call-ID: {headers['call-id']}",
            f"CSeq: {headers['cseq']}",
            f"Contact: <sip:{self.number}@127.0.0.1:{self.port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _end(self) -> None:
        self.over.set()
        if self.voice is not None:
            self.voice.hang_up()
