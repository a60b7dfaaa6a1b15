"""What this room does by the clock."""

from __future__ import annotations

import logging

from callward.controllers import selectors as controllers
from callward.jobs.services import every
from callward.kernel import clock
from callward.kernel.errors import CallwardError
from callward.notices.approvals import approve_after_delay
from callward.notices.publication import publish_due

# A policy takes effect at midnight; people read it within minutes.
PUBLISHING_HOURS = "*/5 * * * *"


_log = logging.getLogger(__name__)


@every(PUBLISHING_HOURS, "notices.publish")
def publish() -> None:
    """Approve what has waited for the whole delay, and publish what is due."""
    at = clock.now()
    approve_after_delay(at)
    for controller in controllers.controllers():
        try:
            publish_due(at, controller_ref=controller.ref)
        except CallwardError as error:  # one controller's trouble holds no other up
            _log.error("notices are not published: %s", error.code)
