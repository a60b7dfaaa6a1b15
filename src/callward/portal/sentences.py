"""A notice with what stands behind each of its sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from callward.notices import selectors as notices
from callward.notices.ports import weakest
from callward.notices.states import CheckState
from callward.texts.states import SentenceClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from callward.notices.archived_notice import NoticeText
    from callward.notices.ports import SentenceCheck
    from callward.portal.page_frame import Reader
    from callward.texts import Sentence
    from callward.texts.states import CheckName


class Mark(StrEnum):
    """What a visitor sees before a sentence, in the order of the legend."""

    PROVEN = "proven"
    BROKEN = "broken"
    OPEN = "open"  # a program could look, but there is no result that holds
    ATTESTED = "attested"
    STATED = "stated"  # the rule in the policy file is all that stands behind it
    STATIC = "static"
    REMARK = "remark"


CHECKED = frozenset({Mark.PROVEN, Mark.BROKEN})  # a program has looked, whatever it found
_BY_CHECK: Mapping[CheckState, Mark] = {
    CheckState.GREEN: Mark.PROVEN,
    CheckState.NOT_APPLICABLE: Mark.PROVEN,
    CheckState.RED: Mark.BROKEN,
    CheckState.STALE: Mark.OPEN,
    CheckState.UNCHECKED: Mark.OPEN,
}


def mark_of(sentence: Sentence, check: SentenceCheck | None) -> Mark:
    """The mark of a sentence, by its class and by the result that visitors may see."""
    match sentence.sentence_class:
        case SentenceClass.PROVEN:
            return Mark.OPEN if check is None else _BY_CHECK[check.state]
        case SentenceClass.ATTESTED:
            only_the_rule = sentence.evidence in (None, sentence.rule)
            return Mark.STATED if only_the_rule else Mark.ATTESTED
        case SentenceClass.STATIC:
            return Mark.STATIC
        case SentenceClass.REMARK:
            return Mark.REMARK


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedSentence:
    """One sentence and the check behind it, if there is one that may be shown."""

    text: Sentence
    check: SentenceCheck | None
    opens_list: bool
    closes_list: bool

    @property
    def mark(self) -> Mark:
        """What the visitor sees before it."""
        return mark_of(self.text, self.check)

    @property
    def warns(self) -> bool:
        """Whether the visitor reads at once what the check says: not kept, or long unlooked at."""
        return self.check is not None and self.check.state in (CheckState.RED, CheckState.STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedSection:
    """Sentences under one heading."""

    id: str
    title: str
    sentences: tuple[BackedSentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedNotice:
    """One notice, and how many of its sentences a program has checked."""

    text: NoticeText
    sections: tuple[BackedSection, ...]
    marks: tuple[Mark, ...]
    checked: int
    sentences: int
    broken: int


def backed(reader: Reader, kind: str) -> BackedNotice:
    """One notice of the version that is read; raises NoticeNotFoundError."""
    text = notices.notice(reader.edition.ref, kind, language=reader.language)
    checks = notices.sentence_checks(reader.edition, at=reader.at)
    sections = tuple(
        BackedSection(
            id=section.id,
            title=section.title,
            sentences=tuple(_backed(section.sentences, checks)),
        )
        for section in text.sections
    )
    flat = [sentence for section in sections for sentence in section.sentences]
    seen = [sentence.mark for sentence in flat]
    return BackedNotice(
        text=text,
        sections=sections,
        marks=tuple(one for one in Mark if one in seen),
        checked=sum(one in CHECKED for one in seen),
        sentences=len(flat),
        broken=seen.count(Mark.BROKEN),
    )


def _backed(
    sentences: Sequence[Sentence], checks: Mapping[CheckName, SentenceCheck]
) -> Iterator[BackedSentence]:
    for number, sentence in enumerate(sentences):
        check = weakest(checks.get(name) for name in sentence.checks)
        before, after = sentences[:number][-1:], sentences[number + 1 : number + 2]
        yield BackedSentence(
            text=sentence,
            check=check if check is not None and check.public else None,
            opens_list=sentence.item and not any(one.item for one in before),
            closes_list=sentence.item and not any(one.item for one in after),
        )
