"""Looking for bytes of destroyed keys in every file that could keep them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from callward.vault import bytescan, ports
from callward.vault.models import Intent
from callward.vault.states import IntentState, ScanReport

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKER_SIZE = 16
# Each marker is a pass over every file; of a larger destruction an even sample is looked for.
MARKERS_LOOKED_FOR = 256
INTENTS_LOOKED_FOR = 64


def split_markers(packed: bytes) -> list[bytes]:
    """Take an intent's markers apart."""
    return [packed[at : at + MARKER_SIZE] for at in range(0, len(packed), MARKER_SIZE)]


def scanned_files() -> list[Path]:
    """List every file of the key folder and of the folder that a database file lies in."""
    paths = [path for path in ports.key_store.get().folder.rglob("*") if path.is_file()]
    name = str(connection.settings_dict["NAME"])
    database = Path(name)  # the name of a database on a server is no path
    in_memory = "mode=memory" in name or name == ":memory:"
    if connection.vendor == "sqlite" and not in_memory and database.parent.is_dir():
        paths += [path for path in database.parent.iterdir() if path.is_file()]
    return sorted(set(paths))


def scan(markers: Sequence[bytes] = ()) -> ScanReport:
    """Look for inverted markers; without any, for those of the latest destructions."""
    wanted = list(markers) or _latest_markers()
    step = -(-len(wanted) // MARKERS_LOOKED_FOR) or 1
    paths = scanned_files()
    asked = {"paths": [str(path) for path in paths], "markers": [m.hex() for m in wanted[::step]]}
    answer = subprocess.run(  # noqa: S603  # our own program, nothing of it from outside
        [sys.executable, "-I", "-S", bytescan.__file__],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    counts: dict[str, tuple[int, int]] = json.loads(answer.stdout)
    return ScanReport(
        files=len(counts),
        scanned_bytes=sum(size for size, _found in counts.values()),
        residue_bytes=sum(found for _size, found in counts.values()),
        where=tuple(Path(path).name for path, (_size, found) in counts.items() if found),
    )


def _latest_markers() -> list[bytes]:
    latest = Intent.objects.filter(state=IntentState.DONE).order_by("-done_at")
    packed = latest.values_list("markers", flat=True)[:INTENTS_LOOKED_FOR]
    return [marker for one in packed for marker in split_markers(bytes(one))]
