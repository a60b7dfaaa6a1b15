"""The only place that reads the clock, and the only one where it can be set."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock(Protocol):
    """Tells the present instant, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._at += by


class ShiftedClock:
    """The machine's clock, moved so that it showed `start` when it was made."""

    def __init__(self, start: datetime) -> None:
        self._shift = start.astimezone(UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift


_clock: Clock = SystemClock()


def now() -> datetime:
    """Tell the present instant (UTC)."""
    return _clock.now()


def set_clock(clock: Clock) -> None:
    """Replace the clock of this process."""
    global _clock  # noqa: PLW0603  # one clock per process is the point
    _clock = clock


@contextmanager
def using(clock: Clock) -> Iterator[Clock]:
    """Use another clock for a while."""
    before = _clock
    set_clock(clock)
    try:
        yield clock
    finally:
        set_clock(before)


def stopwatch() -> float:
    """Seconds of a steady clock, for measuring spans only."""
    return time.monotonic()
