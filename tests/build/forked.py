"""What a forked child does to be the program that it was asked to be."""

from __future__ import annotations

import atexit
import gc
import os
import runpy
import signal
import sqlite3
import sys
import threading
import time
import traceback
import warnings
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from callward.ops import supervision

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_THE_FOLDER = ("callward.config.settings", "callward.config.web_settings")


def become(asked: dict[str, Any], defaults: Mapping[str, object], *, nested: str) -> NoReturn:
    """Take the caller's place, run the program, and end as an interpreter ends."""
    _take_place(asked)
    supervision.sys = SimpleNamespace(executable=nested)  # our own commands are forked as well
    _forget_settings(defaults)
    code = _run(asked["words"], asked["cwd"])
    with suppress(Exception):
        threading._shutdown()  # as the interpreter does: waits for threads that are no daemons
    atexit._run_exitfuncs()
    _close_databases()
    for stream in (sys.stdout, sys.stderr):
        with suppress(ValueError, OSError):
            stream.flush()
    if code == -signal.SIGINT:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit(code & 0xFF)


def _take_place(asked: dict[str, Any]) -> None:
    for number, file in enumerate(asked["files"]):
        os.dup2(file, number)
        os.close(file)
    os.chdir(asked["cwd"])
    os.umask(asked["umask"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    # As the interpreter opens them: only complaints are written line by line.
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    if (asked_for := os.environ.get("PYTHONWARNINGS")) is not None:
        warnings.simplefilter(asked_for)  # one word, as tests use it


def _forget_settings(defaults: Mapping[str, object]) -> None:
    """The settings, the connections and the applications are made anew, by this environment."""
    from django.apps import apps  # noqa: PLC0415  # loaded long ago
    from django.conf import LazySettings, empty, settings  # noqa: PLC0415  # as above
    from django.db import connections  # noqa: PLC0415  # as above

    read = LazySettings._setup

    def read_again(lazy: LazySettings, name: str | None = None) -> None:
        read(lazy, name)
        vars(lazy._wrapped).update(defaults)

    LazySettings._setup = read_again  # in this program alone

    for name in OF_THE_FOLDER:
        package, _, module = name.rpartition(".")
        sys.modules.pop(name, None)
        vars(sys.modules[package]).pop(module, None)
    vars(settings).clear()
    settings._wrapped = empty
    vars(connections).clear()
    type(connections).__init__(connections)
    apps.app_configs.clear()
    apps.apps_ready = apps.models_ready = apps.ready = apps.loading = False
    apps.ready_event.clear()
    apps.clear_cache()


def _run(words: list[str], cwd: str) -> int:
    how, *rest = words
    try:
        if how == "-c":
            sys.argv = ["-c", *rest[1:]]
            sys.path[0] = ""
            exec(compile(rest[0], "<string>", "exec"), {"__name__": "__main__"})  # `-c`
        elif how == "-m":
            sys.argv = rest
            sys.path[0] = cwd
            runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        else:
            sys.argv = words
            sys.path[0] = os.path.dirname(how)  # noqa: PTH120  # as the interpreter does
            runpy.run_path(how, run_name="__main__")
    except SystemExit as error:
        return _code_of(error.code)
    except KeyboardInterrupt:
        traceback.print_exc()
        return -signal.SIGINT
    except BaseException:  # noqa: BLE001  # the interpreter prints whatever it was
        traceback.print_exc()
        return 1
    return 0


def _code_of(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    sys.stderr.write(f"{code}\n")
    return 1


def _close_databases() -> None:
    """Databases close when an interpreter ends, which folds their journals."""
    for found in gc.get_objects():  # what was loaded before the fork is frozen and not among them
        if issubclass(type(found), sqlite3.Connection):  # and wake no lazy value
            with suppress(sqlite3.Error):
                found.close()
