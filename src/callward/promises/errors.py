"""What can stop a judgement or a look."""

from __future__ import annotations

from callward.kernel.errors import CallwardError, NotFoundError, RefusedError, gettext_noop


class PromisesError(CallwardError):
    """The root of this room's errors."""


class CheckUnknownError(PromisesError, NotFoundError):
    """No such check stands on the board."""

    code = "check-unknown"
    fact = gettext_noop("There is no check %(ref)s.")
    mend = gettext_noop("Choose one from the board of promises.")


class CheckNotRedError(PromisesError, RefusedError):
    """Only a red check can be judged."""

    code = "check-not-red"
    fact = gettext_noop("The check %(ref)s is not red.")
    mend = gettext_noop("There is nothing to judge.")
