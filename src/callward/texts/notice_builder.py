"""From a policy to a notice: the sections of each kind, none of them empty (G-01, G-05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.canonical import policy_id_of
from callward.policy.policy_file import canonical_json
from callward.texts.catalogue import catalogue_of
from callward.texts.composer import Composer, composer_of
from callward.texts.documents import ACTIVITIES, DOCUMENTS, kinds_of
from callward.texts.errors import EmptySectionError, NoSuchNoticeError
from callward.texts.notice import Notice, Section
from callward.texts.part_activities import described, other_activities
from callward.texts.sentence import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.texts.documents import Part
    from callward.texts.states import NoticeKind


def render(policy: Policy, *, kind: NoticeKind, language: str) -> Notice:
    """The notice of this kind in this language; the same bytes on every machine."""
    catalogue = catalogue_of(language)
    kinds = kinds_of(policy)
    if kind not in kinds:
        raise NoSuchNoticeError(kind=kind, known=", ".join(kinds))
    canonical = canonical_json(policy)
    composer = composer_of(policy, catalogue, canonical)
    return Notice(
        kind=kind,
        language=language,
        controller=policy.controller.id,
        legal_name=policy.controller.legal_name,
        policy_id=policy_id_of(canonical),
        version=policy.version,
        effective=policy.effective,
        title=written(f"title.{kind}", {}, catalogue=catalogue),
        sections=tuple(_sections(composer, kind)),
    )


def _sections(composer: Composer, kind: NoticeKind) -> Iterator[Section]:
    for part in DOCUMENTS[kind]:
        if part.id == ACTIVITIES:
            yield from _activities(composer)
        else:
            yield from _section(composer, part, kind)


def _activities(composer: Composer) -> Iterator[Section]:
    for name in other_activities(composer):
        composer.terms("activity", [name], rule=f"activity.{name}")
        yield Section(
            id=f"activity-{name}",
            title=composer.catalogue.word(f"activity.{name}"),
            sentences=tuple(described(composer, name)),
        )


def _section(composer: Composer, part: Part, kind: NoticeKind) -> Iterator[Section]:
    sentences = tuple(part.write(composer))
    if sentences:
        title = written(f"section.{part.id}", {}, catalogue=composer.catalogue)
        yield Section(id=part.id, title=title, sentences=sentences)
    elif part.needed:
        raise EmptySectionError(section=part.id, kind=kind, key=part.table)
