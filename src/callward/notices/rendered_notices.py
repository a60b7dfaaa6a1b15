"""From a policy to every notice in every language and form; pure, so anybody can do it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward import texts
from callward.texts.states import Format, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy import Policy

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
    notice = texts.render(policy, kind=kind, language=language)
    return texts.as_bytes(notice, form, policy=policy)


def render_all(policy: Policy) -> Iterator[Rendered]:
    """Everything that the archive keeps of a policy; the poster also as the page to print."""
    for kind in texts.kinds_of(policy):
        for language in texts.LANGUAGES:
            notice = texts.render(policy, kind=kind, language=language)
            for form in _forms(kind):
                content = texts.as_bytes(notice, form, policy=policy)
                yield Rendered(kind=kind, language=language, format=form, content=content)


def _forms(kind: NoticeKind) -> tuple[Format, ...]:
    return (*ARCHIVED, Format.PDF) if kind is NoticeKind.POSTER else ARCHIVED
