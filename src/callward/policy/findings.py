"""What the linter says about a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.policy.vocabulary import Severity


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
