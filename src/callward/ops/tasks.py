"""What the worker does by itself, and when; periods of people's rights are in the policies."""

from __future__ import annotations

from callward.audit import services as audit
from callward.jobs.services import every
from callward.kernel import clock


@every("* * * * *", "audit.sign")
def sign_the_audit() -> None:
    """Sign what the audit tree is now."""
    audit.checkpoint(at=clock.now())
