"""The pages of the lint rules: one per family, each rule with a heading of its own."""

from __future__ import annotations

import importlib
import json
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from callward.policy.linter import RULES
from callward.policy.policy_file import REFUSED_AT_LOADING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.lint_rule import Rule

_FAMILIES = {
    "L": "What a published notice may not say or leave unsaid",
    "G": "Gaps: what must be there",
    "X": "Contradictions inside one notice, or between two",
    "P": "What the engine needs to run by the file",
}
_BY_CONSTRUCTION = """## What cannot happen at all

Some defects of published notices cannot be made with a policy file, whatever is written into it.
Their rules refuse what can still be *said* about them; the rest is how the product works.

| code | why it cannot happen |
|---|---|
| G-14 | `version` and `effective` must stand; every text prints them and the policy id |
| X-02 | the gate of the phone line drops every frame until the person was told |
| X-03 | the announcement and the notice are made from the same rule |
| X-07, X-08 | an answer is due at the earlier of the promise and the law |
| X-21 | a period without an event to count from does not compile |
| L-04, L-05, L-06, L-10, L-11, L-33 | authorities and laws are printed from the tables |
| L-15, L-40 | an endless period does not compile |
| L-23, X-01, X-20 | each document is rendered once, and lists what is declared, once |
| L-24 | no free sentence is printed but a remark, and that stands apart as unchecked |
| X-04, X-10 | one period and one basis reach the engine; what stands beside them is only refused |
| X-23 | of two lists of reasons the engine keeps what both contain |

Loading answers with line, key and mend, and with the code of the rule where one is meant.
"""
_TESTS = Path(__file__).resolve().parent.parent / "tests"
_NOTICES = {
    "K": "therapy association",
    "S": "smart-metering company",
    "I": "dermatology clinic",
    "M": "web shop",
    "C": "VoIP provider",
}
# In which of the five published notices the defect was seen (L-33: in none, it prevents others).
_SEEN = {
    "L": "S I S S S C S S C C C C C C CK K K K K K K K K S S I I M KIMS KSIMC C C - K K KC S M I C"
    " C KM KSMC",
    "G": "K K KI KSCI I I M C KSIMC KSIMC KSIMC KSIMC KM KSIMC KSIM KSIMC K CI KIMC",
    "X": "K KS K K K K KSIMC KSIMC KI S S CI C C CKSM S IC K C KSC KSMC K K C K",
}
_NOTE = "<!-- Written by `python -m tools.make_reference`; do not edit. -->\n"


def rules_pages() -> dict[str, str]:
    """The index and a page per family, by file name."""
    families = {
        family: list(rules)
        for family, rules in groupby(
            sorted(RULES.values(), key=_code), key=lambda rule: rule.code[0]
        )
    }
    pages = {f"{family}.md": _family_page(family, rules) for family, rules in families.items()}
    return {"index.md": _index(families), **pages}


def _code(rule: Rule) -> str:
    return rule.code


def _index(families: dict[str, list[Rule]]) -> str:
    parts = [
        f"# Lint rules\n\n{_NOTE}",
        "`callward policy lint FILE` names these codes. An error stops a policy; a warning asks",
        "somebody to look. A waiver carries an end and a reason; what would make the text untrue",
        "is never waivable.\n",
    ]
    for family, rules in families.items():
        parts.append(
            f"## {_FAMILIES[family]}\n\n| code | severity | law or demand | waivable | finds |"
        )
        parts.append("|---|---|---|---|---|")
        parts += [_row(rule) for rule in rules]
        parts.append("")
    parts.append(_BY_CONSTRUCTION)
    return "\n".join(parts).rstrip("\n") + "\n"


def _row(rule: Rule) -> str:
    link = f"[{rule.code}]({rule.code[0]}.md#{rule.code.lower()})"
    return f"| {link} | {rule.severity} | {rule.article} | {_waivable(rule)} | {_told(rule.fact)} |"


def _waivable(rule: Rule) -> str:
    return "yes" if rule.waivable else "never"


def _family_page(family: str, rules: list[Rule]) -> str:
    parts = [f"# {_FAMILIES[family]}\n\n{_NOTE}"]
    for rule in rules:
        parts += _section(rule)
    return "\n".join(parts).rstrip("\n") + "\n"


def _section(rule: Rule) -> Iterator[str]:
    yield f"## {rule.code}\n"
    yield f"**{rule.severity.capitalize()}** · {rule.article} · waivable: {_waivable(rule)}\n"
    yield f"{_told(rule.fact)}\n"
    yield f"*Mend:* {_told(rule.mend)}\n"
    if broken_by := _examples().get(rule.code):
        yield f"*Broken, for example, by* {broken_by}.\n"
    if seen := _seen_in(rule.code):
        yield f"*Seen in the notice of* {seen}.\n"
    if keys := [f"`{key}`" for key, code in REFUSED_AT_LOADING.items() if code == rule.code]:
        yield f"Loading already refuses what is no word of the lists under {', '.join(keys)}.\n"


def _told(template: str) -> str:
    return template.replace("%(where)s", "…").replace("%(", "*").replace(")s", "*")


def _seen_in(code: str) -> str:
    listed = _SEEN.get(code[0], "").split()
    letters = listed[int(code[2:]) - 1] if listed else ""
    return ", ".join(f"a {_NOTICES[letter]}" for letter in letters if letter in _NOTICES)


def _examples() -> dict[str, str]:
    """What breaks each rule, from the cases that the tests run: no page shows what nobody tried."""
    if str(_TESTS) not in sys.path:
        sys.path.insert(0, str(_TESTS))
    cases = importlib.import_module("build.lint_cases").CASES
    absent = importlib.import_module("build.policies").ABSENT
    told: dict[str, str] = {}
    for code, _sample, wrong, _right in cases:
        if wrong:
            written = (
                f"leaving out `{key}`" if value is absent else f"`{key} = {_as_toml(value)}`"
                for key, value in wrong.items()
            )
            told.setdefault(code, " with ".join(written))
    return told


def _as_toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_as_toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_as_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
