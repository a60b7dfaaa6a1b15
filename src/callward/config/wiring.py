"""The one place that knows every adapter; nothing is opened before it is first used."""

from __future__ import annotations

from callward.kernel import clock
from callward.ops.folders import chosen_folder
from callward.ops.mark import read_mark


def wire() -> None:
    """Give every port its adapter and everybody the clock of the data folder."""
    folder = chosen_folder()
    mark = read_mark(folder)
    if mark is not None:
        clock.set_clock(mark.clock())
