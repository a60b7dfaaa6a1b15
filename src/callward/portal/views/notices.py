"""Reading what is in force: the list of controllers, one controller, one notice, and its files.

Documents are answered as they were archived, byte for byte, for machines and for keeping. Cookies
are chosen without JavaScript and without a session.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from callward.kernel.calendar import local_day, zone_named
from callward.notices import selectors as notices
from callward.notices.selectors import best_language
from callward.policy.vocabulary import CookieClass
from callward.portal import cookie_choices, sentences
from callward.portal.page_frame import (
    LANGUAGES,
    answer,
    answering,
    missing,
    page,
    public,
    reader_of,
    wanted_languages,
)
from callward.texts.states import Format, NoticeKind

if TYPE_CHECKING:
    from django.http import HttpRequest


@public
def index(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Show whose notices are published here."""
    spoken = language or best_language(wanted_languages(request), list(LANGUAGES))
    facts = {
        "language": spoken,
        "languages": list(LANGUAGES.items()),
        "controllers": notices.publishing_controllers(),
    }
    with translation.override(spoken):
        text = render_to_string("portal/index.html", facts)
    return answer(request, text, language=spoken, negotiated=language is None)


@public
def nothing(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer an address below the notices at which there is nothing."""
    first = rest.split("/")[1:2]
    return missing(request, language=first[0] if first and first[0] in LANGUAGES else "")


@public
def overview(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Show what a controller has published, the short version first."""
    reader = reader_of(request, slug, language)
    kinds = notices.kinds(reader.edition.ref)
    short = None
    if NoticeKind.SHORT in kinds:
        short = sentences.backed(reader, NoticeKind.SHORT)
    facts = {"short": short, "versions": notices.published(reader.controller.ref)[:3]}
    return page(reader, "portal/overview.html", facts)


@public
def notice(request: HttpRequest, slug: str, kind: str, language: str | None = None) -> HttpResponse:
    """Show one notice as it is in force, each sentence with what stands behind it."""
    reader = reader_of(request, slug, language)
    facts: dict[str, object] = {"kind": NoticeKind(kind), "notice": sentences.backed(reader, kind)}
    if kind == NoticeKind.COOKIES:
        wanted = cookie_choices.chosen(request)
        facts["groups"] = cookie_choices.groups(reader.policy, wanted)
        facts["chosen"] = wanted is not None
    return page(reader, "portal/notice.html", facts)


_MIMES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.MARKDOWN: "text/markdown; charset=utf-8",
    Format.JSON: "application/json",
    Format.JSONLD: "application/ld+json",
    Format.PDF: "application/pdf",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_TODAY = "public, no-cache"


@public
def current(request: HttpRequest, slug: str, language: str, kind: str, form: str) -> HttpResponse:
    """The document that is in force, and where it stays for ever."""
    reader = reader_of(request, slug, language)
    content = notices.document(reader.edition.ref, kind, language=language, form=form)
    response = _document(request, content, _MIMES[Format(form)], kept=_TODAY)
    where = (slug, language, reader.edition.label, kind, form)
    response["Content-Location"] = reverse("portal-archived-file", args=where)
    response["Content-Language"] = language
    return response


@public
def archived(
    request: HttpRequest, slug: str, language: str, label: str, kind: str, form: str
) -> HttpResponse:
    """One document of one version; its bytes never change (C-16)."""
    reader = reader_of(request, slug, language, label=label)
    content = notices.document(reader.edition.ref, kind, language=language, form=form)
    response = _document(request, content, _MIMES[Format(form)], kept=_FOR_EVER)
    response["Content-Language"] = language
    return response


@public
def policy(request: HttpRequest, slug: str, language: str, label: str) -> HttpResponse:
    """The policy of a version in its canonical form, so that anybody can render it again."""
    reader = reader_of(request, slug, language, label=label)
    content = notices.canonical(reader.edition.ref)
    return _document(request, content, "application/json", kept=_FOR_EVER)


def _document(request: HttpRequest, content: bytes, mime: str, *, kept: str) -> HttpResponse:
    digest = hashlib.sha256(content)
    etag = f'"{digest.hexdigest()}"'
    same = request.headers.get("If-None-Match") == etag
    response = HttpResponseNotModified() if same else HttpResponse(content, content_type=mime)
    response["ETag"] = etag
    response["Cache-Control"] = kept
    response["Repr-Digest"] = f"sha-256=:{b64encode(digest.digest()).decode()}:"
    return response


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
