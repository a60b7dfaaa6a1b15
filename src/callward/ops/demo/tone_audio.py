"""The sound of a demonstration telephone: a tone sent and what comes back counted, over RTP."""

from __future__ import annotations

import math
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING

from callward.line.media.g711 import alaw_of
from callward.sealing.stream import new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

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
