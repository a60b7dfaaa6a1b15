"""Named places where a test may kill the process, to prove that recovery finishes the work."""

from __future__ import annotations

import os
import signal
from pathlib import Path

CRASH_VARIABLE = "CALLWARD_CRASH_AT"
# Only a data directory that says so may be crashed on purpose.
MARKER_FILE = ".may-crash"


def point(name: str) -> None:
    """Kill this process here when a test asks for it by name, in a data directory made for it."""
    if os.environ.get(CRASH_VARIABLE) != name:
        return
    folder = Path(os.environ.get("CALLWARD_DATA", "var/callward"))
    if (folder / MARKER_FILE).exists():
        os.kill(os.getpid(), signal.SIGKILL)
