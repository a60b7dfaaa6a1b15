"""What this package writes into the audit."""

from __future__ import annotations

from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _


class ControllersEvent(Event):
    """What this package writes into the audit."""

    CONTROLLER_ADDED = "controllers.controller.added", _("A controller was added.")
    POLICY_ACTIVATED = "controllers.policy.activated", _("A policy came into force.")
