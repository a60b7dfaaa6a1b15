"""The frame of the linter: what a rule is and where all of them are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.policy.vocabulary import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.policy.schema import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong with a policy: which law, where, and what mends it.

    `fact` and `mend` are whole sentences with `%(name)s` filled from `facts`; the templates
    stay available for the translators.
    """

    code: str
    severity: Severity
    article: str
    where: str
    fact_template: str
    mend_template: str
    facts: Mapping[str, object]
    waived: bool = False

    @property
    def fact(self) -> str:
        """What is wrong, in English."""
        return self.fact_template % {"where": self.where, **self.facts}

    @property
    def mend(self) -> str:
        """What to do about it, in English."""
        return self.mend_template % {"where": self.where, **self.facts}

    @property
    def page(self) -> str:
        """Where the reference explains the rule."""
        return f"docs/reference/rules/{self.code[0]}.md#{self.code.lower()}"

    @property
    def refuses(self) -> bool:
        """Whether the policy may not be activated because of this."""
        return self.severity == "error" and not self.waived


@dataclass(frozen=True, slots=True)
class Trouble:
    """One place where a rule is broken."""

    where: str
    facts: Mapping[str, object] = field(default_factory=dict)


Check = Callable[["Policy"], Iterable[Trouble]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A stable code, the law behind it, what is wrong and what mends it."""

    code: str
    article: str
    fact: str
    mend: str
    severity: Severity = Severity.ERROR
    waivable: bool = False

    def finding(self, trouble: Trouble) -> Finding:
        """The finding for one place."""
        return Finding(
            code=self.code,
            severity=self.severity,
            article=self.article,
            where=trouble.where,
            fact_template=self.fact,
            mend_template=self.mend,
            facts=trouble.facts,
        )


RULES: dict[str, Rule] = {}
CHECKS: list[tuple[Rule, Check]] = []


def registered(rule: Rule) -> Rule:
    """Put a rule into the list; two rules may not share a code."""
    if rule.code in RULES:
        raise ValueError(rule.code)
    RULES[rule.code] = rule
    return rule


def checks(rule: Rule) -> Callable[[Check], Check]:
    """Declare the function that looks for places where the rule is broken."""
    registered(rule)

    def declare(check: Check) -> Check:
        CHECKS.append((rule, check))
        return check

    return declare
