"""What a page answers when the database is away (503) or cannot keep a value (400), else 500."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DataError, connection
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults

from callward.console import refusals
from callward.kernel.errors import BadInputError, CallwardError, UnavailableError

if TYPE_CHECKING:
    from django.http import HttpRequest

_log = logging.getLogger(__name__)
_MACHINES = "/api/"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what no view answered; Django asks this with the error at hand."""
    error = sys.exc_info()[1]
    told: CallwardError
    if isinstance(error, DataError):  # a NUL in a text: a server keeps none, a file does
        told, status = BadInputError(), HTTPStatus.BAD_REQUEST
        _log.warning("a page cannot be shown: the database takes no such value")
    elif error is not None and _is_away(error):
        told, status = UnavailableError(), HTTPStatus.SERVICE_UNAVAILABLE
        _log.warning("a page cannot be shown: the database server is away")
    else:
        return defaults.server_error(request)
    with translation.override(_language(request)):
        answer = _answer(request, told, status)
    if isinstance(told, UnavailableError):
        answer["Retry-After"] = str(told.again_seconds)
    answer["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  # Django would log its trace
    return answer


def _is_away(error: BaseException) -> bool:
    if connection.vendor != "postgresql":
        return False
    from callward.postgresql import faults  # noqa: PLC0415  # the default loads no psycopg

    return faults.is_away(error)


def _language(request: HttpRequest) -> str:
    """The language in the address of a public page, or the one that the browser asks for."""
    named = set(request.path.split("/")) & {code for code, _name in settings.LANGUAGES}
    return min(named) if named else translation.get_language_from_request(request)


def _answer(request: HttpRequest, error: CallwardError, status: HTTPStatus) -> HttpResponse:
    """The fact and the mend, with nothing in it that would ask the database."""
    fact, mend = refusals.sentences(error)
    facts = {"code": error.code, "fact": fact, "mend": mend}
    accepted = request.headers.get("Accept", "")
    if request.path.startswith(_MACHINES) or "application/json" in accepted:
        return JsonResponse(facts, status=status)
    shown = {**facts, "status": int(status)}
    if request.headers.get("HX-Request") == "true":
        part = render_to_string("console/refusal_part.html", shown)
        headers = {"HX-Retarget": "#refusals", "HX-Reswap": "innerHTML show:top"}
        return HttpResponse(part, status=status, headers=headers)
    return HttpResponse(render_to_string("unanswered.html", shown), status=status)
