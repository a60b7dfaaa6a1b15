"""Time on the one thread of the SIP loop."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from callward.line.sip.sippy_stack import ED2, Timeout, report_fault

if TYPE_CHECKING:
    from collections.abc import Callable

TICK = 0.01  # sippy's loop turns a hundred times a second


class LoopTimers:
    """The `Timers` port over sippy's loop; `soon` may be asked from any thread."""

    def __init__(self) -> None:
        self._asked: deque[Callable[[], None]] = deque()  # appending is safe from any thread
        self._drain = Timeout(self._run_asked, TICK, -1)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Call once after so many seconds; returns what cancels it."""
        timer = Timeout(_guarded(call), max(0.0, seconds), 1)

        def cancel() -> None:
            if timer.cb_func is not None:
                timer.cancel()

        return cancel

    def soon(self, call: Callable[[], None]) -> None:
        """Call on the loop thread, within a tick."""
        self._asked.append(_guarded(call))

    def _run_asked(self) -> None:
        for _ in range(len(self._asked)):
            self._asked.popleft()()

    def close(self) -> None:
        """Stop turning; what was asked and not yet called is dropped."""
        self._drain.cancel()
        self._asked.clear()


def _guarded(call: Callable[[], None]) -> Callable[[], None]:
    """One call's fault ends that call and not the loop."""

    def guarded() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the loop of every other call must go on
            report_fault(error, during="timer")

    return guarded


def run_loop() -> None:
    """Turn until `stop_loop`; belongs to the thread that imported sippy, the main one."""
    ED2.loop()


def stop_loop() -> None:
    """End `run_loop` after the present turn; only from the loop thread."""
    ED2.breakLoop()
