"""What every bench shares: a data folder of its own, interleaved repeats, and the verdict."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench._engines import SQLITE, rows_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from callward.ops.demo.database_server import DatabaseServer

REPEATS = 5


@contextmanager
def a_house() -> Iterator[Path]:
    """Set Callward up in a temporary data folder, as a fresh machine has it."""
    with house_on(SQLITE) as (top, _server):
        yield top


@contextmanager
def house_on(database: str) -> Iterator[tuple[Path, DatabaseServer | None]]:
    """The same with its rows on an engine, and the server of that engine."""
    with (
        tempfile.TemporaryDirectory(prefix="callward-bench-") as name,
        rows_on(database, Path(name)) as server,
    ):
        os.environ["CALLWARD_DATA"] = name
        os.environ["DJANGO_SETTINGS_MODULE"] = "callward.config.settings"
        (Path(name) / "db").mkdir()
        import django  # noqa: PLC0415  # the folder must be named before
        from django.core.management import call_command  # noqa: PLC0415  # same
        from django.db import connections  # noqa: PLC0415  # same

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(name), server
        connections.close_all()


def seconds(act: Callable[[], object]) -> float:
    """How long an act takes by the wall's clock."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def processor_seconds(act: Callable[[], object]) -> float:
    """How long an act keeps this process's processor busy."""
    started = time.process_time()
    act()
    return time.process_time() - started


def interleaved(
    acts: Mapping[str, Callable[[], object]],
    *,
    repeats: int = REPEATS,
    measure: Callable[[Callable[[], object]], float] = seconds,
) -> dict[str, float]:
    """The median of each act; they take turns, so that a slow minute hits all of them."""
    found: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(repeats):
        for name, act in acts.items():
            found[name].append(measure(act))
    return {name: statistics.median(times) for name, times in found.items()}


class Verdict:
    """Prints each figure and remembers whether one missed its demand."""

    def __init__(self) -> None:
        self._missed = False

    def say(self, sentence: str) -> None:
        """Print a figure that nothing is demanded of."""
        print(sentence, flush=True)

    def demand(self, what: str, *, found: float, at_least: float, unit: str = "x") -> None:
        """Print a figure beside its demand."""
        met = found >= at_least
        self._missed |= not met
        word = "met" if met else "MISSED"
        print(f"{what}: {found:,.2f}{unit} (demanded >= {at_least:,.2f}{unit}) {word}", flush=True)

    def demand_at_most(self, what: str, *, found: float, limit: float, unit: str = "x") -> None:
        """Print a figure beside its ceiling."""
        met = found <= limit
        self._missed |= not met
        word = "met" if met else "MISSED"
        print(f"{what}: {found:,.2f}{unit} (demanded <= {limit:,.2f}{unit}) {word}", flush=True)

    def end(self) -> None:
        """End the program, with 1 when a demand was missed."""
        sys.exit(1 if self._missed else 0)
