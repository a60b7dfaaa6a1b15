"""What the api itself refuses."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, gettext_noop


class ApiError(CallwardError):
    """Something that a machine asked for cannot be answered."""

    code = "api"


class MissingTokenError(ApiError):
    """The request names no token."""

    code = "no-token"
    fact = gettext_noop("The request names no token.")
    mend = gettext_noop("Send the header “Authorization: Bearer …” with a token.")


class MalformedRequestError(ApiError, BadInputError):
    """A part of the request is missing or of another form."""

    code = "bad-request"
    fact = gettext_noop("The request is wrong at “%(where)s”.")
    mend = gettext_noop("Look at /api/v1/docs for its form.")
