"""The media plane in Python: one thread, all sockets, drained four times in a frame of 20 ms."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import socket
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from callward.line.errors import NoMediaPortError
from callward.line.media.media_leg import RtpLeg
from callward.line.ports import MediaFigures

if TYPE_CHECKING:
    from collections.abc import Callable

_PER_MS, _LONGEST_MS = 10, 1000


class Delays:
    """Counts of waiting times in tenths of a millisecond."""

    __slots__ = ("_counts", "_total")

    def __init__(self) -> None:
        self._counts = [0] * (_PER_MS * _LONGEST_MS + 1)
        self._total = 0

    def add(self, seconds: float) -> None:
        """Count one wait."""
        place = int(seconds * 1000 * _PER_MS)
        self._counts[min(max(place, 0), _PER_MS * _LONGEST_MS)] += 1
        self._total += 1

    def share_ms(self, share: float) -> float:
        """The milliseconds within which this share of the packets went on; 0 without any."""
        wanted, seen = share * self._total, 0
        for place, count in enumerate(self._counts):
            seen += count
            if count and seen >= wanted:
                return (place + 1) / _PER_MS
        return 0.0


TICK = 0.02
_TURN = TICK / 4  # what a packet waits at most, before the work itself
_CATCH_UP = 0.2  # prompts make up for a stall as long as this
_IDLE_TURN = 0.05
_SAMPLED = 16  # every so many legs tell how long their packets waited in us
# How long another thread may keep the interpreter while packets wait; Python's own 5 ms is a turn.
_SWITCH_SECONDS = 0.0005
_FIRST = -10  # niceness of the media thread, where the system lets us
_one = threading.Lock()
_log = logging.getLogger(__name__)


class PythonMedia:
    """Relays, plays, listens and taps; `figures` tells what it cost the packets."""

    def __init__(
        self,
        host: str,
        *,
        soon: Callable[[Callable[[], None]], None],
        ports: range | None = None,
    ) -> None:
        self.soon, self.delays = soon, Delays()
        self.players: dict[RtpLeg, None] = {}
        self._host, self._ports = host, ports
        self._next_port = 0
        self._legs: dict[int, RtpLeg] = {}
        self._takes: dict[int, Callable[[float], object]] = {}
        self._opened = self._late = self._faults = 0
        self._past = {"received": 0, "relayed": 0, "lost": 0}
        self._orders: deque[Callable[[], None]] = deque()
        self._waiting = select.epoll()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="media", daemon=True)

    def start(self) -> None:
        """Begin to serve the sockets."""
        if not _one.acquire(blocking=False):
            raise RuntimeError  # the room for datagrams is one as well
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._thread.start()

    def stop(self) -> None:
        """Close every leg and end the thread."""
        for leg in tuple(self._legs.values()):
            leg.close()
        self._stopping.set()
        self._thread.join()
        self._waiting.close()
        _one.release()

    def open_leg(self, *, in_band: bool = False) -> RtpLeg:
        """Bind a port for one more peer."""
        channel = self._bound()
        self._opened += 1
        leg = RtpLeg(self, channel, in_band=in_band)
        self._takes[leg.fileno()] = leg.take
        if self._opened % _SAMPLED == 1:
            self._takes[leg.fileno()] = leg.take_sampled
        self._legs[leg.fileno()] = leg
        self._waiting.register(leg.fileno(), select.EPOLLIN)
        return leg

    def _bound(self) -> socket.socket:
        channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        channel.settimeout(0)
        for port in self._candidates():
            try:
                channel.bind((self._host, port))
            except OSError:  # somebody has it; the next one
                continue
            return channel
        channel.close()
        raise NoMediaPortError

    def _candidates(self) -> list[int]:
        if self._ports is None:
            return [0]
        even = [port for port in self._ports if port % 2 == 0]
        start = self._next_port % len(even)
        self._next_port += 1
        return even[start:] + even[:start]

    def figures(self) -> MediaFigures:
        """What was counted since the start."""
        legs = tuple(self._legs.values())
        return MediaFigures(
            received=self._past["received"] + sum(leg.received for leg in legs),
            relayed=self._past["relayed"] + sum(leg.relayed for leg in legs),
            lost=self._past["lost"] + sum(leg.lost for leg in legs),
            late_ticks=self._late,
            legs_open=len(legs),
            delay_p99_ms=self.delays.share_ms(0.99),
        )

    def order(self, act: Callable[[], None]) -> None:
        """Have the media thread do this at its next turn, in the order of asking."""
        self._orders.append(act)

    def forget(self, leg: RtpLeg) -> None:
        """Serve this leg no longer, but keep its counts."""
        self._waiting.unregister(leg.fileno())
        self._legs.pop(leg.fileno(), None)
        self._takes.pop(leg.fileno(), None)
        for name in self._past:
            self._past[name] += getattr(leg, name)

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _FIRST)
        due = time.monotonic() + TICK
        while not self._stopping.is_set():
            due = self._turn(due)
            now = time.monotonic()
            turn = _TURN if self._legs else _IDLE_TURN
            time.sleep(min(max(due - now, 0.0), turn - now % turn))
        self._obey()

    def _turn(self, due: float) -> float:
        self._obey()
        self._drain()
        now = time.monotonic()
        if now < due:
            return due
        if now - due > TICK:
            self._late += 1
            due = max(due, now - _CATCH_UP)
        while due <= now:
            for leg in tuple(self.players):
                leg.tick(now)
            due += TICK
        return due

    def _obey(self) -> None:
        while self._orders:
            act = self._orders.popleft()
            try:
                act()
            except Exception:  # noqa: BLE001  # same
                self._fault()

    def _drain(self) -> None:
        takes, now = self._takes, time.monotonic()
        until = now + TICK  # whoever floods us does not keep prompts and orders waiting
        while now < until and (ready := self._waiting.poll(0)):
            now = time.monotonic()
            for number, _events in ready:
                take = takes.get(number)
                if take is None:
                    continue
                try:
                    take(now)
                except Exception:  # noqa: BLE001  # nobody's packet ends other people's calls
                    self._fault()

    def _fault(self) -> None:
        """One bad packet or listener stops nobody else's call; the first of them is told."""
        self._faults += 1
        if self._faults == 1:
            _log.exception("media turn failed")
