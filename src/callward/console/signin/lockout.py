"""What axes asks about a sign-in, and what it answers when the door is shut.

Wrong passwords are counted; who typed what, from where and with which browser is not kept.
"""

from __future__ import annotations

from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from axes.handlers.database import AxesDatabaseHandler
from django.conf import settings
from django.http import QueryDict
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _, ngettext

from callward.accounts import services as accounts
from callward.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse

_NOWHERE = "0.0.0.0"  # noqa: S104  # an address of nobody, not one to listen at
_ANSWERS = ("axes_locked_out", "axes_failures_since_start", "axes_credentials")


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


def _digest(purpose: str, text: str) -> str:
    return salted_hmac(f"callward.{purpose}", text, algorithm="sha256").hexdigest()


def counted_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str:
    """What stands for the typed name in the count: people type numbers and passwords there, too."""
    return _digest("sign-in", typed_username(request, credentials))


def nameless_key(key: str, prefix: str, version: int) -> str:
    """A key of the shared cache that shows no address and no name."""
    return _digest("cache", f"{prefix}:{version}:{key}")


class NamelessCount(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts by the digest of the name and keeps nothing else of the request."""

    def user_login_failed(
        self,
        sender: object,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **more: object,
    ) -> None:
        """Count one wrong password."""
        if request is None:
            return
        quiet: Any = copy(request)
        quiet.GET = quiet.POST = QueryDict()
        quiet.axes_ip_address = _NOWHERE
        quiet.axes_user_agent = quiet.axes_http_accept = quiet.axes_path_info = ""
        super().user_login_failed(sender, credentials, quiet, **more)
        for name in _ANSWERS:
            setattr(request, name, getattr(quiet, name))
