"""A queue that does everything at once: for tests and for `demo --once`."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from callward.jobs import registry
from callward.jobs.states import JobState, JobView

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from threading import Event

_REMEMBERED = 1000


class InlineQueue:
    """Does the work in the caller's own thread; a failure is the caller's failure."""

    def __init__(self) -> None:
        self._done: deque[JobView] = deque(maxlen=_REMEMBERED)

    def prepare(self) -> None:
        """Nothing is kept, so nothing is made."""

    def enqueue(self, task: str, args: Sequence[str], *, key: str) -> None:
        registry.task_named(task)(*args)
        self._done.appendleft(JobView(id=key, task=task, state=JobState.DONE, attempts=1))

    def statuses(self, *, limit: int) -> Iterable[JobView]:
        return list(islice(self._done, limit))

    def run_worker(self, stop: Event) -> int:
        """Wait for the end; there is never anything waiting."""
        stop.wait()
        return 0
