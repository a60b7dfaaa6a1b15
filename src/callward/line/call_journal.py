"""Which calls began and ended, a file a day: kept apart from the spool, so that a loss shows.

It holds references only, and is written without waiting for the disk: it tells what fell with a
program, the nightly count tells what fell with the power.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.states import CallEvent

if TYPE_CHECKING:
    from pathlib import Path

    from callward.line.call_ledger import Fact

_KEPT = {CallEvent.BEGUN: "begun", CallEvent.ENDED: "ended"}
_NAMED = ("call", "recording", "controller", "fate")


class Journal:
    """Listens to the switchboard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tell(self, event: CallEvent, facts: dict[str, Fact | None]) -> None:
        """Add one line for a call that begins or ends."""
        if event not in _KEPT:
            return
        at = clock.now()
        said = {name: str(facts[name]) for name in _NAMED if facts.get(name)}
        line = json.dumps({"event": _KEPT[event], "at": at.isoformat(), **said}) + "\n"
        path = self._folder / f"journal-{at.date().isoformat()}.jsonl"
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(opened, line.encode())
        finally:
            os.close(opened)
