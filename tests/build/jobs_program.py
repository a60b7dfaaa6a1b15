"""A worker and its clients as processes: `python jobs_program.py FILE LOG ROLE [REF ...]`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import django
from django.conf import settings

DATABASE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(USE_TZ=True, INSTALLED_APPS=[], DATABASES={"default": DATABASE})
django.setup()

from callward.jobs import ports, services  # noqa: E402  # Django must be set up first
from callward.jobs.dbos_queue import DbosQueue, file_url  # noqa: E402

FILE, LOG, ROLE, *REFS = sys.argv[1:]
STEP = 0.7


def note(*words: str) -> None:
    with Path(LOG).open("a") as log:
        log.write(" ".join(words) + "\n")


@services.register("tests.slow")
def slow(ref: str) -> None:
    note("begun", ref)
    time.sleep(STEP)
    note("done", ref)


@services.register("tests.stuck")
def stuck(ref: str) -> None:
    note("begun", ref)
    time.sleep(60)


@services.register("tests.failing")
def failing(ref: str) -> None:
    note("begun", ref)
    message = f"secret of {ref}"
    raise OSError(message)


@services.every("* * * * * *", "tests.ticking")
def ticking() -> None:
    note("ticked", "-")


def work() -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    note("up", "-")
    left = services.run_worker(stop)
    note("stopped", str(left))
    os._exit(0)


logging.basicConfig(level=logging.INFO)
ports.queue.bind(DbosQueue(file_url(Path(FILE)), deadline=2))
if ROLE == "prepare":
    services.prepare()
elif ROLE == "worker":
    work()
elif ROLE == "statuses":
    for view in services.statuses():
        print(view.task, view.state)  # noqa: T201  # the test reads it
else:
    for ref in REFS:
        services.enqueue(ROLE, ref, key=ref)
