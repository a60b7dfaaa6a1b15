"""Everything held about one telephone number: blind index beside a plain index and grep.

Ours resolves the number by its keyed digest and then reads legs and recordings; the plain peer
reads the same recordings through an index on the number in clear, with the same library, so the
difference is the price of keeping no number in clear. The raw figure is that peer in bare SQL.
The full demand is --rows 10000000 --from 1000000.
Usage: python bench/lookup.py [--rows 1000000] [--from 100000] [--database postgresql]
"""

# ruff: noqa: PLC0415  # Django is set up first; the SQL is made of constants
from __future__ import annotations

import argparse
import hashlib
import shutil
import statistics
import subprocess
from datetime import UTC, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING
from uuid import UUID

from bench._engines import add_database
from bench._filling import CALLS, EVERY_RECORDING, LEGS, TABLES, FilledHouse
from bench._support import Verdict, house_on

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.db.backends.utils import CursorWrapper
    from django.db.models import Model

    from callward.kernel.numbers import PhoneNumber
    from callward.ops.demo.database_server import DatabaseServer

DEMANDED, GROWTH, SMALL = 1.5, 2.0, 100_000
CALLS_PER_NUMBER, ASKED = 10, 200
START = datetime(2014, 1, 1, tzinfo=UTC)
CONTROLLER = UUID("0195dc00-0000-7000-8000-000000000001")
PEER = (
    "CREATE TABLE plain_leg (number TEXT, started_at {moment}, call_ref {uuid})",
    "CREATE INDEX plain_by_number ON plain_leg (number, started_at, call_ref)",
)
PLAIN = "INSERT INTO plain_leg SELECT digits, at, ref FROM bench_call"
RAW = (
    "SELECT r.* FROM plain_leg AS l JOIN recordings_recording AS r ON r.call_ref = l.call_ref "
    "WHERE l.number = %s ORDER BY l.started_at DESC"
)


def number_of(place: int) -> PhoneNumber:
    """A number that is in no use: digits behind a code that no country has."""
    from callward.kernel.numbers import PhoneNumber

    return PhoneNumber(e164=f"+999{place:010d}")


def a_filled_house(server: DatabaseServer | None) -> FilledHouse:
    """A house of which every table that a lookup reads is filled, and the peer's."""
    from django.db import connection

    house = FilledHouse(
        server=server,
        controller=CONTROLLER,
        policy="p",
        start=START,
        tables=(*TABLES, "plain_leg"),
        into=(CALLS, LEGS, EVERY_RECORDING, PLAIN),
    )
    ours = house.dialect
    with connection.cursor() as cursor:
        for statement in PEER:
            cursor.execute(statement.format(moment=ours.moment, uuid=ours.uuid))
    return house


