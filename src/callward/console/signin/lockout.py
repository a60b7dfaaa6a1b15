"""What axes asks about a sign-in, and what it answers when the door is shut."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _, ngettext

from callward.accounts import services as accounts
from callward.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse


def typed_username(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """The user name as typed, in one case, so that capitals open no second count."""
    typed = (credentials or {}).get("username") or request.POST.get("login", "")
    return typed.strip().lower()


def locked_out(
    request: HttpRequest,
    _response: HttpResponse | None = None,
    credentials: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Refuse even the right password until the user name has cooled off."""
    if getattr(request, "axes_failures_since_start", None) == settings.AXES_FAILURE_LIMIT:
        accounts.note_lockout(typed_username(request, credentials), at=clock.now())
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    facts = {
        "fact": _("Too many wrong passwords: this user name is locked for now."),
        "mend": ngettext(
            "Wait %(minutes)d minute and try again, or ask an administrator for help.",
            "Wait %(minutes)d minutes and try again, or ask an administrator for help.",
            minutes,
        )
        % {"minutes": minutes},
        "code": "locked-out",
        "status": int(HTTPStatus.TOO_MANY_REQUESTS),
    }
    response = render(request, "console/refusal.html", facts, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME.total_seconds()))
    return response
