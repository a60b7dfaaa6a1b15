"""Where a frame belongs in time: by its own timestamp, held to the clock that it arrives under."""

from __future__ import annotations

from callward.line.media.g711 import RATE
from callward.line.media.rtp import HALF_LONG, LONG

_CREEP = 4e-6  # a packet: what a peer's quartz may run away by, 200 ppm of 20 ms
_STRAY = 0.04  # the place is put right when it is this far from the clock
_STALL = 2.0  # later than this is a pause whose length the timestamps do not tell


class FramePlacement:
    """Turns timestamps into monotonic seconds; jitter does not move a frame."""

    __slots__ = ("_earliest", "_offset", "_stamp", "_ticks")

    def __init__(self) -> None:
        self._ticks = self._stamp = 0
        self._earliest: float | None = None
        self._offset = 0.0

    def place(self, stamp: int, now: float) -> float:
        """Find the second at which this frame belongs."""
        if self._earliest is None:
            self._stamp, self._earliest = stamp, now
            self._offset = now
            return now
        ahead = (stamp - self._stamp) & LONG
        self._ticks += ahead if ahead < HALF_LONG else ahead - LONG - 1
        self._stamp = stamp
        stamped = self._ticks / RATE
        took, earliest = now - stamped, self._earliest + _CREEP
        if took < earliest or took > earliest + _STALL:
            earliest = took
        self._earliest = earliest
        if not -_STRAY < earliest - self._offset < _STRAY:
            self._offset = earliest
        return stamped + self._offset