def fill(house: FilledHouse, to: int, csv: Path) -> None:
    """Add calls up to a count, and to the CSV."""

    def write(cursor: CursorWrapper) -> None:
        cursor.execute("SELECT digits, at, ref FROM bench_call")
        with csv.open("a") as lines:
            lines.writelines(f'"","{n}","s","ctx","{at}",{ref}\n' for n, at, ref in cursor)

    numbers = range(house.calls // CALLS_PER_NUMBER, to // CALLS_PER_NUMBER)
    house.grow(to, numbers=numbers, number_of=number_of, also=write)


def ours(number: PhoneNumber) -> int:
    """What a person view asks."""
    from callward.calls.selectors import calls_of_number
    from callward.recordings.selectors import recordings_of_calls

    return sum(map(len, recordings_of_calls(calls_of_number(CONTROLLER, number)).values()))


def plain_legs() -> type[Model]:
    """The peer's table, as the same library sees it."""
    from django.db import models

    class PlainLeg(models.Model):
        number = models.CharField(max_length=20)
        started_at = models.DateTimeField()
        call_ref = models.UUIDField(primary_key=True)

        class Meta:
            app_label, db_table, managed = "bench", "plain_leg", False

        def __str__(self) -> str:
            return str(self.call_ref)

    return PlainLeg


def plain_way() -> Callable[[PhoneNumber], int]:
    """The same answer through an index on the number in clear."""
    from django.db.models import CharField

    from callward.compiled_query import Question
    from callward.recordings.selectors import recordings_of_calls

    legs = plain_legs().objects
    asked = Question(
        lambda number: (
            legs.filter(number=number).order_by("-started_at", "-call_ref").values_list("call_ref")
        ),
        number=CharField(),
    )

    def plain(number: PhoneNumber) -> int:
        calls = list(dict.fromkeys(row[0] for row in asked.rows(number=number.e164)))
        found = recordings_of_calls(calls)
        return len([view for call in calls for view in found.get(call, [])])

    return plain


def raw(number: PhoneNumber) -> int:
    """The rows alone."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(RAW, [number.e164])
        return len(cursor.fetchall())


def yardstick(_number: PhoneNumber) -> int:
    """Work that no number of calls makes longer: how fast the machine is at this moment."""
    for _ in range(200):
        hashlib.sha256(b"yard" * 256).digest()
    return CALLS_PER_NUMBER


def measure(plain: Callable[[PhoneNumber], int], rows: int, repeats: int) -> dict[str, float]:
    """The middle time of one question in ms; the ways take turns at every single number."""
    from callward.kernel import clock

    count = rows // CALLS_PER_NUMBER
    asked = [number_of((n * 7919) % count) for n in range(ASKED)]
    ways = {"ours": ours, "plain": plain, "raw": raw, "yard": yardstick}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(repeats + 1):
        for number in asked:
            for name, way in ways.items():
                before = clock.stopwatch()
                assert way(number) == CALLS_PER_NUMBER
                took = (clock.stopwatch() - before) * 1000
                if turn:  # once unmeasured: everybody finds their pages in memory
                    found[name].append(took)
    return {name: statistics.median(times) for name, times in found.items()}


def grep_ms(csv: Path, rows: int, repeats: int) -> float:
    """The peer without any index."""
    from callward.kernel import clock

    grep = shutil.which("grep") or "grep"
    times = []
    for turn in range(repeats):
        wanted = number_of((turn * 7919) % (rows // CALLS_PER_NUMBER)).e164
        before = clock.stopwatch()
        subprocess.run([grep, "-F", "-c", wanted, str(csv)], check=True, capture_output=True)
        times.append((clock.stopwatch() - before) * 1000)
    return statistics.median(times)


def main() -> None:
    """Measure, print, and end with 1 when a demand is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--from", dest="small", type=int, default=SMALL)
    add_database(parser)
    asked = parser.parse_args()
    with house_on(asked.database) as (top, server):
        from callward.vault.adapters import plug_file_vault

        plug_file_vault(objects=top / "o", keys=top / "k", root_key=token_bytes(32))
        house, csv, plain = a_filled_house(server), top / "cdr.csv", plain_way()
        fill(house, asked.small, csv)
        small = measure(plain, asked.small, asked.repeats)
        fill(house, asked.rows, csv)
        full = measure(plain, asked.rows, asked.repeats)
        found_by_grep = grep_ms(csv, asked.rows, asked.repeats)
    print(f"lookup: everything held about one number among {asked.rows} calls, medians in ms")
    print(f"  plain index in bare SQL   {full['raw']:8.3f}")
    print(f"  plain index, same library {full['plain']:8.3f}")
    print(f"  ours, blind index         {full['ours']:8.3f}   at {asked.small} {small['ours']:.3f}")
    print(f"  grep on the CDR file      {found_by_grep:8.1f}")
    judge(small, full, asked.small)


def judge(small: dict[str, float], full: dict[str, float], count: int) -> None:
    """Say both ratios beside their demands."""
    verdict, growth = Verdict(), full["ours"] / small["ours"]
    growth /= full["yard"] / small["yard"]  # the two counts are measured minutes apart
    ratio = full["ours"] / full["plain"]
    verdict.demand_at_most("ratio to plain index", found=ratio, limit=DEMANDED)
    verdict.demand_at_most(f"growth from {count}", found=growth, limit=GROWTH)
    verdict.end()


if __name__ == "__main__":
    main()
