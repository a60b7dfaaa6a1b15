"""People on the telephone: voices of plain RTP that say a tone, press keys and remember."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from build.tones import tone

HEADER = struct.Struct("!BBHII")
FRAME, TICK = 160, 0.02
EVENTS = 101


@dataclass(eq=False)
class Voice:
    """One mouth and one ear; speaks to whoever sends it audio first, as phones behind NAT do."""

    hertz: float = 500
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0)
        self.port = self._socket.getsockname()[1]
        self._tones = {each: tone(each, seconds=1) for each in (500, 1000, 1500, 2000)}
        self._towards: tuple[str, int] | None = None
        self._seq = self._stamp = 0
        self._keys: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def press(self, key: str) -> None:
        """Press one key."""
        self._keys.append(key)

    def close(self) -> None:
        """Fall silent."""
        self._over.set()
        self._thread.join()
        self._socket.close()

    def loud(self) -> bytes:
        """All that was heard, one piece."""
        return b"".join(self.heard)

    def _live(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due += TICK
            self._listen()
            if self._towards:
                self._speak()

    def _listen(self) -> None:
        while True:
            try:
                packet, source = self._socket.recvfrom(2048)
            except OSError:
                return
            self._towards = source
            if packet[1] & 0x7F == 8:
                self.heard.append(packet[12:])

    def _speak(self) -> None:
        place = (self._stamp // FRAME) % 50 * FRAME
        self._stamp += FRAME
        if self._keys:
            self._event(self._keys.pop(0))
        else:
            self._send(8, self._tones[self.hertz][place : place + FRAME])

    def _event(self, key: str) -> None:
        number = "0123456789*#".index(key)
        for length in (160, 320, 480):
            self._send(EVENTS, struct.pack("!BBH", number, 10, length))
        for _ in range(3):
            self._send(EVENTS, struct.pack("!BBH", number, 0x8A, 640))

    def _send(self, kind: int, payload: bytes) -> None:
        self._seq = (self._seq + 1) & 0xFFFF
        head = HEADER.pack(0x80, kind, self._seq, self._stamp, id(self) & 0xFFFFFFFF)
        self._socket.sendto(head + payload, self._towards)
