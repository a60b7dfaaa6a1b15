"""What every page of the portal has: its reader, its frame, and an answer for what is not there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from callward.controllers import selectors as controllers
from callward.kernel import clock
from callward.kernel.errors import NotFoundError
from callward.notices import selectors as notices
from callward.notices.selectors import best_language
from callward.portal import cookie_choices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from django.http import HttpRequest

    from callward.controllers.selectors import ControllerView
    from callward.notices.values import NoticeVersionView
    from callward.policy import Policy

    View = Callable[..., HttpResponse]

LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One visitor at one controller: what they read, in which language, and who decided on it."""

    request: HttpRequest
    controller: ControllerView
    edition: NoticeVersionView
    language: str
    negotiated: bool
    at: datetime

    @property
    def policy(self) -> Policy:
        """The policy of the version that is read."""
        return notices.policy_of(self.edition.ref)


def wanted_languages(request: HttpRequest) -> list[str]:
    """The languages that the visitor's browser asks for, the best first."""
    header = request.headers.get("Accept-Language", "").lower()
    return [tag for tag, _weight in parse_accept_lang_header(header)]


def reader_of(
    request: HttpRequest, slug: str, language: str | None, *, label: str | None = None
) -> Reader:
    """Find what is to be read; raises a NotFoundError."""
    controller = controllers.controller(slug)
    edition = (
        notices.current(controller.ref)
        if label is None
        else notices.labelled(controller.ref, label)
    )
    return Reader(
        request=request,
        controller=controller,
        edition=edition,
        language=language or best_language(wanted_languages(request), edition.languages),
        negotiated=language is None,
        at=clock.now(),
    )


def public(view: View) -> View:
    """A page that anybody may read: no session is opened, no cookie is set, nothing changes."""
    return csrf_exempt(require_safe(answering(view)))


def answering(view: View) -> View:
    """Say plainly that there is nothing, in a page of the portal."""

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotFoundError:
            return missing(request, language=str(kwargs.get("language") or ""))

    return answered


def missing(request: HttpRequest, *, language: str = "") -> HttpResponse:
    """Say to a visitor, not to the people who run this, that there is nothing here."""
    spoken = language or best_language(wanted_languages(request), list(LANGUAGES))
    with translation.override(spoken):
        text = render_to_string("portal/missing.html", {"language": spoken})
    response = HttpResponse(text, status=HTTPStatus.NOT_FOUND)
    response["Content-Language"] = spoken
    return response


def page(reader: Reader, template: str, facts: Mapping[str, object]) -> HttpResponse:
    """Draw one page of a controller in the visitor's language and the controller's zone."""
    zone = controllers.policy_in_force(reader.controller.ref, at=reader.at).zone
    with translation.override(reader.language), timezone.override(zone):
        text = render_to_string(template, {**_frame(reader), **facts})
    return answer(reader.request, text, language=reader.language, negotiated=reader.negotiated)


def _frame(reader: Reader) -> dict[str, object]:
    asked = cookie_choices.optional_classes(reader.policy)
    current = notices.current(reader.controller.ref)
    return {
        "reader": reader,
        "controller": reader.controller,
        "edition": reader.edition,
        "current": current,
        "language": reader.language,
        "languages": [(code, LANGUAGES[code]) for code in reader.edition.languages],
        "kinds": notices.kinds(current.ref),
        "banner": notices.banner(reader.controller.ref, at=reader.at),
        "ask_cookies": bool(asked) and cookie_choices.chosen(reader.request) is None,
        "may_choose": bool(asked),
        "here": reader.request.path,
    }


def answer(request: HttpRequest, text: str, *, language: str, negotiated: bool) -> HttpResponse:
    """A page with its digest as ETag, so that nobody loads twice what has not changed."""
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if same else HttpResponse(content)
    response["ETag"] = etag
    response["Content-Language"] = language
    response["Cache-Control"] = "no-cache"
    vary: Sequence[str] = ("Accept-Language", "Cookie") if negotiated else ("Cookie",)
    patch_vary_headers(response, vary)
    return response
