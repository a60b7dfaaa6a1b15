"""Making the recordings of one due day unreadable, and removing what is left of them.

Ours destroys one key; the peers remove or shred files of 64 KiB, and the key of a day with a single
recording goes beside it. Then every byte of key folder and database is looked at.
The full demand is --each 100000 (of ten such epochs).
Usage: python bench/destroy.py [--each 20000] [--repeats 5] [--database postgresql]
"""

# ruff: noqa: PLC0415  # Django is set up first
from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from bench._engines import add_database
from bench._support import Verdict, house_on, seconds

if TYPE_CHECKING:
    from pathlib import Path

UNREADABLE, PURGED, ONE_KEY = 1000.0, 10.0, 1.5
EPOCHS, SINGLE, SHREDDED, FILE_SIZE = 10, 200, 100, 64 * 1024
AT = datetime(2026, 3, 29, tzinfo=UTC)
CONTROLLER = UUID("0195dc00-0000-7000-8000-000000000001")


def fill(epoch: str, each: int) -> None:
    """Lock recordings to an epoch; their wraps are noise, since nobody will open them."""
    from django.db import transaction

    from callward.bulk_insert import keep_rows
    from callward.kernel.references import new_ref
    from callward.sealing.wrap import key_id
    from callward.vault import ports
    from callward.vault.models import SealedItem, SealedPart

    store = ports.key_store.get()
    identity = key_id(store.public_key(epoch))
    refs = [new_ref(AT) for _ in range(each)]
    store.put_wraps([(ref, epoch, identity, b"\x01" + os.urandom(80)) for ref in refs])
    with transaction.atomic():
        keep_rows(
            SealedItem(ref=ref, controller_ref=CONTROLLER, sha256=b"", size=1, sealed_at=AT)
            for ref in refs
        )
        keep_rows(
            SealedPart(item_ref=ref, name="audio", plain_size=1, sealed_size=1) for ref in refs
        )


def files(folder: Path, count: int) -> None:
    """Make files as a folder of recordings has them."""
    folder.mkdir()
    for place in range(count):
        with (folder / f"{place}.mp3").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, FILE_SIZE)
    os.sync()


def peers(top: Path, each: int) -> tuple[float, float]:
    """Seconds of `find -delete` for all, and of `shred -u` scaled up from a few."""
    files(top / "found", each)
    found = seconds(
        lambda: subprocess.run(
            ["find", top / "found", "-type", "f", "-mtime", "-1", "-delete"],  # as typed
            check=True,
        )
    )
    files(top / "shredded", SHREDDED)
    paths = sorted((top / "shredded").iterdir())
    shredded = seconds(lambda: subprocess.run(["shred", "-u", *paths], check=True))  # as typed
    for name in ("found", "shredded"):
        shutil.rmtree(top / name)
    return found, shredded * each / SHREDDED


def row_by_row(each: int) -> float:
    """Seconds of deleting rows one commit at a time, scaled up from a few."""
    from callward.vault.models import SealedItem, SealedPart

    refs = list(SealedItem.objects.order_by("-ref").values_list("ref", flat=True)[:SINGLE])

    def delete() -> None:
        for ref in refs:
            SealedPart.objects.filter(item_ref=ref).delete()
            SealedItem.objects.filter(ref=ref).delete()

    return seconds(delete) * each / SINGLE


def epoch_of(place: int, *, month: str = "09") -> str:
    """One due day; those of October have a single recording."""
    return f"c/{CONTROLLER}/call-recording/2026-{month}-{place + 1:02}"


def once(place: int, top: Path, each: int) -> tuple[dict[str, float], int]:
    """One turn of everybody."""
    from callward.kernel.actors import system_actor
    from callward.vault import ports, services
    from callward.vault.states import IntentKind

    store, epoch, alone = ports.key_store.get(), epoch_of(place), epoch_of(place, month="10")
    found, shredded = peers(top, each)
    intent = services.intend(
        [], epoch=epoch, kind=IntentKind.EPOCH, rule="cap", actor=system_actor("bench"), at=AT
    )
    single = seconds(lambda: store.destroy_epoch(alone))
    unreadable = seconds(lambda: store.destroy_epoch(epoch))
    outcome = []
    whole = seconds(lambda: outcome.append(services.destroy(intent, at=AT)))
    times = {
        "key destroyed (unreadable)": unreadable,
        "key of a single recording": single,
        "rows, wraps, objects, scan": whole,
        "find -delete": found,
        "shred -u (scaled)": shredded,
        "rows one by one (scaled)": row_by_row(each),
    }
    return times, outcome[0].residue_bytes


def write_anew() -> None:
    """Let the bytes of deleted rows go, as every night does; a file has overwritten them."""
    from callward.vault.services import let_rows_go

    let_rows_go(however_large=True)


def main() -> None:
    """Measure, print, and end with 1 when a demand is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=5)
    add_database(parser)
    asked = parser.parse_args()
    with house_on(asked.database) as (top, server):
        from callward.vault.adapters import plug_file_vault

        plug_file_vault(objects=top / "objects", keys=top / "keys", root_key=os.urandom(32))
        for place in range(EPOCHS):
            fill(epoch_of(place), asked.each)
            fill(epoch_of(place, month="10"), 1)
        if server is not None:
            server.ask("VACUUM (ANALYZE)", database="callward")
        turns = [once(place, top, asked.each) for place in range(min(asked.repeats, EPOCHS))]
        anew = seconds(write_anew)
    median = {name: statistics.median(times[name] for times, _ in turns) for name in turns[0][0]}
    print(f"{'tables written anew, in the night':32} {anew * 1000:12.1f} ms")
    judge(median, residue=sum(found for _, found in turns))


def judge(median: dict[str, float], *, residue: int) -> None:
    """Say each figure beside its demand."""
    verdict = Verdict()
    for name, value in median.items():
        verdict.say(f"{name:32} {value * 1000:12.1f} ms")
    ours = median["key destroyed (unreadable)"]
    unreadable = median["find -delete"] / ours
    verdict.demand("unreadable beside find -delete", found=unreadable, at_least=UNREADABLE)
    alone = ours / median["key of a single recording"]
    verdict.demand_at_most("unreadable beside a single key", found=alone, limit=ONE_KEY)
    purged = median["rows one by one (scaled)"] / median["rows, wraps, objects, scan"]
    verdict.demand("purged beside one by one", found=purged, at_least=PURGED)
    verdict.demand_at_most("key bytes left", found=residue, limit=0, unit="")
    verdict.end()


if __name__ == "__main__":
    main()
