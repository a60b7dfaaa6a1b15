"""The queue behind the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from threading import Event

    from callward.jobs.states import JobView


class Queue(Protocol):
    """Keeps accepted work until it is done, whatever dies in between."""

    def prepare(self) -> None:
        """Make the tables, so that clients can enqueue before the first worker starts."""
        ...

    def enqueue(self, task: str, args: Sequence[str], *, key: str) -> None:
        """Accept work; while a piece with the same key waits or runs, it is the same piece."""
        ...

    def statuses(self, *, limit: int) -> Iterable[JobView]:
        """The newest pieces of work first."""
        ...

    def run_worker(self, stop: Event) -> int:
        """Work until `stop` is set; the count of pieces left running at the deadline."""
        ...


queue: Port[Queue] = Port("jobs.queue")
