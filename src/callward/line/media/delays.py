"""How long packets waited in us, kept as counts so that memory stays flat."""

from __future__ import annotations

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
