"""The archive: every notice byte for byte, with its digest, for ever (C-16, D-06).

What `render` makes of a policy is pure, so anybody can do it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward import texts
from callward.kernel.references import new_ref
from callward.notices.models import Document, NoticeVersion
from callward.notices.states import PUBLIC, ArchiveFault
from callward.notices.values import ArchiveFinding, ArchiveReport
from callward.policy import load
from callward.texts.states import Format, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from callward.kernel.references import Ref
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


def archive(edition: NoticeVersion, policy: Policy, *, at: datetime) -> int:
    """Keep every notice of a version, inside the caller's transaction."""
    rows = [
        Document(
            ref=new_ref(at),
            edition=edition,
            kind=made.kind,
            language=made.language,
            format=made.format,
            content=made.content,
            size=len(made.content),
            sha256=hashlib.sha256(made.content).hexdigest(),
        )
        for made in render_all(policy)
    ]
    Document.objects.bulk_create(rows)
    return len(rows)


def verify_archive(controller_ref: Ref | None = None) -> ArchiveReport:
    """Digest every archived document again, and render those of today's texts once more."""
    rows = NoticeVersion.objects.filter(state__in=PUBLIC).order_by("controller_ref", "drafted_at")
    if controller_ref is not None:
        rows = rows.filter(controller_ref=controller_ref)
    editions = list(rows)
    newest = {edition.controller_ref: edition.ref for edition in editions}
    faults: list[ArchiveFinding] = []
    documents = rendered = 0
    for edition in editions:
        kept = list(edition.documents.order_by("kind", "language", "format"))
        documents += len(kept)
        faults += _broken(edition, kept)
        if newest[edition.controller_ref] == edition.ref:
            rendered += len(kept)
            # Only the newest version: older ones were written with the words of their own time.
            faults += [
                _finding(edition, one, ArchiveFault.RENDERS_DIFFERENTLY)
                for one in drifted(edition, kept)
            ]
    return ArchiveReport(
        editions=len(editions), documents=documents, rendered=rendered, faults=tuple(faults)
    )


def _broken(edition: NoticeVersion, kept: list[Document]) -> Iterator[ArchiveFinding]:
    if not kept:
        yield _finding(edition, None, ArchiveFault.MISSING)
    for document in kept:
        if not _is_what_it_was(document):
            yield _finding(edition, document, ArchiveFault.BYTES_CHANGED)


def _is_what_it_was(document: Document) -> bool:
    return hashlib.sha256(document.content).hexdigest() == document.sha256


def is_whole(kept: Sequence[Document]) -> bool:
    """Whether there is an archive, and every byte of it has the digest it was given."""
    return bool(kept) and all(map(_is_what_it_was, kept))


def drifted(edition: NoticeVersion, kept: Sequence[Document]) -> list[Document]:
    """The documents of a version that we would write in other words today."""
    again = {
        (made.kind, made.language, made.format): made.content
        for made in render_all(load(bytes(edition.source)))
    }
    return [
        document
        for document in kept
        if again.get((NoticeKind(document.kind), document.language, Format(document.format)))
        != bytes(document.content)
    ]


def _finding(
    edition: NoticeVersion, document: Document | None, fault: ArchiveFault
) -> ArchiveFinding:
    return ArchiveFinding(
        version=edition.version,
        kind=document.kind if document else "",
        language=document.language if document else "",
        format=document.format if document else "",
        fault=fault,
    )
