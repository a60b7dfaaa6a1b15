"""The tasks of this program and the hours at which some of them run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from callward.jobs.errors import TaskTwiceError, TaskUnknownError

if TYPE_CHECKING:
    from collections.abc import Mapping


Task = Callable[..., None]

_tasks: dict[str, Task] = {}
_hours: dict[str, str] = {}


def register(name: str) -> Callable[[Task], Task]:
    """Give a function the name that it is enqueued by."""

    def keep(task: Task) -> Task:
        known = _tasks.get(name)
        if known is not None and known.__qualname__ != task.__qualname__:
            raise TaskTwiceError(task=name)
        _tasks[name] = task
        return task

    return keep


def every(cron: str, name: str) -> Callable[[Task], Task]:
    """Run a function without arguments at these minutes (`minute hour day month weekday`)."""

    def keep(task: Task) -> Task:
        _hours[name] = cron
        return register(name)(task)

    return keep


def forget(name: str) -> None:
    """Take a task out (tests)."""
    _tasks.pop(name, None)
    _hours.pop(name, None)


def task_named(name: str) -> Task:
    """The function of a task; raises TaskUnknownError."""
    if name not in _tasks:
        raise TaskUnknownError(task=name)
    return _tasks[name]


def tasks() -> Mapping[str, Task]:
    """Every task by its name."""
    return dict(_tasks)


def hours() -> Mapping[str, str]:
    """The cron line of every task that runs by itself."""
    return dict(_hours)
