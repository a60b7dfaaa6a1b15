"""The facts that stop a screen."""

from __future__ import annotations

from callward.kernel.errors import NotFoundError, RefusedError, gettext_noop


class ScreenAbsentError(NotFoundError):
    """The controller's policy has no such activity, so there is no screen for it."""

    code = "screen-absent"
    fact = gettext_noop("There is no such screen for this controller.")
    mend = gettext_noop("Its policy does not describe the activity; nothing needs to be done.")


class ControllerNotChosenError(RefusedError):
    """The user has no role at any controller, or none is chosen."""

    code = "controller-not-chosen"
    fact = gettext_noop("You have no role at any controller.")
    mend = gettext_noop("Ask an administrator to appoint you.")
