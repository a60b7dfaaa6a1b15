"""What growing costs: ingest, the list of calls and disposal at 100k, 1M and 10M calls.

A house is filled with calls, their parties and numbers, recordings, what the vault knows of them
and their wraps. At each size the folder door takes 200 recordings in, the first page of the call
list is asked with every filter of the screen, and one due day of 10,000 recordings is destroyed
with its key, rows, objects and the search for what is left. What was found is kept beside what the
other engine gave (`docs/growth.json`) and drawn (`docs/growth.svg`).
Usage: python bench/growth.py [--database postgresql] [--sizes 100000,1000000,10000000]
"""

# ruff: noqa: PLC0415  # Django is set up first
from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench._engines import add_database
from bench._filling import CALLS, LEGS, RECORDINGS, STEP, TABLES
from bench._growth_plot import drawn
from bench._support import seconds
from bench.console import END, NUMBERS, a_filled_house, browser, measure, number_of
from bench.playback import p95, prepare, set_up_house

if TYPE_CHECKING:
    from bench.ingest import Corpus

    from callward.ops.demo.database_server import DatabaseServer

DOCS = Path(__file__).parent.parent / "docs"
KEPT, DRAWING = DOCS / "growth.json", DOCS / "growth.svg"
SIZES, DUE, TURNS = "100000,1000000,10000000", 10_000, 3
AT = datetime(2026, 3, 29, tzinfo=UTC)
VERSIONS = bytes.fromhex("70008000")
WRAP = "INSERT INTO wrap (ref, epoch, wrapped) VALUES (?, 0, randomblob(81))"
SEALS = (
    """INSERT INTO vault_item (ref, controller_ref, sha256, size, sealed_at)
    SELECT ref, '{controller}', {empty}, 1, until FROM bench_call""",
    """INSERT INTO vault_part (ref, item_ref, name, plain_size, sealed_size)
    SELECT ref, ref, 'audio', 1, 1 FROM bench_call""",
)


class GrowingHouse:
    """A house that gets more and more calls, and what three things cost in it."""

    def __init__(self, top: Path, server: DatabaseServer | None, *, most: int) -> None:
        from callward.vault.keystore import WRAPS_FILE

        _ref, cookies = prepare(top, b"sound" * 1000)
        self._client, self._days = browser(cookies), 0
        self._filled = a_filled_house(server, start=END - most * STEP)
        self._filled.tables = (*TABLES, "vault_item", "vault_part")
        self._filled.into = (CALLS, LEGS, RECORDINGS, *SEALS)
        self._corpus = _corpus(top)
        self._wraps = top / "keys" / WRAPS_FILE

    def grow(self, rows: int) -> None:
        """Fill it up to so many calls, each with its recording's wrap beside the keys."""
        house, before = self._filled, self._filled.calls
        house.grow(rows, numbers=range(NUMBERS), number_of=number_of)
        began, step = int(house.start.timestamp()), int(STEP.total_seconds())
        refs = ((1000 * (began + step * i), i) for i in range(before, rows))
        wraps = ((at.to_bytes(6) + VERSIONS + i.to_bytes(6),) for at, i in refs)
        with closing(sqlite3.connect(self._wraps, isolation_level=None)) as file:
            file.execute("PRAGMA synchronous=OFF")
            file.execute("BEGIN")
            file.executemany(WRAP, wraps)
            file.execute("COMMIT")

    def figures(self) -> dict[str, float]:
        """What is measured at this size; the middle of some turns."""
        turns = range(TURNS)
        return {
            "ingest": statistics.median(self._ingest() for _turn in turns),
            "list": self._list(),
            "disposal": statistics.median(self._disposal() for _turn in turns),
        }

    def _ingest(self) -> float:
        """Recordings an hour through the folder door."""
        from bench.ingest import FILES, take_in

        source = self._corpus.fresh(sidecars=True)
        return FILES * 3600 / seconds(lambda: take_in(source, self._filled.controller))

    def _list(self) -> float:
        """The p95 of the first page in milliseconds."""
        found = measure(self._client, self._filled, TURNS)
        return p95([took for ours, _bare in found.values() for took in ours])

    def _disposal(self) -> float:
        """Seconds in which one due day goes."""
        from bench.destroy import CONTROLLER, fill as lock

        from callward.kernel.actors import system_actor
        from callward.vault import services
        from callward.vault.states import IntentKind

        self._days += 1
        epoch = f"c/{CONTROLLER}/call-recording/2026-09-{self._days:02}"
        lock(epoch, DUE)
        actor = system_actor("bench")
        intent = services.intend(
            [], epoch=epoch, kind=IntentKind.EPOCH, rule="cap", actor=actor, at=AT
        )
        return seconds(lambda: services.destroy(intent, at=AT))


def _corpus(top: Path) -> Corpus:
    from bench.ingest import Corpus

    (top / "sources").mkdir()
    return Corpus(top / "sources")


def kept(database: str, figures: dict[str, dict[str, float]]) -> dict[str, object]:
    """All that was ever measured, with these in the place of older ones of the same engine."""
    found: dict[str, object] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    found[database] = figures
    KEPT.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return found


def main() -> int:
    """Measure at every size, keep and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--dry", action="store_true", help="print, and keep nothing")
    add_database(parser)
    asked = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    sizes = [int(size) for size in asked.sizes.split(",")]
    with set_up_house(asked.database) as (top, server):
        house = GrowingHouse(top, server, most=max(sizes))
        for rows in sizes:
            house.grow(rows)
            found = figures[str(rows)] = house.figures()
            print(
                f"{asked.database} at {rows:>10,} calls: {found['ingest']:9,.0f} recordings an hour"
                f"   list p95 {found['list']:6.1f} ms   disposal {found['disposal']:6.2f} s",
                flush=True,
            )
    if not asked.dry:
        DRAWING.write_text(drawn(kept(asked.database, figures)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
