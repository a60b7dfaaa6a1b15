"""Accepted work is done, whatever dies in between, and its machinery tells nothing about people."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from django.db import transaction
from tools.make_job_tables import TABLES, statements_of, tables_of_the_machinery

from build.programs import Program
from callward.jobs import ports, registry, rules, services
from callward.jobs.dbos_queue import DbosQueue, _discreet, file_url
from callward.jobs.errors import (
    JobArgumentError,
    JobFailedError,
    QueueUnpreparedError,
    QueueUnreachableError,
    TaskTwiceError,
    TaskUnknownError,
)
from callward.jobs.inline_queue import InlineQueue
from callward.jobs.states import JobState
from callward.jobs.tables import lay_tables
from callward.kernel.references import new_ref

PROGRAM = Path(__file__).parent.parent / "build" / "jobs_program.py"
REF = "01995c00-0000-7000-8000-00000000000a"  # fixed: it stands in the names of tests


@pytest.fixture(autouse=True)
def queue():
    before = ports.queue._adapter
    inline = InlineQueue()
    ports.queue.bind(inline)
    yield inline
    ports.queue.bind(before) if before else ports.queue.unbind()


@pytest.fixture
def done():
    seen: list[tuple[str, ...]] = []
    services.register("tests.noting")(lambda *refs: seen.append(refs))
    services.every("0 3 * * *", "tests.nightly")(lambda: seen.append(("night",)))
    yield seen
    registry.forget("tests.noting")
    registry.forget("tests.nightly")


@pytest.mark.django_db(transaction=True)
def test_work_is_handed_over_when_the_transaction_has_committed(done):
    with transaction.atomic():
        services.enqueue("tests.noting", REF)
        assert done == []
    assert done == [(REF,)]
    assert [view.state for view in services.statuses()] == [JobState.DONE]


@pytest.mark.django_db(transaction=True)
def test_work_of_a_rolled_back_transaction_is_never_done(done):
    def fail() -> None:
        with transaction.atomic():
            services.enqueue("tests.noting", REF)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert done == []


@pytest.mark.parametrize(
    "argument",
    ["+442079460001", "442079460001", "mara@example.test", "Mara Popescu", "/var/call.mp3", ""],
)
def test_only_references_are_handed_over(argument):
    with pytest.raises(JobArgumentError) as refusal:
        services.enqueue("tests.noting", argument)
    assert not argument or argument not in str(refusal.value)


@pytest.mark.parametrize(
    "argument", [REF, "c/" + REF + "/call-recording/2026-09-29", "therapy-association", "retention"]
)
def test_references_codes_and_epochs_are_accepted(argument):
    assert rules.is_reference(argument)


@pytest.mark.django_db(transaction=True)
def test_work_stays_with_the_sweep_when_the_queue_is_out_of_reach(done, monkeypatch):
    def refuse(*_args, **_more):
        raise QueueUnreachableError

    monkeypatch.setattr(InlineQueue, "enqueue", refuse)
    services.enqueue("tests.noting", REF)
    assert done == []


def test_a_name_stands_for_one_task_only(done):
    def another() -> None: ...

    with pytest.raises(TaskTwiceError):
        services.register("tests.noting")(another)
    with pytest.raises(TaskUnknownError):
        registry.task_named("tests.nobody")


def test_what_runs_by_the_hour_can_be_run_at_once(done, monkeypatch):
    monkeypatch.setattr(services, "load_tasks", lambda: None)
    monkeypatch.setattr(registry, "_hours", {"tests.nightly": "0 3 * * *"})
    assert list(registry.hours()) == ["tests.nightly"]
    services.run_now("tests.nightly")
    services.run_now("tests.noting", REF)
    assert done == [("night",), (REF,)]


def test_the_inline_worker_ends_when_asked():
    stop = threading.Event()
    stop.set()
    services.prepare()
    assert services.run_worker(stop) == 0


def test_a_client_before_the_set_up_is_told_so(tmp_path):
    with pytest.raises(QueueUnpreparedError):
        DbosQueue(file_url(tmp_path / "jobs.sqlite3")).enqueue("tests.noting", [REF], key=REF)


@pytest.mark.parametrize("make", [lay_tables, lambda path: DbosQueue(file_url(path)).prepare()])
def test_the_queue_file_is_readable_by_its_owner_only(tmp_path, make):
    path = tmp_path / "jobs.sqlite3"
    make(path)
    assert path.stat().st_mode & 0o077 == 0


def test_the_tables_laid_for_a_new_queue_are_those_that_the_machinery_makes(tmp_path):
    path = tmp_path / "jobs.sqlite3"
    assert lay_tables(path)
    assert lay_tables(path)
    assert statements_of(path) == tables_of_the_machinery() == TABLES.read_text()
    assert DbosQueue(file_url(path)).statuses(limit=1) == []


def test_tables_of_another_version_are_left_to_the_machinery(tmp_path):
    path = tmp_path / "jobs.sqlite3"
    lay_tables(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("UPDATE dbos_migrations SET version = 1")
    assert not lay_tables(path)


def test_a_failure_keeps_the_kind_of_its_cause_only():
    error = JobFailedError("tests.noting", "OSError", final=True)
    again = pickle.loads(pickle.dumps(error))
    assert again.facts == {"task": "tests.noting", "cause": "OSError"}


def test_the_machinery_logs_neither_arguments_nor_traces(tmp_path):
    try:
        raise OSError(REF)  # noqa: TRY301  # a trace is wanted
    except OSError:
        record = logging.LogRecord(
            "dbos", logging.WARNING, __file__, 1, "step %s failed", (REF,), sys.exc_info()
        )
    assert _discreet.filter(record)
    line = logging.Formatter().format(record)
    assert REF not in line
    assert "Traceback" not in line
    assert "OSError" in line
    DbosQueue(
        file_url(tmp_path / "jobs.sqlite3")
    )  # whoever opens the queue makes its machinery discreet
    assert _discreet in logging.getLogger("dbos").filters


def test_what_the_machinery_repeats_is_heard_once_a_minute():
    def said(line: int, *, later: float) -> bool:
        record = logging.LogRecord("dbos", logging.WARNING, __file__, line, "away", (), None)
        record.created += later
        return _discreet.filter(record)

    assert [said(2, later=0), said(2, later=59), said(3, later=1)] == [True, False, True]
    assert said(2, later=61)


# -- separate processes --------------------------------------------------------------------------


class Machine:
    """One queue file, its clients and workers."""

    def __init__(self, folder: Path) -> None:
        self.file, self.log = folder / "jobs.sqlite3", folder / "log"
        self.errors = folder / "stderr"
        self.workers: list[Program] = []

    def start(self, role: str, *refs: str) -> Program:
        environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        words = (str(PROGRAM), str(self.file), str(self.log), role, *refs)
        with (
            Path(os.devnull).open("rb") as nothing,
            self.errors.open("ab") as errors,
            (self.file.parent / "stdout").open("ab") as told,
        ):
            return Program(words, environment=environment, files=(nothing, told, errors))

    def run(self, role: str, *refs: str) -> None:
        assert self.start(role, *refs).wait(60) == 0

    def worker(self) -> Program:
        self.workers.append(self.start("worker"))
        return self.workers[-1]

    def seen(self) -> Counter[str]:
        return Counter(self.log.read_text().splitlines() if self.log.exists() else ())

    def wait_for(self, *lines: str, seconds: float = 40) -> None:
        until = time.monotonic() + seconds
        while not set(lines) <= set(self.seen()):
            assert time.monotonic() < until, self.errors.read_text()
            time.sleep(0.05)

    def wait_until_noted(self, count: int, seconds: float = 40) -> None:
        """Wait until the queue itself has noted so many jobs as done."""
        until = time.monotonic() + seconds
        asked = "SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'"
        with closing(sqlite3.connect(self.file, timeout=20)) as database:
            while database.execute(asked).fetchone()[0] < count:
                assert time.monotonic() < until, self.errors.read_text()
                time.sleep(0.02)


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    machine.run("prepare")
    yield machine
    for worker in machine.workers:
        if worker.poll() is None:
            worker.kill()
            worker.wait(10)


@pytest.mark.crash
@pytest.mark.slow
def test_a_killed_worker_loses_no_job_and_repeats_no_finished_one(machine):
    refs = [str(new_ref()) for _ in range(6)]
    machine.run("tests.slow", *refs)
    machine.run("tests.slow", *refs)  # asked twice, done once
    first = machine.worker()
    machine.wait_for(f"done {refs[0]}")
    machine.wait_for(*[f"begun {ref}" for ref in refs[:3]])
    machine.wait_until_noted(2)  # what ends in the moment of the kill is rightly repeated
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    finished = {line for line in machine.seen() if line.startswith("done")}
    second = machine.worker()
    machine.wait_for(*[f"done {ref}" for ref in refs])
    machine.wait_until_noted(len(refs))
    seen = machine.seen()
    assert all(seen[f"done {ref}"] == 1 for ref in refs), seen
    assert all(seen[line.replace("done", "begun")] == 1 for line in finished)
    second.send_signal(signal.SIGTERM)
    assert second.wait(15) == 0
    assert machine.seen()["stopped 0"] == 1, machine.seen()


@pytest.mark.slow
def test_a_worker_stops_within_its_deadline_although_a_job_hangs(machine):
    machine.run("tests.stuck", REF)
    worker = machine.worker()
    machine.wait_for(f"begun {REF}")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert machine.seen()["stopped 1"] == 1


@pytest.mark.slow
def test_tasks_run_by_the_hour_and_failures_tell_their_kind_only(machine):
    machine.run("tests.failing", REF)
    machine.worker()
    machine.wait_for("ticked -", f"begun {REF}")
    until = time.monotonic() + 20
    while machine.seen()[f"begun {REF}"] < 2:
        assert time.monotonic() < until
        time.sleep(0.1)
    said = machine.errors.read_text()
    assert "secret of" not in said
    assert "Traceback" not in said
    assert REF not in said
    assert "secret of" not in machine.file.read_bytes().decode("latin-1")
