"""What retention does by the clock."""

from __future__ import annotations

import logging

from callward.jobs.services import every
from callward.kernel import clock
from callward.kernel.actors import system_actor
from callward.retention.erasure import lift_tombstones
from callward.retention.services import end_holds, release_after_delay, run_disposal
from callward.retention.states import RunState
from callward.vault import services as vault

# DESIGN section 3: the key is destroyed at the latest 15 minutes after the due instant.
DISPOSAL_HOURS = "*/5 * * * *"
HOLD_HOURS = "7 * * * *"
QUIET_HOUR = "20 2 * * *"  # a large table is locked while it is written anew

_log = logging.getLogger(__name__)


@every(DISPOSAL_HOURS, "retention.run")
def dispose() -> None:
    """Destroy what is due; a red run is said aloud."""
    run = run_disposal(None, actor=system_actor("retention.run"), at=clock.now())
    if run.state is RunState.RED:
        _log.error("disposal run is red: %s", run.ref)


@every(HOLD_HOURS, "retention.holds")
def settle_holds() -> None:
    """End holds that are over, release those whose delay has passed, drop old tombstones."""
    at = clock.now()
    release_after_delay(at)
    end_holds(at)
    lift_tombstones(at)


@every(QUIET_HOUR, "retention.let-rows-go")
def let_rows_go() -> None:
    """Write tables anew that are too large for the day, so that deleted rows leave them."""
    vault.let_rows_go(however_large=True)
