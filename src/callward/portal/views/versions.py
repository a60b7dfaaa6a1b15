"""The archive: every version that was ever published, and what differs between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.notices import selectors as notices
from callward.notices.selectors import changed_sentences
from callward.portal import sentences
from callward.portal.page_frame import page, public, reader_of
from callward.texts.states import Format, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from callward.kernel.references import Ref
    from callward.notices.selectors import SentenceChange
    from callward.notices.values import DocumentView, NoticeVersionView
    from callward.policy.change import Change


@public
def version_list(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Show every version with its days, the one to come first."""
    reader = reader_of(request, slug, language)
    line = notices.published(reader.controller.ref)
    coming = notices.upcoming(reader.controller.ref)
    facts = {"coming": coming, "rows": _rows(line), "newest": line[0]}
    return page(reader, "portal/versions.html", facts)


def _rows(line: Sequence[NoticeVersionView]) -> list[dict[str, NoticeVersionView | None]]:
    """Each version with the one that took its place and the one that it took the place of."""
    later: list[NoticeVersionView | None] = [None, *line[:-1]]
    earlier: list[NoticeVersionView | None] = [*line[1:], None]
    return [
        {"edition": one, "replaced_by": after, "before": before}
        for one, after, before in zip(line, later, earlier, strict=True)
    ]


@public
def version(request: HttpRequest, slug: str, language: str, label: str) -> HttpResponse:
    """Show what the archive keeps of one version, with the digest of every document."""
    reader = reader_of(request, slug, language, label=label)
    facts = {"documents": _by_kind(notices.documents(reader.edition.ref), language)}
    return page(reader, "portal/version.html", facts)


def _by_kind(
    documents: Sequence[DocumentView], language: str
) -> list[tuple[NoticeKind, list[DocumentView]]]:
    order = list(Format)
    found: dict[NoticeKind, list[DocumentView]] = {}
    for one in sorted(documents, key=lambda each: order.index(each.format)):
        if one.language == language:
            found.setdefault(one.kind, []).append(one)
    return [(kind, found[kind]) for kind in NoticeKind if kind in found]


@public
def archived(request: HttpRequest, slug: str, language: str, label: str, kind: str) -> HttpResponse:
    """Show one notice of one version, with what the checks said when it ended."""
    reader = reader_of(request, slug, language, label=label)
    facts = {
        "kind": NoticeKind(kind),
        "notice": sentences.backed(reader, kind),
        "archived": True,
    }
    return page(reader, "portal/notice.html", facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeChanges:
    """What changed in one notice."""

    kind: NoticeKind
    changes: tuple[SentenceChange, ...]


@public
def changes(request: HttpRequest, slug: str, language: str, label: str, since: str) -> HttpResponse:
    """Show what a version changed since another, by rule and sentence by sentence."""
    reader = reader_of(request, slug, language, label=label)
    before = notices.labelled(reader.controller.ref, since)
    facts = {
        "before": before,
        "topics": _topics(notices.changes_from(before.ref, reader.edition.ref)),
        "changed": _changed(before.ref, reader.edition.ref, language),
    }
    return page(reader, "portal/changes.html", facts)


def _topics(found: Sequence[Change]) -> list[tuple[str, list[str]]]:
    """What each changed rule is about, with what the change means; said once each."""
    topics: dict[str, list[str]] = {}
    for change in found:
        said = topics.setdefault(change.topic, [])
        if change.sentence not in said:
            said.append(change.sentence)
    return list(topics.items())


def _changed(before: Ref, after: Ref, language: str) -> list[NoticeChanges]:
    old, new = notices.kinds(before), notices.kinds(after)
    found = []
    for kind in (kind for kind in NoticeKind if kind in {*old, *new}):
        texts = [
            _texts(ref, kind, language) if kind in kinds else {}
            for ref, kinds in ((before, old), (after, new))
        ]
        differing = changed_sentences(*texts)
        if differing:
            found.append(NoticeChanges(kind=kind, changes=differing))
    return found


def _texts(ref: Ref, kind: NoticeKind, language: str) -> dict[str, str]:
    text = notices.notice(ref, kind, language=language)
    found: dict[str, str] = {}
    for sentence in text.sentences():
        name = f"{sentence.id} {sentence.rule}"
        number = sum(known.startswith(name) for known in found)
        found[f"{name} {number}" if number else name] = sentence.text
    return found
