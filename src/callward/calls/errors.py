"""Facts about calls that stop us."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class CallError(CallwardError):
    """The root of the errors of calls."""

    code = "call"


class CallMissingError(CallError, NotFoundError):
    """No call has this reference."""

    code = "call-missing"
    fact = gettext_noop("There is no call under the reference %(ref)s.")
    mend = gettext_noop("It may have been destroyed on its day; look at the certificates.")


class CallTimesError(CallError, BadInputError):
    """The times of a call contradict each other."""

    code = "call-times"
    fact = gettext_noop("The call ends before it starts, or is answered outside that time.")
    mend = gettext_noop("Correct the times at the source and hand the call in again.")


class CallsNotRecordedError(CallError, RefusedError):
    """The policy of the controller records no calls, so none is kept."""

    code = "calls-not-recorded"
    fact = gettext_noop("The policy %(policy)s records no calls.")
    mend = gettext_noop("Hand calls in only for controllers whose policy describes it.")


class CallFilterError(CallError, BadInputError):
    """A filter of the call list cannot be used."""

    code = "call-filter"
    fact = gettext_noop("The filter %(field)s cannot be used.")
    mend = gettext_noop("Clear it, or choose another value.")
