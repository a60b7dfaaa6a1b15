"""One house that takes folders in, each time it is told to: `python bench/_ingest_door.py ENGINES`.

ENGINES is `embedded` (a file and a folder), `rows` (PostgreSQL of its own and a folder) or
`servers` (PostgreSQL and SeaweedFS of its own).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

EMBEDDED, ROWS, SERVERS = "embedded", "rows", "servers"


class Door:
    """A house in a program of its own that takes folders in."""

    def __init__(self, engines: str) -> None:
        self._program = subprocess.Popen(
            [sys.executable, str(Path(__file__)), engines],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def take_in(self) -> float:
        """Seconds of one folder."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write("go\n")
        self._program.stdin.flush()
        return float(self._program.stdout.readline())

    def end(self) -> None:
        """Let it end its servers."""
        assert self._program.stdin is not None
        self._program.stdin.close()
        self._program.wait()


def in_turn(repeats: int) -> dict[str, float]:
    """Seconds of one folder on each, in the middle; they take turns."""
    doors = {name: Door(name) for name in (EMBEDDED, ROWS, SERVERS)}
    found: dict[str, list[float]] = {name: [] for name in doors}
    try:
        for turn in range(repeats + 1):
            for name, door in doors.items():
                took = door.take_in()
                if turn:  # once unmeasured: everything is loaded
                    found[name].append(took)
    finally:
        for door in doors.values():
            door.end()
    return {name: statistics.median(times) for name, times in found.items()}


def _chosen(engines: str, house: Path) -> AbstractContextManager[object]:
    if engines == EMBEDDED:
        return nullcontext()
    from bench._engines import (  # noqa: PLC0415  # loads psycopg
        POSTGRESQL,
        everything_on_servers,
        rows_on,
    )

    return everything_on_servers(house) if engines == SERVERS else rows_on(POSTGRESQL, house)


def main() -> None:
    """Set up, then answer each line with the seconds that one folder took."""
    with ExitStack() as running:
        top = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="callward-bench-")))
        house = top / "callward"
        house.mkdir(mode=0o700)
        os.environ["CALLWARD_DATA"] = str(house)
        running.enter_context(_chosen(sys.argv[1], house))
        from bench.ingest import Corpus, set_up, take_in  # noqa: PLC0415  # the folder is named now

        controller_ref, _token = set_up(top)
        corpus = Corpus(top)
        for _line in sys.stdin:
            source = corpus.fresh(sidecars=True)
            began = time.perf_counter()
            take_in(source, controller_ref)
            print(time.perf_counter() - began, flush=True)
        from django.db import connections  # noqa: PLC0415  # Django is set up

        connections.close_all()


if __name__ == "__main__":
    main()
