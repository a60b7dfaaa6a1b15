"""What a page answers when something failed: 503 while the database server is away, else 500."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views import defaults

from callward.console import refusals
from callward.kernel.errors import UnavailableError

if TYPE_CHECKING:
    from django.http import HttpRequest

_log = logging.getLogger(__name__)
_AGAIN_SECONDS = 5
_MACHINES = "/api/"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what no view answered; Django asks this with the error at hand."""
    error = sys.exc_info()[1]
    if error is None or not _is_away(error):
        return defaults.server_error(request)
    _log.warning("a page cannot be shown: the database server is away")
    with translation.override(_language(request)):
        answer = _unavailable(request)
    answer["Retry-After"] = str(_AGAIN_SECONDS)
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


def _unavailable(request: HttpRequest) -> HttpResponse:
    """The fact and the mend, with nothing in it that would ask the database."""
    error, status = UnavailableError(), HTTPStatus.SERVICE_UNAVAILABLE
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
    return HttpResponse(render_to_string("503.html", shown), status=status)
