"""The marks before the sentences of a notice: what stands behind each of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from callward.notices.states import CheckState
from callward.texts.states import SentenceClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.notices.ports import SentenceCheck
    from callward.texts import Sentence


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
