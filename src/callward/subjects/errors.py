"""The facts that stop us about people and their numbers."""

from __future__ import annotations

from callward.kernel.errors import CallwardError, NotFoundError, gettext_noop


class SubjectsError(CallwardError):
    """The root of this room's errors."""

    code = "subjects"


class NumberNotFoundError(SubjectsError, NotFoundError):
    """No number is kept under this reference."""

    code = "number-not-found"
    fact = gettext_noop("No number is kept under the reference %(ref)s.")
    mend = gettext_noop("It may have been destroyed with its last call.")
