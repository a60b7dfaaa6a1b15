"""What stands at the foot of every notice: version, day, language, fingerprints, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.texts.catalogue import catalogue_of
from callward.texts.sentence import written
from callward.texts.states import SentenceClass

if TYPE_CHECKING:
    from callward.texts.notice import Notice
    from callward.texts.sentence import Value

MARKS = {
    SentenceClass.PROVEN: "✓",
    SentenceClass.ATTESTED: "◆",
    SentenceClass.STATIC: "§",
    SentenceClass.REMARK: "✎",
}


def foot_title(notice: Notice) -> str:
    """The heading of the foot."""
    return written("foot.title", {}, catalogue=catalogue_of(notice.language))


def foot(notice: Notice) -> tuple[str, ...]:
    """Version, language and fingerprints, as whole sentences."""
    catalogue = catalogue_of(notice.language)
    language = catalogue.word(f"language.{notice.language}")
    said: tuple[tuple[str, dict[str, Value]], ...] = (
        ("foot.version", {"version": notice.version, "effective": notice.effective}),
        ("foot.language", {"language": language}),
        ("foot.policy", {"policy": notice.policy_id}),
        ("foot.text", {"text": f"sha256:{notice.sha256}"}),
        ("foot.again", {}),
    )
    return tuple(written(sentence, values, catalogue=catalogue) for sentence, values in said)


def legend_title(notice: Notice) -> str:
    """What introduces the marks."""
    return written("foot.marks", {}, catalogue=catalogue_of(notice.language))


def legend(notice: Notice) -> tuple[tuple[str, str], ...]:
    """The marks that this notice uses, with what they mean."""
    catalogue = catalogue_of(notice.language)
    used = {sentence.sentence_class for sentence in notice.sentences}
    return tuple(
        (mark, written(f"mark.{kind}", {}, catalogue=catalogue))
        for kind, mark in MARKS.items()
        if kind in used
    )
