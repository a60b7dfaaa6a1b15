"""The rounds of the probes."""

from __future__ import annotations

import logging

from callward.jobs.services import every
from callward.kernel import clock
from callward.promises.services import check_all
from callward.promises.states import CheckState

ROUNDS = "*/10 * * * *"

_log = logging.getLogger(__name__)


@every(ROUNDS, "promises.check")
def look_at_everything() -> None:
    """Let every probe look; red ones are said aloud by name."""
    for view in check_all(at=clock.now()):
        if view.state is CheckState.RED:
            _log.error("promise is red: %s", view.name)
