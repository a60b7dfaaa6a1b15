"""The queue on DBOS: work survives a killed worker, and finished work is not done again."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

from dbos import DBOS, DBOSClient, DBOSConfig
from django.db import close_old_connections
from sqlalchemy.exc import SQLAlchemyError

from callward.jobs import registry
from callward.jobs.errors import JobFailedError, QueueUnpreparedError, QueueUnreachableError
from callward.jobs.states import JobState, JobView, Work
from callward.kernel import clock
from callward.kernel.errors import CallwardError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from threading import Event

_log = logging.getLogger(__name__)

_APPLICATION = "callward"
_FILE = "sqlite:///"
# Fixed, so that whatever one version accepted the next one does; tasks stay compatible.
_VERSION = "1"
_QUEUE = "callward"
_POLL_SECONDS = 0.25
_SCHEDULE_POLL_SECONDS = 5.0
_HEARD_SECONDS = 60.0
_AT_ONCE = 2
_ATTEMPTS = 5
_STATES = {
    "ENQUEUED": JobState.WAITING,
    "DELAYED": JobState.WAITING,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
}
_UNDONE = [named for named, state in _STATES.items() if state is not JobState.DONE]
_BY_THE_HOUR = "@hour"


def file_url(path: Path) -> str:
    """The address of a queue that is a file."""
    return f"{_FILE}{path}"


class _Discreet(logging.Filter):
    """Keeps place and kind of what DBOS says; its sentences hold traces and arguments.

    While the server is away each of its threads says so every second: each place is heard once a
    minute.
    """

    def __init__(self) -> None:
        super().__init__()
        self._heard: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place = (record.module, record.lineno)
        if record.created - self._heard.get(place, 0.0) < _HEARD_SECONDS:
            return False
        self._heard[place] = record.created
        cause = record.exc_info[0] if record.exc_info else None
        kind = f" ({cause.__name__})" if cause else ""
        record.msg = f"job machinery, {record.module}:{record.lineno}{kind}"
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return True


_discreet = _Discreet()


def _be_discreet() -> None:
    machinery = logging.getLogger("dbos")
    if _discreet not in machinery.filters:
        machinery.addFilter(_discreet)


class DbosQueue:
    """Keeps work in a database of its own; one process works, all others hand over.

    `url` is what SQLAlchemy opens: a file (see `file_url`), or a server without a pooler.
    """

    def __init__(self, url: str, *, worker: str = "worker-1", deadline: int = 10) -> None:
        self._url = url
        self._worker = worker
        self._deadline = deadline
        self._client: DBOSClient | None = None
        self._client_of = 0
        _be_discreet()

    @property
    def _file(self) -> Path | None:
        """The file of the queue, where it is one."""
        _scheme, found, path = self._url.partition(_FILE)
        return Path(path) if found else None

    def prepare(self) -> None:
        if self._file is not None:
            self._file.touch(mode=0o600)
        DBOS.migrate(self._url)

    def enqueue(self, task: str, args: Sequence[str], *, key: str) -> None:
        try:
            self._connected().enqueue(
                {
                    "queue_name": _QUEUE,
                    "workflow_name": task,
                    "app_version": _VERSION,
                    "deduplication_id": f"{task}/{key}",
                    "duplication_policy": "return-existing",
                },
                *args,
            )
        except SQLAlchemyError:
            raise QueueUnreachableError from None

    def statuses(self, *, limit: int) -> Iterable[JobView]:
        rows = self._connected().list_workflows(
            limit=limit, sort_desc=True, load_input=False, load_output=False
        )
        return [
            JobView(
                id=row.workflow_id,
                task=row.name,
                state=_STATES.get(row.status, JobState.FAILED),
                attempts=row.recovery_attempts or 0,
            )
            for row in rows
        ]

    def waiting(self) -> Iterator[Work]:
        """What was handed over and is not done yet; what the hour begins it begins again."""
        rows = self._connected().list_workflows(status=_UNDONE, load_output=False)
        for row in rows:
            if row.input is not None and not row.name.endswith(_BY_THE_HOUR):
                key = (row.deduplication_id or "").removeprefix(f"{row.name}/")
                args = tuple(map(str, row.input["args"]))
                yield Work(task=row.name, args=args, key=key or row.workflow_id)

    def _connected(self) -> DBOSClient:
        """The client of this process: a connection must not cross a fork."""
        if self._client is None or self._client_of != os.getpid():
            if self._file is not None and not (self._file.exists() and self._file.stat().st_size):
                raise QueueUnpreparedError
            self._client = DBOSClient(
                system_database_url=self._url,
                application_name=_APPLICATION,
                retry_connection_errors=False,
            )
            self._client_of = os.getpid()
        return self._client

    def close(self) -> None:
        """Let go of the file."""
        if self._client is not None:
            self._client.destroy()
            self._client = None

    def run_worker(self, stop: Event) -> int:
        worker = DBOS(config=self._config())
        periodic = {name: _workflow(name) for name in registry.tasks()}
        DBOS.launch()
        try:
            DBOS.register_queue(
                _QUEUE,
                worker_concurrency=_AT_ONCE,
                polling_interval_sec=_POLL_SECONDS,
                on_conflict="always_update",
            )
            _apply_hours({name: periodic[name] for name in registry.hours()})
            stop.wait()
        finally:
            left = _stop(worker, self._deadline)
        return left

    def _config(self) -> DBOSConfig:
        return DBOSConfig(
            name=_APPLICATION,
            system_database_url=self._url,
            executor_id=self._worker,
            application_version=_VERSION,
            log_level="WARNING",
            enable_otlp=False,
            use_listen_notify=self._file is None,
            scheduler_polling_interval_sec=_SCHEDULE_POLL_SECONDS,
        )


def _stop(worker: DBOS, deadline: int) -> int:
    """Take no more work, wait for what runs, and tell how much of it did not end in time."""
    running = worker._active_workflows_set  # noqa: SLF001  # DBOS tells it nowhere else
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=deadline)
    left = len(running.activeList())
    if left:
        _log.warning("jobs left to the next worker", extra={"count": left})
    return left


def _apply_hours(periodic: dict[str, Callable[[datetime, None], None]]) -> None:
    for known in DBOS.list_schedules():
        if known["schedule_name"] not in periodic:
            DBOS.delete_schedule(known["schedule_name"])
    DBOS.apply_schedules(
        [
            {
                "schedule_name": name,
                "workflow_fn": workflow,
                "schedule": registry.hours()[name],
                "context": None,
                "queue_name": _QUEUE,
            }
            for name, workflow in periodic.items()
        ]
    )


def _workflow(name: str) -> Callable[[datetime, None], None]:
    """Register a task with DBOS under its own name, and as one that runs by the hour."""
    task = registry.task_named(name)

    @DBOS.step(
        name=name, retries_allowed=True, max_attempts=_ATTEMPTS, should_retry=_is_worth_retrying
    )
    def step(*args: str) -> None:
        _do(name, task, args)

    @DBOS.workflow(name=name)
    def work(*args: str) -> None:
        step(*args)

    @DBOS.workflow(name=f"{name}{_BY_THE_HOUR}")
    def by_the_hour(_due: datetime, _context: None) -> None:
        step()

    return by_the_hour


def _do(name: str, task: registry.Task, args: Sequence[str]) -> None:
    started = clock.stopwatch()
    close_old_connections()
    try:
        task(*args)
    except Exception as error:  # noqa: BLE001  # whatever it was, only its kind may be told
        kind, final = type(error).__name__, isinstance(error, CallwardError)
        _log.warning("job failed", extra={"task": name, "cause": kind})
        raise JobFailedError(name, kind, final=final) from None
    finally:
        close_old_connections()
    milliseconds = int((clock.stopwatch() - started) * 1000)
    _log.info("job done", extra={"task": name, "milliseconds": milliseconds})


def _is_worth_retrying(error: BaseException) -> bool:
    """A fact that stops us stays one; anything else may pass."""
    return not (isinstance(error, JobFailedError) and error.final)
