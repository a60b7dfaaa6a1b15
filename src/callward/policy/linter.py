"""What the law would say about a policy: all rules, and what waivers change about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy import (  # noqa: F401  # importing them puts their rules into the list
    lint_access,
    lint_answers,
    lint_contradictions,
    lint_gaps,
    lint_law,
    lint_purposes,
    lint_recipients,
    lint_recording,
    lint_retention,
    lint_rights,
    lint_site,
    lint_special,
)
from callward.policy.lint_rule import CHECKS, RULES, Rule, Trouble, registered
from callward.policy.vocabulary import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from callward.policy.lint_rule import Finding
    from callward.policy.schema import Policy

UNKNOWN_WAIVER = registered(
    Rule(
        code="P-40",
        article="cw:waiver",
        fact=gettext_noop("%(where)s waives a rule that does not exist."),
        mend=gettext_noop("Take it out, or write the code as lint prints it."),
    )
)
FORBIDDEN_WAIVER = registered(
    Rule(
        code="P-41",
        article="cw:waiver",
        fact=gettext_noop("%(where)s waives a rule that can never be waived."),
        mend=gettext_noop("Take it out and mend what the rule refuses."),
    )
)
EXPIRED_WAIVER = registered(
    Rule(
        code="P-42",
        article="cw:waiver",
        fact=gettext_noop("%(where)s ended on %(until)s and waives nothing any more."),
        mend=gettext_noop("Mend what the rule refuses, or have the waiver renewed."),
        severity=Severity.WARNING,
    )
)
NEEDLESS_WAIVER = registered(
    Rule(
        code="P-43",
        article="cw:waiver",
        fact=gettext_noop("%(where)s waives a rule that is not broken."),
        mend=gettext_noop("Take it out."),
        severity=Severity.WARNING,
    )
)


def lint(policy: Policy, *, on: date) -> list[Finding]:
    """Every finding about this policy on this day; waived ones are marked, not left out."""
    found = [rule.finding(trouble) for rule, check in CHECKS for trouble in check(policy)]
    waived = {waiver.code for waiver in policy.waiver if waiver.until >= on}
    waived &= {code for code, rule in RULES.items() if rule.waivable}
    findings = [replace(each, waived=each.code in waived) for each in found]
    findings += _about_waivers(policy, broken={each.code for each in found}, on=on)
    return sorted(findings, key=lambda each: (each.severity, each.code, each.where, each.fact))


def _about_waivers(policy: Policy, *, broken: set[str], on: date) -> Iterator[Finding]:
    for number, waiver in enumerate(policy.waiver, start=1):
        trouble = Trouble(f"waiver {number} ({waiver.code})", {"until": waiver.until})
        if waiver.code not in RULES:
            yield UNKNOWN_WAIVER.finding(trouble)
        elif not RULES[waiver.code].waivable:
            yield FORBIDDEN_WAIVER.finding(trouble)
        elif waiver.until < on:
            yield EXPIRED_WAIVER.finding(trouble)
        elif waiver.code not in broken:
            yield NEEDLESS_WAIVER.finding(trouble)
