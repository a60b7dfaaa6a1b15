"""Appending to the audit tree beside a plain INSERT of the same row, and verifying the tree.

All write to SQLite files with the same durability (WAL, synchronous=FULL, IMMEDIATE). The limit
is sqlite3 alone with `executemany`; the peer is a plain table with the same columns and the same
index on the item, written row by row through the same Django connection. Ours includes checking
the facts, the index inside the transaction, and at the end of each round the tiles and a signed
checkpoint. Usage: python bench/audit.py
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from bench._support import Verdict, a_house, interleaved, processor_seconds

if TYPE_CHECKING:
    from pathlib import Path

    from callward.sealing import signatures

EACH, GROUP, GROUPED, VERIFIED = 300, 64, 6400, 120_000
EACH_DEMANDED, GROUPED_DEMANDED, VERIFY_DEMANDED = 0.9, 0.5, 150_000
TABLE = (
    "CREATE TABLE {name} (id integer PRIMARY KEY, at text, event text, item text, actor text, "
    "facts text)"
)
INDEX = "CREATE INDEX {name}_item ON {name} (item, id)"
INSERT = "INSERT INTO {name} (at, event, item, actor, facts) VALUES ({marks})"


class Bench:
    """One data folder with the tree, a plain table and a file of plain sqlite3."""

    def __init__(self, folder: Path) -> None:
        from django.db import connection  # noqa: PLC0415  # after the folder was named

        from callward.audit import ports  # noqa: PLC0415  # same
        from callward.kernel import clock  # noqa: PLC0415  # same
        from callward.kernel.actors import user_actor  # noqa: PLC0415  # same
        from callward.kernel.references import new_ref  # noqa: PLC0415  # same
        from callward.sealing import signatures  # noqa: PLC0415  # same

        ports.signer.bind(_Signer(signatures))
        self.at, self.new_ref = clock.now(), new_ref
        self.actor, self.grant = user_actor(new_ref()), new_ref()
        self.plain_insert = INSERT.format(name="plain", marks="%s, %s, %s, %s, %s")
        self.bare_insert = INSERT.format(name="bare", marks="?, ?, ?, ?, ?")
        with connection.cursor() as cursor:
            cursor.execute(TABLE.format(name="plain"))
            cursor.execute(INDEX.format(name="plain"))
        self.bare = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self.bare.execute(f"PRAGMA {pragma}")
        self.bare.execute(TABLE.format(name="bare"))
        self.bare.execute(INDEX.format(name="bare"))

    def row(self) -> tuple[str, ...]:
        """A row as ours would hold it; made within the measured time on all sides."""
        facts = '{"grant":"%s","purpose":"complaints"}' % self.grant  # noqa: UP031  # braces
        event = "recordings.playback.begun"
        return (self.at.isoformat(), event, str(self.new_ref()), str(self.actor), facts)

    def limit(self, groups: int, size: int) -> None:
        """Write with sqlite3 alone."""
        for _ in range(groups):
            self.bare.execute("BEGIN IMMEDIATE")
            self.bare.executemany(self.bare_insert, [self.row() for _ in range(size)])
            self.bare.execute("COMMIT")

    def peer(self, groups: int, size: int) -> None:
        """Write plain rows through Django's connection."""
        from django.db import connection, transaction  # noqa: PLC0415  # after the set-up

        for _ in range(groups):
            with transaction.atomic(), connection.cursor() as cursor:
                for _ in range(size):
                    cursor.execute(self.plain_insert, self.row())

    def ours(self, groups: int, size: int) -> None:
        """Append to the tree, and seal it."""
        from django.db import transaction  # noqa: PLC0415  # after the set-up

        from callward.audit import services  # noqa: PLC0415  # same
        from callward.recordings.states import RecordingsEvent  # noqa: PLC0415  # same

        for _ in range(groups):
            with transaction.atomic():
                for _ in range(size):
                    services.record(
                        RecordingsEvent.PLAYBACK_BEGUN,
                        item=self.new_ref(),
                        actor=self.actor,
                        at=self.at,
                        grant=self.grant,
                        purpose="complaints",
                    )
        services.checkpoint(at=self.at)

    def side_by_side(self, groups: int, size: int, verdict: Verdict, *, name: str) -> float:
        """Measure all three, and tell ours to the peer."""
        found = interleaved(
            {
                each: lambda act=act: act(groups, size)
                for each, act in (("limit", self.limit), ("peer", self.peer), ("ours", self.ours))
            }
        )
        rate = {each: groups * size / took for each, took in found.items()}
        verdict.say(
            f"{name}: limit {rate['limit']:,.0f}/s, plain INSERT {rate['peer']:,.0f}/s, "
            f"ours {rate['ours']:,.0f}/s"
        )
        return rate["ours"] / rate["peer"]


class _Signer:
    """A key of the bench's own."""

    origin = "bench.callward.test"

    def __init__(self, keys: signatures) -> None:
        self._sign, self._seed = keys.sign, keys.generate_signing_key()
        self.public_key = keys.public_of(self._seed)

    def sign(self, message: bytes) -> bytes:
        """Sign a checkpoint."""
        return self._sign(message, self._seed)


def verify(bench: Bench, verdict: Verdict) -> None:
    """Check a large tree again and again."""
    from callward.audit import services  # noqa: PLC0415  # after the set-up

    while services.verify().checked < VERIFIED:
        bench.ours(1, 20_000)
    size = services.verify().size
    took = interleaved({"ours": _checked}, measure=processor_seconds)["ours"]
    verdict.demand(
        f"verify {size:,} entries, per second and core",
        found=size / took,
        at_least=VERIFY_DEMANDED,
        unit="",
    )


def _checked() -> None:
    from callward.audit import services  # noqa: PLC0415  # after the set-up

    assert services.verify().ok


def main() -> None:
    """Measure, print, and end with 1 when a demand was missed."""
    verdict = Verdict()
    with a_house() as folder:
        bench = Bench(folder)
        for act in (bench.limit, bench.peer, bench.ours):
            act(1, GROUP)
        each = bench.side_by_side(EACH, 1, verdict, name="each commits")
        verdict.demand("append, each commits", found=each, at_least=EACH_DEMANDED)
        ingest = bench.side_by_side(100, GROUP, verdict, name=f"groups of {GROUP}")
        verdict.demand(f"append, groups of {GROUP}", found=ingest, at_least=GROUPED_DEMANDED)
        whole = bench.side_by_side(1, GROUPED, verdict, name=f"one group of {GROUPED:,}")
        verdict.demand(f"append, one group of {GROUPED:,}", found=whole, at_least=GROUPED_DEMANDED)
        verify(bench, verdict)
    verdict.end()


if __name__ == "__main__":
    main()
