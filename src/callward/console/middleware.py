"""Nothing is shown to anybody who is not fully signed in."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from whitenoise.middleware import WhiteNoiseMiddleware

from callward.accounts import selectors as accounts
from callward.console import refusals, staff_session
from callward.kernel import clock
from callward.kernel.errors import CallwardError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

log = logging.getLogger(__name__)

# Machines have their own tokens; the public pages open no session at all.
_NOT_STAFF = ("/api/", "/healthz", "/notices/")
_OPEN_TO_ALL = frozenset(
    {"account_login", "mfa_authenticate", "account_logout", "signed-out", "language"}
)
_PASSWORD_FIRST = frozenset({"password", "account_logout", "signed-out", "language"})
_FACTOR_FIRST = frozenset(
    {
        "second-factor-start",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_logout",
        "signed-out",
        "language",
    }
)


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise is untyped
    """Serves the few small files of the pages whole; a streamed one would wait for a thread."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        """Answer with the file, or with the part or the not-modified that was asked for."""
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with found.file:
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response


class VisitMiddleware:
    """Lets a request through to a view only as far as its sign-in has come."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        at = clock.now()
        if not request.path.startswith(_NOT_STAFF) and request.user.is_authenticated:
            _keep_or_end(request, at=at)
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., HttpResponseBase],
        _args: tuple[object, ...],
        _kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        """Send the user where their sign-in goes on, or gather the visit."""
        if request.path.startswith(_NOT_STAFF):
            return None
        wanted = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if not request.user.is_authenticated:
            return None if wanted in _OPEN_TO_ALL else _sign_in_first(request)
        visit = staff_session.visit_of(request, at=clock.now())
        if visit.user.must_change_password:
            return None if wanted in _PASSWORD_FIRST else _go_to(request, "password")
        if not visit.second_factor:
            return _enrol_first(request, wanted)
        request.visit = visit  # type: ignore[attr-defined]  # StaffRequest from here on
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Answer what Callward refuses on purpose; the act has been rolled back by now."""
        if not isinstance(error, CallwardError) or request.path.startswith(_NOT_STAFF):
            return None
        if refusals.status_of(error) >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("a screen failed: %s", error.code)
        refusals.write_down(request, error, at=clock.now())
        return refusals.show(request, error)


def _keep_or_end(request: HttpRequest, *, at: datetime) -> None:
    over = accounts.is_sign_in_over(
        signed_in_at=staff_session.signed_in_at(request),
        seen_at=staff_session.seen_at(request),
        at=at,
    )
    if over:
        logout(request)
        return
    staff_session.touch(request, at=at)


def _enrol_first(request: HttpRequest, wanted: str) -> HttpResponseBase | None:
    if not staff_session.owns_second_factor(request):
        return None if wanted in _FACTOR_FIRST else _go_to(request, "second-factor-start")
    logout(request)  # the factor was not asked for in this session: begin again
    return None if wanted in _OPEN_TO_ALL else _sign_in_first(request)


def _sign_in_first(request: HttpRequest) -> HttpResponseBase:
    if "application/json" in request.headers.get("Accept", ""):
        facts = {"code": "sign-in", "fact": _("You are not signed in."), "mend": _("Sign in.")}
        return JsonResponse(facts, status=HTTPStatus.UNAUTHORIZED)
    if request.headers.get("HX-Request") == "true":
        return _go_to(request, "account_login")
    back = request.get_full_path() if request.method == "GET" else resolve_url("home")
    return redirect_to_login(back)


def _go_to(request: HttpRequest, name: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(
            status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": resolve_url(name)}
        )
    return HttpResponse(status=HTTPStatus.FOUND, headers={"Location": resolve_url(name)})
