"""Writing sentences from a policy: each with its rule, the rule's hash and its class."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from callward.kernel.calendar import Period, parse_period
from callward.policy.canonical import JsonValue, canonical_bytes
from callward.policy.tables import law_named
from callward.policy.vocabulary import ENDLESS_WORDS
from callward.texts.errors import UnknownTermError, UnsayableRuleError
from callward.texts.notice import Sentence
from callward.texts.sentence import Terms, Value, written
from callward.texts.states import Probe, SentenceClass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from callward.policy.schema import Policy
    from callward.texts.catalogue import Catalogue

Word = TypeVar("Word")
LAW = "law:"  # a rule that stands in the law and not in the policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """One policy in one language, while a notice is written."""

    policy: Policy
    catalogue: Catalogue
    canonical: bytes
    parts: Mapping[str, JsonValue]

    def proven(
        self, sentence: str, rule: str, probe: Probe, *, key: str = "", **values: Value
    ) -> Sentence:
        """A sentence that a probe checks."""
        return self._sentence(sentence, rule, SentenceClass.PROVEN, key, values, probe=probe)

    def attested(
        self, sentence: str, rule: str, evidence: str, *, key: str = "", **values: Value
    ) -> Sentence:
        """A sentence that people answer for, with what they show."""
        kind = SentenceClass.ATTESTED
        return self._sentence(sentence, rule, kind, key, values, evidence=evidence)

    def static(self, sentence: str, rule: str, *, key: str = "", **values: Value) -> Sentence:
        """A sentence that says what the law or a maintained table says."""
        return self._sentence(sentence, rule, SentenceClass.STATIC, key, values)

    def _sentence(
        self,
        sentence: str,
        rule: str,
        kind: SentenceClass,
        key: str,
        values: Mapping[str, Value],
        *,
        probe: Probe | None = None,
        evidence: str | None = None,
    ) -> Sentence:
        return Sentence(
            id=f"{sentence}:{key}" if key else sentence,
            text=written(sentence, values, catalogue=self.catalogue),
            rule=rule,
            rule_hash=self.rule_hash(rule),
            sentence_class=kind,
            probe=probe,
            evidence=evidence,
            item=sentence.endswith(".item"),
        )

    def rule_hash(self, rule: str) -> str:
        """The hash of this part of the policy; raises UnsayableRuleError when it is absent."""
        part: JsonValue = rule if rule.startswith(LAW) else self._part(rule)
        return hashlib.sha256(canonical_bytes(part)).hexdigest()

    def _part(self, rule: str) -> JsonValue:
        part: JsonValue = dict(self.parts)
        for key in rule.split("."):
            if isinstance(part, dict) and key in part:
                part = part[key]
            elif isinstance(part, list) and key.isdecimal() and int(key) < len(part):
                part = part[int(key)]
            else:
                raise UnsayableRuleError(rule=rule)
        return part

    def period(self, rule: str, text: str | None) -> Period:
        """The period; raises UnsayableRuleError when there is none or it has no end."""
        if text is None or text in ENDLESS_WORDS:
            raise UnsayableRuleError(rule=rule)
        return parse_period(text)

    def law(self, key: str | None, *, rule: str) -> str:
        """How this law is cited; raises UnknownTermError for one that is in no table."""
        law = law_named(key)
        if law is None:
            raise UnknownTermError(term=key or "", key=rule)
        return law.names[self.catalogue.language]

    def terms(self, family: str, names: Iterable[str], *, rule: str) -> Terms:
        """The words for these names of the policy; raises UnknownTermError."""
        names = tuple(str(name) for name in names)
        if not names:
            raise UnsayableRuleError(rule=rule)
        for name in names:
            if f"{family}.{name}" not in self.catalogue.words:
                raise UnknownTermError(term=name, key=rule)
        return Terms(ids=tuple(f"{family}.{name}" for name in names))


def in_order(words: Iterable[Word], chosen: Collection[Word]) -> tuple[Word, ...]:
    """The chosen words in the order of their closed list: the same on every machine."""
    return tuple(word for word in words if word in chosen)


def composer_of(policy: Policy, catalogue: Catalogue, canonical: bytes) -> Composer:
    """A composer for this policy; `canonical` is its canonical form."""
    parts = json.loads(canonical)
    return Composer(policy=policy, catalogue=catalogue, canonical=canonical, parts=parts)
