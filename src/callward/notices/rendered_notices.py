"""From a policy to every notice in every language and form; pure, so anybody can do it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward import texts
from callward.notices.states import Format
from callward.texts.states import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy import Policy
    from callward.texts import Notice

ARCHIVED = (Format.HTML, Format.MARKDOWN, Format.JSON, Format.JSONLD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One notice in one language and one form."""

    kind: NoticeKind
    language: str
    format: Format
    content: bytes


def render(policy: Policy, *, kind: NoticeKind, language: str, form: Format) -> bytes:
    """The bytes of one notice, the same for the same policy on every machine."""
    return _written(texts.render(policy, kind=kind, language=language), form, policy=policy)


def _written(notice: Notice, form: Format, *, policy: Policy) -> bytes:
    match form:
        case Format.HTML:
            return texts.as_html(notice)
        case Format.MARKDOWN:
            return texts.as_markdown(notice)
        case Format.JSON:
            return texts.as_json(notice)
        case Format.JSONLD:
            return texts.as_jsonld(notice, policy=policy)
        case Format.PDF:
            return texts.as_pdf(notice)


def render_all(policy: Policy) -> Iterator[Rendered]:
    """Everything that the archive keeps of a policy; the poster also as the page to print."""
    for kind in texts.kinds_of(policy):
        for language in texts.LANGUAGES:
            notice = texts.render(policy, kind=kind, language=language)
            for form in _forms(kind):
                content = _written(notice, form, policy=policy)
                yield Rendered(kind=kind, language=language, format=form, content=content)


def _forms(kind: NoticeKind) -> tuple[Format, ...]:
    return (*ARCHIVED, Format.PDF) if kind is NoticeKind.POSTER else ARCHIVED
