"""Everything held about one telephone number: blind index beside a plain index and grep.

Ours resolves the number by its keyed digest and then reads legs and recordings; the plain peer
reads the same recordings through an index on the number in clear, with the same library, so the
difference is the price of keeping no number in clear. The raw figure is that peer in bare SQL.
The full demand is --rows 10000000 --from 1000000.
Usage: python bench/lookup.py [--rows 1000000] [--from 100000] [--repeats 5]
    [--database postgresql]
"""

# ruff: noqa: PLC0415  # Django is set up first; the SQL is made of constants
from __future__ import annotations

import argparse
import hashlib
import shutil
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from secrets import token_bytes
from typing import TYPE_CHECKING
from uuid import UUID

from bench._engines import add_choice, dialect, settle
from bench._support import a_house

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.db.models import Model

    from callward.kernel.numbers import PhoneNumber

DEMANDED, GROWTH, SMALL = 1.5, 2.0, 100_000
CALLS_PER_NUMBER, ASKED, AT_ONCE = 10, 200, 400
START = datetime(2025, 1, 1, tzinfo=UTC)
CONTROLLER = UUID("0195dc00-0000-7000-8000-000000000001")
TABLES = (
    "CREATE TABLE plain_leg (number TEXT, started_at {at}, call_ref {ref})",
    "CREATE INDEX plain_by_number ON plain_leg (number, started_at, call_ref)",
    "CREATE TABLE bench_number (place INTEGER PRIMARY KEY, ref {ref}, number TEXT)",
    "CREATE TABLE bench_call (ref {ref}, at {at}, number TEXT, number_ref {ref})",
)
SPREAD = """
WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {last}),
  t(i, at) AS (SELECT i, CAST({start} AS BIGINT) + 30 * i FROM n)
INSERT INTO bench_call
SELECT {ref}, {instant}, b.number, b.ref
FROM t JOIN bench_number AS b ON b.place = {low} + t.i % {many}
"""
INTO = (
    """INSERT INTO calls_call (ref, controller_ref, policy_id, source_system, source_account,
    source_call_key, direction, started_at, ended_at, seconds, talk_seconds, disposition, queue,
    agent_code, other_number_ref, told, recorded, kept_at)
    SELECT ref, '{controller}', 'p', 's', 'a', {key}, 'in', at, at, 60, 60, 'answered', 'q',
    'agent', number_ref, 'asserted', TRUE, at FROM bench_call""",
    """INSERT INTO calls_leg (ref, call_id, role, number_ref, sealed_name, started_at)
    SELECT ref, ref, 'caller', number_ref, {nothing}, at FROM bench_call""",
    """INSERT INTO recordings_recording (ref, call_ref, controller_ref, policy_id, state, segment,
    mime, seconds, channels, bytes, captured_sha256, fault, kept_at)
    SELECT ref, ref, '{controller}', 'p', 'stored', 0, 'audio/mpeg', 60, 1, 240000, 'ab', '',
    at FROM bench_call""",
    "INSERT INTO plain_leg SELECT number, at, ref FROM bench_call",
)
RAW = (
    "SELECT r.* FROM plain_leg AS l JOIN recordings_recording AS r ON r.call_ref = l.call_ref "
    "WHERE l.number = %s ORDER BY l.started_at DESC"
)


def number_of(place: int) -> PhoneNumber:
    """A number that is in no use: digits behind a code that no country has."""
    from callward.kernel.numbers import PhoneNumber

    return PhoneNumber(e164=f"+999{place:010d}")


def remember(first: int, last: int) -> None:
    """Keep the numbers of these calls as Callward does, and note which is which for the filling."""
    from django.db import connection

    from callward.subjects.services import remember_numbers

    hexed = connection.vendor == "sqlite"
    wanted = range(first // CALLS_PER_NUMBER, last // CALLS_PER_NUMBER)
    for start in range(wanted.start, wanted.stop, AT_ONCE):
        part = [number_of(n) for n in range(start, min(start + AT_ONCE, wanted.stop))]
        views = remember_numbers(CONTROLLER, part, at=START)
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bench_number VALUES (%s, %s, %s)",
                [
                    (place, view.ref.hex if hexed else view.ref, number.e164)
                    for place, (view, number) in enumerate(zip(views, part, strict=True), start)
                ],
            )


def fill(first: int, last: int, csv: Path) -> None:
    """Add calls up to a count, in SQL alone: every table that a lookup reads, and the CSV."""
    from django.db import connection, transaction

    remember(first, last)
    words = dialect()
    spread = {
        "start": int(START.timestamp()),
        "low": first // CALLS_PER_NUMBER,
        "many": (last - first) // CALLS_PER_NUMBER,
        "ref": words.ref("t.at * 1000", "t.i"),
        "instant": words.instant("t.at"),
    }
    names = {
        "controller": CONTROLLER.hex,
        "key": words.key("ref"),
        "nothing": words.nothing,
    }
    with connection.cursor() as cursor:
        for start in range(first, last, 50_000):
            span = {"first": start, "last": min(start + 50_000, last)}
            cursor.execute("DELETE FROM bench_call")
            with transaction.atomic():
                cursor.execute(SPREAD.format(**span, **spread))
                for statement in INTO:
                    cursor.execute(statement.format(**names))
            cursor.execute("SELECT number, at, ref FROM bench_call")
            with csv.open("a") as lines:
                lines.writelines(f'"","{n}","s","ctx","{at}",{ref}\n' for n, at, ref in cursor)
    settle()


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


def main() -> int:
    """Measure, print, and say by the exit code whether the demands are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--from", dest="small", type=int, default=SMALL)
    add_choice(parser)
    asked = parser.parse_args()
    with a_house(asked.database) as top:
        from django.db import connection

        from callward.vault.adapters import plug_file_vault

        plug_file_vault(objects=top / "o", keys=top / "k", root_key=token_bytes(32))
        csv = top / "cdr.csv"
        with connection.cursor() as cursor:
            cursor.execute(dialect().unsafe)
            for statement in TABLES:
                cursor.execute(statement.format(at=dialect().instant_type, ref=dialect().ref_type))
        fill(0, asked.small, csv)
        plain = plain_way()
        small = measure(plain, asked.small, asked.repeats)
        fill(asked.small, asked.rows, csv)
        full = measure(plain, asked.rows, asked.repeats)
        found_by_grep = grep_ms(csv, asked.rows, asked.repeats)
    ratio, growth = full["ours"] / full["plain"], full["ours"] / small["ours"]
    growth /= full["yard"] / small["yard"]  # the two counts are measured minutes apart
    print(
        f"lookup: everything held about one number among {asked.rows} calls on {asked.database}, "
        "medians in ms"
    )
    print(f"  plain index in bare SQL   {full['raw']:8.3f}")
    print(f"  plain index, same library {full['plain']:8.3f}")
    print(f"  ours, blind index         {full['ours']:8.3f}   at {asked.small} {small['ours']:.3f}")
    print(f"  grep on the CDR file      {found_by_grep:8.1f}")
    print(f"  ratio to plain index {ratio:.2f}, demanded <= {DEMANDED}")
    print(f"  growth from {asked.small} {growth:.2f}, demanded <= {GROWTH}")
    met = ratio <= DEMANDED and growth <= GROWTH
    print("  met" if met else "  MISSED")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
