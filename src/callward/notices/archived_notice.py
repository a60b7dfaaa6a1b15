"""An archived notice as pages show it: read back from its own JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from callward.notices.errors import NoticeFileError
from callward.texts.notice import Section, Sentence
from callward.texts.states import NoticeKind, Probe, SentenceClass

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """One notice in one language."""

    kind: NoticeKind
    language: str
    policy_id: str
    version: str
    effective: date
    title: str
    sha256: str
    sections: tuple[Section, ...]

    def sentences(self) -> Iterator[Sentence]:
        """Every sentence, in the order of the text."""
        for section in self.sections:
            yield from section.sentences


@lru_cache(maxsize=512)  # archived bytes never change
def read_notice(content: bytes) -> NoticeText:
    """Read a notice from its JSON; raises NoticeFileError."""
    try:
        return _notice(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoticeFileError from error


def _notice(tree: dict[str, Any]) -> NoticeText:
    return NoticeText(
        kind=NoticeKind(tree["kind"]),
        language=str(tree["language"]),
        policy_id=str(tree["policy_id"]),
        version=str(tree["version"]),
        effective=date.fromisoformat(tree["effective"]),
        title=str(tree["title"]),
        sha256=str(tree["sha256"]),
        sections=tuple(_section(section) for section in tree["sections"]),
    )


def _section(tree: dict[str, Any]) -> Section:
    sentences = tuple(_sentence(sentence) for sentence in tree["sentences"])
    return Section(id=str(tree["id"]), title=str(tree["title"]), sentences=sentences)


def _sentence(tree: dict[str, Any]) -> Sentence:
    probe, evidence = tree.get("probe"), tree.get("evidence")
    return Sentence(
        id=str(tree["id"]),
        text=str(tree["text"]),
        rule=str(tree["rule"]),
        rule_hash=str(tree["rule_hash"]),
        sentence_class=SentenceClass(tree["class"]),
        probe=Probe(probe) if probe else None,
        evidence=str(evidence) if evidence else None,
        item=bool(tree.get("item")),
        language=tree.get("language") or None,
    )
