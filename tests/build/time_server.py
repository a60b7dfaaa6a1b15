"""A time server on this machine: one that is right, one that is wrong, one that is rude."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time

_SINCE_1900 = 2_208_988_800
_HEAD, _INSTANTS = struct.Struct(">BBbB12xQ"), struct.Struct(">QQ")


class TimeServer:
    """Answers one question after the other, as its clock and its manners are."""

    def __init__(self, *, ahead: float = 0.0, stratum: int = 2, echoes: bool = True) -> None:
        self._ahead, self._stratum, self._echoes = ahead, stratum, echoes
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        self.port = int(self._line.getsockname()[1])
        self._stop = threading.Event()
        self._line.settimeout(0.05)
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def _answer(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                asked, who = self._line.recvfrom(512)
                now = int((time.time() + self._ahead + _SINCE_1900) * 2**32)
                ours = asked[40:48] if self._echoes else bytes(8)
                head = _HEAD.pack(0x24, self._stratum, 0, 0, now)
                self._line.sendto(head + ours + _INSTANTS.pack(now, now), who)

    def end(self) -> None:
        """Answer nobody any more."""
        self._stop.set()
        self._thread.join()
        self._line.close()
