"""Reading what is in force: the list of controllers, one controller, one notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import translation

from callward.notices import selectors as notices
from callward.notices.selectors import best_language
from callward.portal import cookie_choices, sentences
from callward.portal.page_frame import (
    LANGUAGES,
    answer,
    missing,
    page,
    public,
    reader_of,
    wanted_languages,
)
from callward.texts.states import NoticeKind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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
