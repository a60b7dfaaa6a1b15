"""Handing work over, and doing it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from callward.jobs import ports, registry, rules
from callward.jobs.errors import JobArgumentError, QueueUnreachableError
from callward.jobs.registry import every, register
from callward.jobs.tables import lay_tables
from callward.kernel.references import new_ref

if TYPE_CHECKING:
    from pathlib import Path
    from threading import Event

    from callward.jobs.states import JobView

_log = logging.getLogger(__name__)


def enqueue(task: str, *args: str, key: str | None = None) -> None:
    """Hand work over once the caller's transaction has committed; one key waits once at a time.

    Should the queue be out of reach just then, the periodic sweep of the task's package finds
    what was left undone.
    """
    if not all(map(rules.is_reference, args)) or not rules.is_reference(key or task):
        raise JobArgumentError(task=task)
    deduplicated = key or str(new_ref())

    def hand_over() -> None:
        try:
            ports.queue.get().enqueue(task, args, key=deduplicated)
        except QueueUnreachableError:
            _log.warning("job left to the sweep", extra={"task": task})

    transaction.on_commit(hand_over)


def prepare() -> None:
    """Make the queue's tables, so that work can be handed over before the first worker starts."""
    ports.queue.get().prepare()


def take_over(path: Path) -> int:
    """Hand over again what waits in the file of another queue; twice is the same work once."""
    from callward.jobs.dbos_queue import DbosQueue, file_url  # noqa: PLC0415  # loads its machinery

    if not path.is_file() or not path.stat().st_size:
        return 0
    other = DbosQueue(file_url(path))
    try:
        waiting = list(other.waiting())
    finally:
        other.close()
    for work in waiting:
        ports.queue.get().enqueue(work.task, work.args, key=work.key)
    return len(waiting)


def statuses(*, limit: int = 50) -> list[JobView]:
    """The newest pieces of work first."""
    return list(ports.queue.get().statuses(limit=limit))


def run_worker(stop: Event) -> int:
    """Do work until `stop` is set, and tell how many pieces were left running at the deadline.

    Whatever is left is done by the next worker; the caller may end its process at once.
    """
    load_tasks()
    return ports.queue.get().run_worker(stop)


def load_tasks() -> None:
    """Import the tasks of every package."""
    autodiscover_modules("tasks")


def run_now(task: str, *args: str) -> None:
    """Do one piece of work here and now."""
    load_tasks()
    registry.task_named(task)(*args)
