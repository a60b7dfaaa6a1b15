"""A data folder marked as a demonstration or a test: only there may the clock stand elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.kernel.disk import write_whole
from callward.kernel.errors import BadInputError, gettext_noop

if TYPE_CHECKING:
    from callward.ops.data_folder import DataFolder


class UnreadableMarkError(BadInputError):
    """The mark of a demonstration is damaged."""

    code = "bad-demo-mark"
    fact = gettext_noop("The file demo.json of the data folder cannot be read.")
    mend = gettext_noop("Remove the demonstration folder and run scripts/demo again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far the clock of this folder is from the machine's."""

    shift: timedelta

    def clock(self) -> clock.Clock:
        """The clock of everybody who works on this folder."""
        return _Shifted(self.shift)


class _Shifted:
    def __init__(self, shift: timedelta) -> None:
        self._machine, self._shift = clock.SystemClock(), shift

    def now(self) -> datetime:
        return self._machine.now() + self._shift


def read_mark(folder: DataFolder) -> Mark | None:
    """The mark, or None in a folder that holds real calls; raises UnreadableMarkError."""
    if not folder.mark.is_file():
        return None
    try:
        told = json.loads(folder.mark.read_text())
        return Mark(shift=timedelta(seconds=float(told["clock_shift_seconds"])))
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise UnreadableMarkError from error


def write_mark(folder: DataFolder, *, showing: datetime) -> Mark:
    """Mark the folder, so that its clock shows this instant now."""
    mark = Mark(shift=showing - clock.SystemClock().now())
    told = json.dumps({"clock_shift_seconds": mark.shift.total_seconds()})
    write_whole(folder.mark, told.encode())
    return mark


def is_marked(folder: DataFolder) -> bool:
    """Whether this is a demonstration or a test, and no real call lies here."""
    return folder.mark.is_file()
