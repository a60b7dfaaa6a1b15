"""How a refusal reaches the person: one translated line with the fact, one with the mend."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from callward.audit.services import record_refusal
from callward.kernel.actors import system_actor
from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from callward.console.staff_session import Visit

_GONE = "gone"


def status_of(error: CallwardError) -> HTTPStatus:
    """Choose the status of an error; a destroyed recording is gone, not missing."""
    if error.code == _GONE or error.code.endswith(f"-{_GONE}"):
        return HTTPStatus.GONE
    if isinstance(error, RefusedError):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, NotFoundError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, BadInputError):
        return HTTPStatus.BAD_REQUEST
    if isinstance(error, UnavailableError):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.INTERNAL_SERVER_ERROR


def sentences(error: CallwardError) -> tuple[str, str]:
    """The fact and the mend in the reader's language."""
    return _(error.fact) % error.facts, _(error.mend) % error.facts


def write_down(request: HttpRequest, error: CallwardError, *, at: datetime) -> None:
    """Keep a refusal in the audit although the act was rolled back; a wrong form is none."""
    if status_of(error) not in {HTTPStatus.FORBIDDEN, HTTPStatus.GONE}:
        return
    visit: Visit | None = getattr(request, "visit", None)
    actor = visit.actor if visit is not None else system_actor("console")
    match = request.resolver_match
    item = next(iter((match.kwargs if match else {}).values()), None)
    record_refusal(
        error,
        item=parse_ref(str(item)) if _is_reference(item) else None,
        actor=actor,
        at=at,
        screen=match.url_name if match and match.url_name else "none",
    )


def show(request: HttpRequest, error: CallwardError) -> HttpResponse:
    """Answer with the fact and the mend, as a page, as a part of one, or as JSON."""
    fact, mend = sentences(error)
    status = status_of(error)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": error.code, "fact": fact, "mend": mend}, status=status)
    facts = {"fact": fact, "mend": mend, "code": error.code, "status": int(status)}
    if request.headers.get("HX-Request") == "true":
        response = render(request, "console/refusal_part.html", facts, status=status)
        response["HX-Retarget"] = "#refusals"
        response["HX-Reswap"] = "innerHTML show:top"
        return response
    return render(request, "console/refusal.html", facts, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer a form that was not made by this very browser session."""
    facts = {
        "fact": _("This form has expired or did not come from this site."),
        "mend": _("Open the page again and send the form once more."),
        "code": "csrf",
        "status": int(HTTPStatus.FORBIDDEN),
    }
    return render(request, "console/refusal.html", facts, status=HTTPStatus.FORBIDDEN)


def _is_reference(item: object) -> bool:
    try:
        parse_ref(str(item))
    except BadInputError:
        return False
    return True
