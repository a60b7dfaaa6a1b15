"""Choosing cookies, without JavaScript and without a session."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from callward.kernel.calendar import local_day, zone_named
from callward.policy.vocabulary import CookieClass
from callward.portal import cookie_choices
from callward.portal.page_frame import answering, reader_of

if TYPE_CHECKING:
    from django.http import HttpRequest

_OURS = {"same-origin", "none"}
_ALL = "all"


@csrf_exempt  # a token would need a cookie before any choice; the origin is asked instead
@require_POST
@answering
def choose(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Keep the visitor's choice in their own browser, and go back to where they were."""
    if not _from_here(request):
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    reader = reader_of(request, slug, language)
    offered = set(cookie_choices.optional_classes(reader.policy))
    asked = set(request.POST.getlist("class"))
    wanted = offered if _ALL in asked else {kind for kind in offered if kind.value in asked}
    response = redirect(_back(request, slug, language))
    response.status_code = HTTPStatus.SEE_OTHER
    cookie_choices.keep(
        response,
        {CookieClass.NECESSARY, *wanted},
        policy=reader.policy,
        path=reverse("portal-controller", args=(slug,)),
        today=local_day(reader.at, zone=zone_named(reader.policy.timezone)),
        secure=request.is_secure(),
    )
    return response


def _from_here(request: HttpRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OURS
    origin = request.headers.get("Origin")
    return origin in (None, f"{request.scheme}://{request.get_host()}")


def _back(request: HttpRequest, slug: str, language: str) -> str:
    wanted = request.POST.get("next", "")
    ours = reverse("portal-controller", args=(slug,))
    safe = wanted.startswith(ours) and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("portal-controller-in", args=(slug, language))
