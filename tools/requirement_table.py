"""Write docs/promises/requirements.md: where each row of the notices stands, and what backs it.

Run as `python -m tools.requirement_table`; with `--check` it changes nothing and exits 1 when the
page is stale. The rows and their keys are written by hand in docs/promises/places.toml; what backs
a key is read from the sentences that the notices really print.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from callward.policy import load
from callward.texts import kinds_of, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callward.policy import Policy
    from callward.texts import Sentence

TOP = Path(__file__).resolve().parent.parent
PLACES = TOP / "docs" / "promises" / "places.toml"
PAGE = TOP / "docs" / "promises" / "requirements.md"
_MARK = re.compile(r'(?:mark\.req|row)\(\s*"([A-Z]-\d\d)"')
_WHOLE_ACTIVITY = re.compile(r"activity\.[^.]+")
_NAMED_BY = ("id", "reason", "name")
_HEAD = """# Where each promise stands

Each row of the five notices (K therapy association, S smart metering, I clinic, M web shop,
C VoIP provider), the keys of the complete policy file that say it, and what backs the sentences
that the notices print from those keys:

- **proven**: a probe looks at the world again and again.
- **attested**: a person or a paper stands for it, with a day.
- **static**: it follows from the law, a maintained table or the file itself; nothing measures it.
- **in the file**: the file says it and lint reads it; no sentence is printed from this very key.
- *house*: how the product works, whatever the file says. *later*: not built yet; until then only
  the file and the notice speak of it, and nothing enforces it.

The last column counts the tests that name the row. Made from `places.toml` by
`python -m tools.requirement_table`; a test keeps it fresh.
"""


def page() -> str:
    """The whole page as it must be today."""
    tests = _tests_by_row()
    lines = [_HEAD]
    for name, rows in tomllib.loads(PLACES.read_text()).items():
        policy = load((TOP / "policies" / f"{name}.toml").read_bytes())
        sentences = _sentences_of(policy)
        lines += [f"## {name}\n", "| row | where | backed by | tests |", "|---|---|---|---|"]
        for row, places in rows.items():
            where = "<br>".join(f"`{each}`" if ":" not in each else f"*{each}*" for each in places)
            backed = "<br>".join(_backing(policy, each, sentences) for each in places)
            lines.append(f"| {row} | {where} | {backed} | {tests[row] or '–'} |")
        lines.append("")
    return "\n".join(lines)


def _tests_by_row() -> Counter[str]:
    files = sorted((TOP / "tests").rglob("test_*.py"))
    return Counter(row for file in files for row in _MARK.findall(file.read_text()))


def _sentences_of(policy: Policy) -> list[Sentence]:
    notices = (render(policy, kind=kind, language="en") for kind in kinds_of(policy))
    each = (
        sentence
        for notice in notices
        for section in notice.sections
        for sentence in section.sentences
    )
    return list(
        {(sentence.id, sentence.rule, sentence.text): sentence for sentence in each}.values()
    )


def _backing(policy: Policy, place: str, sentences: Iterable[Sentence]) -> str:
    if ":" in place:
        return "–" if place.startswith("later") else "house"
    key = as_printed(policy, place)
    said = {str(each.sentence_class) for each in sentences if _speaks_of(each.rule, key)}
    return ", ".join(sorted(said)) or "in the file"


def _speaks_of(rule: str, key: str) -> bool:
    """Whether a sentence made from this rule speaks of the key, of a part of it, or just above."""
    above = key.rpartition(".")[0] == rule and not _WHOLE_ACTIVITY.fullmatch(rule)
    return rule == key or rule.startswith(f"{key}.") or above


def as_printed(policy: Policy, place: str) -> str:
    """The key as sentences name it, rows by their number; raises LookupError where it is not."""
    here: object = policy
    parts = []
    for part in place.split("."):
        here, printed = _step(here, part)
        parts.append(printed)
    return ".".join(parts)


def _step(here: object, part: str) -> tuple[object, str]:
    if isinstance(here, tuple):
        for number, row in enumerate(here):
            if part in {getattr(row, key, None) for key in _NAMED_BY}:
                return row, str(number)
        raise LookupError(part)
    found = here[part] if isinstance(here, dict) else getattr(here, part)
    if found is None or found in ((), frozenset(), {}):
        raise LookupError(part)
    return found, part


def rows() -> Iterator[tuple[str, str, str]]:
    """Controller, row and place, one after the other."""
    for name, table in tomllib.loads(PLACES.read_text()).items():
        for row, places in table.items():
            for place in places:
                yield name, row, place


def main() -> int:
    """Write the page, or say that it is stale."""
    today = page()
    if "--check" in sys.argv[1:]:
        return int(PAGE.read_text() != today)
    PAGE.write_text(today)
    return 0


if __name__ == "__main__":
    sys.exit(main())
