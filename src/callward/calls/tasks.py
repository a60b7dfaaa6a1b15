"""What the worker does for calls."""

from __future__ import annotations

from callward.calls.services import delete_due_raw_rows
from callward.jobs.services import every
from callward.kernel import clock


@every("*/15 * * * *", "calls.delete-raw-rows")
def delete_raw_rows() -> None:
    """Remove raw rows whose day has come, group by group."""
    while delete_due_raw_rows(at=clock.now()):
        continue
