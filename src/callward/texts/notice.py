"""A notice as values: sections of sentences, each with the rule it states and what backs it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.policy.canonical import canonical_bytes
from callward.texts.states import checks_behind

if TYPE_CHECKING:
    from datetime import date

    from callward.policy.canonical import JsonValue
    from callward.texts.states import CheckName, NoticeKind, Probe, SentenceClass

SCHEMA = "callward.notice/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One statement of a notice and the rule of the policy that it states."""

    id: str
    text: str
    rule: str
    rule_hash: str
    sentence_class: SentenceClass
    probe: Probe | None = None
    evidence: str | None = None
    item: bool = False  # stands in a list under the sentence before it
    language: str | None = None  # where a remark is in another language than the notice

    @property
    def checks(self) -> tuple[CheckName, ...]:
        """The checks that it stands or falls with."""
        return () if self.probe is None else checks_behind(self.probe, self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and what stands under it."""

    id: str
    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One document in one language, made from one policy."""

    kind: NoticeKind
    language: str
    controller: str
    legal_name: str
    policy_id: str
    version: str
    effective: date
    title: str
    sections: tuple[Section, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, in reading order."""
        return tuple(each for section in self.sections for each in section.sentences)

    @property
    def content(self) -> dict[str, JsonValue]:
        """What the hash covers: all that is said, and by which rule."""
        return {
            "schema": SCHEMA,
            "kind": str(self.kind),
            "language": self.language,
            "controller": self.controller,
            "legal_name": self.legal_name,
            "policy_id": self.policy_id,
            "version": self.version,
            "effective": self.effective.isoformat(),
            "title": self.title,
            "sections": [_section(section) for section in self.sections],
        }

    @property
    def sha256(self) -> str:
        """The fingerprint of the content: whoever renders again can compare it."""
        return hashlib.sha256(canonical_bytes(self.content)).hexdigest()


def _section(section: Section) -> JsonValue:
    return {
        "id": section.id,
        "title": section.title,
        "sentences": [_sentence(each) for each in section.sentences],
    }


def _sentence(sentence: Sentence) -> JsonValue:
    return {
        "id": sentence.id,
        "text": sentence.text,
        "rule": sentence.rule,
        "rule_hash": sentence.rule_hash,
        "class": str(sentence.sentence_class),
        "probe": str(sentence.probe) if sentence.probe else None,
        "evidence": sentence.evidence,
        "item": sentence.item,
        "language": sentence.language,
    }
