"""The first page of the call list, with every filter of the screen, over a million calls.

Ours is the server's whole time: session, sign-in, standing, the page of calls with recordings and
hold marks, numbers opened, the template. Beside it the same rows in raw SQL, from the same tables
through the same indexes.
Usage: python bench/console.py [--rows 1000000] [--repeats 7] [--database postgresql]
"""

# ruff: noqa: PLC0415  # Django is set up first; the SQL is made of constants
from __future__ import annotations

import argparse
import statistics
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bench._engines import add_database
from bench._filling import STEP, FilledHouse
from bench._support import Verdict
from bench.playback import p95, prepare, set_up_house

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.test import Client

    from callward.kernel.numbers import PhoneNumber
    from callward.ops.demo.database_server import DatabaseServer

P95_MS, NUMBERS, ASKED, PAGE = 150.0, 1000, 123, 51
END = datetime(2026, 3, 1, tzinfo=UTC)
INSTANT = "%Y-%m-%d %H:%M:%S"


def number_of(place: int) -> PhoneNumber:
    """A number of the range that is kept for stories."""
    from callward.kernel.numbers import PhoneNumber

    return PhoneNumber(e164=f"+44207946{place:04d}")


def filters(house: FilledHouse) -> Mapping[str, tuple[dict[str, str], str]]:
    """What is asked: the form of the screen, and the same in SQL."""
    day, since, until = house.day()
    span = f"started_at >= '{since:{INSTANT}}' AND started_at < '{until:{INSTANT}}'"
    number = f"SELECT ref FROM bench_number WHERE place = {ASKED}"
    of_number = f"ref IN (SELECT call_id FROM calls_leg WHERE number_ref = ({number}))"
    return {
        "every call": ({}, "1 = 1"),
        "one agent": ({"agent": "1007"}, "agent_code = '1007'"),
        "one queue": ({"queue": "night"}, "queue = 'night'"),
        "missed, inwards": (
            {"direction": "in", "disposition": "no-answer"},
            "direction = 'in' AND disposition = 'no-answer'",
        ),
        "agent with long calls": (
            {"agent": "1003", "shortest": "9"},
            "agent_code = '1003' AND talk_seconds >= 540",
        ),
        "recorded, half an hour": (
            {"recorded": "yes", "shortest": "30"},
            "recorded AND talk_seconds >= 1800",
        ),
        "one day": ({"since": day, "until": day}, span),
        "one number": ({"number": number_of(ASKED).e164}, of_number),
    }


def a_filled_house(server: DatabaseServer | None, *, start: datetime) -> FilledHouse:
    """The one controller of `prepare`, and no call yet but its own."""
    from callward.controllers.selectors import controllers, policy_in_force
    from callward.kernel import clock

    here = controllers()[0].ref
    policy = policy_in_force(here, at=clock.now()).policy_id
    return FilledHouse(server=server, controller=here, policy=policy, start=start)


def raw(house: FilledHouse, condition: str) -> int:
    """The calls of the page with their recordings, and nothing else."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM calls_call AS c LEFT JOIN recordings_recording AS r "
            f"ON r.call_ref = c.ref WHERE c.ref IN (SELECT ref FROM calls_call WHERE "
            f"controller_ref = '{house.controller.hex}' AND {condition} "
            f"ORDER BY started_at DESC, ref DESC LIMIT {PAGE})"
        )
        return len(cursor.fetchall())


def browser(cookies: str) -> Client:
    """The signed-in reviewer."""
    from django.test import Client

    found = Client(SERVER_NAME="127.0.0.1")
    for pair in cookies.split("; "):
        name, _equals, value = pair.partition("=")
        found.cookies[name] = value
    return found


def measure(
    client: Client, house: FilledHouse, repeats: int
) -> dict[str, tuple[list[float], list[float]]]:
    """The milliseconds of ours and of the raw rows, taking turns, for every filter."""
    from callward.kernel import clock

    found: dict[str, tuple[list[float], list[float]]] = {}
    for name, (form, condition) in filters(house).items():
        answer = client.post("/calls/filter/", form or {"clear": "1"})
        assert answer.status_code == 302, (name, answer.status_code)
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(repeats + 1):
            before = clock.stopwatch()
            shown = client.get("/calls/")
            between = clock.stopwatch()
            rows = raw(house, condition)
            after = clock.stopwatch()
            assert shown.status_code == 200, name
            assert rows > 0, name
            if turn:  # once unmeasured: everybody finds their pages in memory
                times[0].append((between - before) * 1000)
                times[1].append((after - between) * 1000)
        found[name] = times
    return found


def main() -> None:
    """Measure, print, and end with 1 when the demand is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    add_database(parser)
    asked = parser.parse_args()
    with set_up_house(asked.database) as (top, server):
        _ref, cookies = prepare(top, b"sound" * 1000)
        house = a_filled_house(server, start=END - asked.rows * STEP)
        house.grow(asked.rows, numbers=range(NUMBERS), number_of=number_of)
        found = measure(browser(cookies), house, asked.repeats)
        from django.db import connections

        connections.close_all()
    print(f"console: first page of the call list over {asked.rows} calls, server time in ms")
    for name, (ours, bare) in found.items():
        middle = f"{statistics.median(ours):8.1f}   raw SQL {statistics.median(bare):8.1f}"
        print(f"  {name:24} median {middle}   slowest {max(ours):8.1f}")
    verdict = Verdict()
    worst = p95([took for ours, _bare in found.values() for took in ours])
    verdict.demand_at_most("p95 over all filters", found=worst, limit=P95_MS, unit=" ms")
    verdict.end()


if __name__ == "__main__":
    main()
