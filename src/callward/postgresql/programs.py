"""Where the programs of PostgreSQL lie on this machine."""

from __future__ import annotations

from pathlib import Path

_HOMES = "/usr/lib/postgresql"  # as Debian lays them, a folder for each version


def newest(name: str) -> Path | None:
    """The program of the newest version that has it."""
    found = Path(_HOMES).glob(f"*/bin/{name}")
    return max(found, key=lambda path: float(path.parts[-3]), default=None)
