"""Documents as they were archived, byte for byte, for machines and for keeping."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotModified
from django.urls import reverse

from callward.notices import selectors as notices
from callward.portal.page_frame import public, reader_of
from callward.texts.states import Format

if TYPE_CHECKING:
    from django.http import HttpRequest

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
