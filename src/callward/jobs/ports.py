"""The queue behind the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from threading import Event

    from callward.jobs.states import JobView


class Queue(Protocol):
    """Keeps accepted work until it is done, whatever dies in between."""

    def prepare(self) -> None:
        """Make the tables, so that clients can enqueue before the first worker starts."""
        ...

    def enqueue(self, task: str, args: Sequence[str], *, key: str | None) -> str:
        """Accept one piece of work; a second one with the same key is the first one."""
        ...

    def statuses(self, *, limit: int) -> Iterable[JobView]:
        """The newest pieces of work first."""
        ...

    def run_worker(self, stop: Event) -> None:
        """Do the work until `stop` is set, then stop within the deadline."""
        ...


queue: Slot[Queue] = Slot("jobs.queue")
