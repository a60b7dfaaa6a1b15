"""What protects the line from too much: calls at once, calls per second, guesses at a secret."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum


class Drop(StrEnum):
    """Why a message was dropped without an answer, or a call refused; only counted."""

    OVERSIZED = "oversized"
    UNDERSIZED = "undersized"
    NOT_TEXT = "not-text"
    MALFORMED = "malformed"
    STRANGER = "stranger"
    SCANNER = "scanner"
    GUESSING = "guessing"
    FLOOD = "flood"
    FULL = "full"
    TOO_FAST = "too-fast"
    WRONG_ADDRESS = "wrong-address"
    FAULT = "fault"


class Tally:
    """How often each thing happened; numbers only, nothing of anybody."""

    def __init__(self) -> None:
        self._counts: Counter[Drop] = Counter()

    def add(self, why: Drop) -> None:
        """One more of these."""
        self._counts[why] += 1

    def counted(self) -> dict[str, int]:
        """The counts so far, by name."""
        return {why.value: count for why, count in sorted(self._counts.items())}

    def __getitem__(self, why: Drop) -> int:
        return self._counts[why]


class Bucket:
    """So many a second, and as many at once; `at` is in monotonic seconds."""

    def __init__(self, per_second: float, *, burst: float | None = None) -> None:
        self._rate = per_second
        self._most = per_second if burst is None else burst
        self._left = self._most
        self._seen: float | None = None

    def take(self, *, at: float) -> bool:
        """Take one; False when there is none left."""
        if self._seen is not None:
            self._left = min(self._most, self._left + (at - self._seen) * self._rate)
        self._seen = at if self._seen is None else max(at, self._seen)
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Guesses:
    """Failed proofs by address; after too many, the address is not heard for a while."""

    def __init__(self, *, most: int = 8, seconds: float = 60.0, addresses: int = 5000) -> None:
        self._most = most
        self._seconds = seconds
        self._addresses = addresses
        self._failed: dict[str, tuple[int, float]] = {}

    def failed(self, address: str, *, at: float) -> None:
        """Somebody there did not know the secret."""
        count, since = self._failed.pop(address, (0, at))
        if at - since > self._seconds:
            count, since = 0, at
        self._failed[address] = (count + 1, since)
        if len(self._failed) > self._addresses:
            self._failed.pop(next(iter(self._failed)))

    def proven(self, address: str) -> None:
        """Somebody there knew it: forget what went before."""
        self._failed.pop(address, None)

    def too_many(self, address: str, *, at: float) -> bool:
        """Whether to stop listening to this address for now."""
        count, since = self._failed.get(address, (0, at))
        return count >= self._most and at - since <= self._seconds


class CallLimits:
    """How many calls may run, and how fast new ones may come."""

    def __init__(self, *, concurrent: int, per_second: int) -> None:
        self._concurrent, self._per_second = concurrent, per_second
        self._bucket = Bucket(per_second)
        self._closed = False

    def use(self, *, concurrent: int, per_second: int) -> None:
        """Take other numbers from now on; running calls stay."""
        if per_second != self._per_second:
            self._bucket = Bucket(per_second)
        self._concurrent, self._per_second = concurrent, per_second

    def close(self) -> None:
        """No new calls from now on; running ones go on."""
        self._closed = True

    def refusal(self, *, running: int, at: float) -> Drop | None:
        """Why one more call is refused; None = it may come."""
        if self._closed or running >= self._concurrent:
            return Drop.FULL
        if not self._bucket.take(at=at):
            return Drop.TOO_FAST
        return None
