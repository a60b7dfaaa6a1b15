"""What this room does by the clock."""

from __future__ import annotations

from callward.jobs.services import every
from callward.kernel import clock
from callward.notices.approving import approve_after_delay
from callward.notices.publishing import publish_due

# A policy takes effect at midnight; people read it within minutes.
PUBLISHING_HOURS = "*/5 * * * *"


@every(PUBLISHING_HOURS, "notices.publish")
def publish() -> None:
    """Approve what has waited for the whole delay, and publish what is due."""
    at = clock.now()
    approve_after_delay(at)
    publish_due(at)
