"""Calls by the million, in SQL alone, on either engine; numbers as Callward keeps them."""

# ruff: noqa: PLC0415  # Django is set up first; the SQL is made of constants
from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench._engines import quickly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db.backends.utils import CursorWrapper

    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref
    from callward.ops.demo.database_server import DatabaseServer

STEP = timedelta(seconds=40)
REMEMBERED, AT_ONCE = 400, 100_000


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What the engines write differently."""

    count: str
    ref: str
    instant: str
    empty: str
    key: str  # as long as the keyed digest that Callward keeps, and in no order
    uuid: str
    moment: str
    indexes: str


DIALECTS = {
    "sqlite": Dialect(
        count="""RECURSIVE n(i) AS (VALUES({first}) UNION ALL
        SELECT i + 1 FROM n WHERE i + 1 < {last})""",
        ref="printf('%012x70008000%012x', at * 1000, i)",
        instant="strftime('%Y-%m-%d %H:%M:%S', {}, 'unixepoch')",
        empty="x''",
        key="lower(hex(randomblob(32)))",
        uuid="TEXT",
        moment="TEXT",
        indexes="""SELECT name, sql FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = %s""",
    ),
    "postgresql": Dialect(
        count="n(i) AS (SELECT generate_series({first}::bigint, {last} - 1))",
        ref="""(lpad(to_hex(at * 1000), 12, '0') || '70008000'
        || lpad(to_hex(i), 12, '0'))::uuid""",
        instant="to_timestamp({})",
        empty="''",
        key="md5(ref::text) || md5(ref::text || 'x')",
        uuid="UUID",
        moment="TIMESTAMPTZ",
        indexes="""SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s
        AND indexname NOT IN (SELECT conname FROM pg_constraint)""",
    ),
}
TABLES = ("calls_call", "calls_leg", "recordings_recording")
SPREAD = """
CREATE TABLE bench_call AS
WITH {count}, t(i, at, talk) AS (
  SELECT i, {start} + {step} * i, 20 + i * 7919 % 700 + CASE i % 5000 WHEN 1 THEN 1800 ELSE 0 END
  FROM n)
SELECT {ref} AS ref, {at} AS at, {until} AS until, talk, i, b.ref AS number, b.number AS digits
FROM t JOIN bench_number AS b ON b.place = {low} + i % {many}
"""
CALLS = """INSERT INTO calls_call (ref, controller_ref, policy_id, source_system, source_account,
    source_call_key, direction, started_at, ended_at, seconds, talk_seconds, disposition, queue,
    agent_code, other_number_ref, told, recorded, kept_at)
    SELECT ref, '{controller}', '{policy}', 's', 'a', {key},
    CASE i % 3 WHEN 0 THEN 'out' ELSE 'in' END, at, until, talk, talk,
    CASE i % 50 WHEN 0 THEN 'no-answer' ELSE 'answered' END,
    CASE i % 400 WHEN 0 THEN 'night' ELSE 'day' END,
    1000 + i % 40, number, 'asserted', i % 50 > 0, until FROM bench_call"""
LEGS = """INSERT INTO calls_leg (ref, call_id, role, number_ref, sealed_name, started_at)
    SELECT ref, ref, 'caller', number, {empty}, at FROM bench_call"""
EVERY_RECORDING = """INSERT INTO recordings_recording (ref, call_ref, controller_ref, policy_id,
    state, segment, mime, seconds, channels, bytes, captured_sha256, fault, kept_at)
    SELECT ref, ref, '{controller}', '{policy}', 'stored', 0, 'audio/mpeg', talk, 1, talk * 4000,
    'ab', '', until FROM bench_call"""
RECORDINGS = f"{EVERY_RECORDING} WHERE i % 50 > 0"
NUMBERS = "CREATE TABLE bench_number (place INTEGER PRIMARY KEY, ref {uuid}, number TEXT)"


@dataclass(kw_only=True)
class FilledHouse:
    """A house of one controller whose calls began 40 seconds after each other."""

    server: DatabaseServer | None
    controller: Ref
    policy: str
    start: datetime
    tables: Sequence[str] = TABLES
    into: Sequence[str] = (CALLS, LEGS, RECORDINGS)
    calls: int = 0
    known: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        from django.db import connection

        self.dialect = DIALECTS[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(NUMBERS.format(uuid=self.dialect.uuid))

    def day(self) -> tuple[str, datetime, datetime]:
        """A day near the end of it all, as the controller's calendar has it."""
        from callward.controllers.selectors import policy_in_force
        from callward.kernel import calendar, clock

        zone = policy_in_force(self.controller, at=clock.now()).zone
        day = (self.start + self.calls * STEP).date() - timedelta(days=3)
        ends = (calendar.start_of_day(one, zone=zone) for one in (day, day + timedelta(days=1)))
        since, until = (end.astimezone(UTC) for end in ends)
        return str(day), since, until

    def grow(
        self, to: int, *, numbers: range, number_of: Callable[[int], PhoneNumber],
        also: Callable[[CursorWrapper], object] = lambda _cursor: None,
    ) -> None:  # fmt: skip
        """Add calls up to a count; `also` is asked while a part of them lies in `bench_call`."""
        from django.db import connection, transaction

        with quickly(self.server), connection.cursor() as cursor, self._without_indexes(cursor):
            self._remember([n for n in numbers if n not in self.known], number_of)
            for first in range(self.calls, to, AT_ONCE):
                last = min(first + AT_ONCE, to)
                with transaction.atomic():
                    cursor.execute(self._spread(first, last, numbers))
                    for statement in self.into:
                        cursor.execute(self._filled(statement))
                    also(cursor)
                    cursor.execute("DROP TABLE bench_call")
        self.calls = to

    def _spread(self, first: int, last: int, numbers: range) -> str:
        ours = self.dialect
        return SPREAD.format(
            count=ours.count.format(first=first, last=last),
            start=int(self.start.timestamp()),
            step=int(STEP.total_seconds()),
            ref=ours.ref,
            at=ours.instant.format("at"),
            until=ours.instant.format("at + talk"),
            low=numbers.start,
            many=len(numbers),
        )

    def _filled(self, statement: str) -> str:
        return statement.format(
            controller=self.controller.hex,
            policy=self.policy,
            empty=self.dialect.empty,
            key=self.dialect.key,
        )

    def _remember(self, places: Sequence[int], number_of: Callable[[int], PhoneNumber]) -> None:
        from callward.subjects.services import remember_numbers

        for start in range(0, len(places), REMEMBERED):
            part = places[start : start + REMEMBERED]
            numbers = [number_of(place) for place in part]
            views = remember_numbers(self.controller, numbers, at=self.start)
            rows = [
                (place, view.ref.hex, number.e164)
                for place, view, number in zip(part, views, numbers, strict=True)
            ]
            note(rows)
        self.known.update(places)

    @contextmanager
    def _without_indexes(self, cursor: CursorWrapper) -> Iterator[None]:
        """Make the indexes anew afterwards: one sort each costs less than a place for each row."""
        made: list[tuple[str, str]] = []
        for table in self.tables:
            cursor.execute(self.dialect.indexes, [table])
            made += cursor.fetchall()
        for name, _statement in made:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _name, statement in made:
            cursor.execute(statement)


def note(rows: Sequence[tuple[int, str, str]]) -> None:
    """Note which number is which, for the filling."""
    from django.db import connection

    place = "(%s, %s, %s)" if connection.vendor == "sqlite" else "(%s, %s::uuid, %s)"
    values = [value for row in rows for value in row]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO bench_number VALUES {', '.join([place] * len(rows))}", values)
