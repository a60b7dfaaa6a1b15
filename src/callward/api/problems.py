"""Turns what stops us into JSON: a stable code, the fact, and what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext
from ninja.errors import AuthenticationError, ValidationError

from callward.accounts.errors import TokenRefusedError
from callward.api.errors import MalformedRequestError, MissingTokenError
from callward.intake.errors import TooLargeError
from callward.kernel.errors import BadInputError, CallwardError, NotFoundError, RefusedError

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from ninja import NinjaAPI

_STATUS: tuple[tuple[type[CallwardError], int], ...] = (
    (MissingTokenError, 401),
    (TokenRefusedError, 401),
    (TooLargeError, 413),
    (NotFoundError, 404),
    (RefusedError, 403),
    (BadInputError, 400),
)
_OUR_FAULT = 500


def handle_problems(api: NinjaAPI) -> None:
    """Answer every error of ours, and ninja's own, in the one form."""

    @api.exception_handler(CallwardError)
    def callward(request: HttpRequest, error: CallwardError) -> HttpResponse:
        return _answer(api, request, error)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        del error
        return _answer(api, request, MissingTokenError())

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        place = error.errors[0].get("loc", ())
        where = ".".join(str(part) for part in place[1:3])
        return _answer(api, request, MalformedRequestError(where=where))


def _answer(api: NinjaAPI, request: HttpRequest, error: CallwardError) -> HttpResponse:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), _OUR_FAULT)
    body = {
        "code": error.code,
        "fact": gettext(error.fact) % error.facts,
        "mend": gettext(error.mend) % error.facts,
    }
    return api.create_response(request, body, status=status)
