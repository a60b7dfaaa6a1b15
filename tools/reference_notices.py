"""The page about notices: how they are made, every sentence with its rule, and what backs it."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from callward.policy import load
from callward.texts import kinds_of, render
from callward.texts.catalogue import Choice, Slot, catalogue_of
from callward.texts.notice_formats import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.texts.notice import Sentence

_POLICIES = Path(__file__).resolve().parent.parent / "policies"
_FAMILIES = ("activity", "category", "purpose", "interest", "field", "service", "event")
_HEAD = """# Notices

<!-- Written by `python -m tools.make_reference`; do not edit. -->

A notice is a pure function of one policy file, the sentences under `src/callward/texts/words/`
and the maintained tables. `callward notice render FILE --lang lt` writes the same bytes on every
machine; version, day, language and two fingerprints (of the rules and of the text) stand at its
foot, so anybody can render again and compare.

| kind | for whom | given when the policy has |
|---|---|---|
| `call-recording` | callers and people who are called | `[activity.call-recording]` |
| `site` | everybody; one section per activity | always |
| `staff` | people whose voices are recorded at work | `[activity.call-recording]` and `[staff]` |
| `others` | people others speak of or call: Article 14 | `[others]` |
| `cookies` | visitors of the sites | `[cookie.…]` |
| `short` | the first layer of all the others | always |
| `poster` | the wall of an office (A3) | always |

Formats: Markdown, a web page (every sentence with its id, rule, class and probe), `notice.json`,
JSON-LD in the words of the Data Privacy Vocabulary (the record of Article 30 comes with it), PDF/A.

## What backs a sentence

| mark | class | what it rests on |
|---|---|---|
| ✓ | `proven` | a probe looks at the world by another path than the engine |
| ◆ | `attested` | people answer for it; the evidence is named, or is the policy file itself |
| § | `static` | the law, a maintained table, or a promise that no machine can look at yet |
| ✎ | `remark` | a free statement of the controller, printed apart |

A sentence carries the path of its rule in the policy (`activity.call-recording.retain`) and the
SHA-256 of the canonical JSON of that part. A rule that is incomplete, or that no sentence can say
truthfully (recording before telling, a veto of every party, keeping without end), stops the
notice with a named error, and so does a section that would stand empty.

## How sentences are written

One file per language and part; the same ids stand in all four (`tests/pure/test_texts_*`).
No number may be typed into a sentence: it comes from the policy through a place in braces.

| written | means |
|---|---|
| `{period}` | the value, lists joined with “and” |
| `{period|acc}` | in this case: Lithuanian `nom acc gen dat ins`, Bulgarian `acc` (short article) |
| `{period|every}` | again and again: “every year”, “every 6 months” |
| `{reasons|nom|or}` | a list joined with “or” |
| `{channels#in this way#in these ways}` | words that depend on whether the list has one item |

A list whose items hold an “and”, an “or” or a comma themselves is joined with semicolons.
"""


def notices_page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_sentences(), *_words()])


def _sentences() -> Iterator[str]:
    yield "## Every sentence of the sample policies\n"
    for kind, rows in groupby(_said(), key=lambda row: row[0]):
        yield f"### {kind}\n"
        yield "| sentence | | checked by | in English |"
        yield "|---|---|---|---|"
        for _, sentence in rows:
            yield _row(sentence)
        yield ""


def _said() -> list[tuple[str, Sentence]]:
    found: dict[tuple[str, str], Sentence] = {}
    for file in sorted(_POLICIES.glob("*.toml")):
        policy = load(file.read_bytes())
        for kind in kinds_of(policy):
            for sentence in render(policy, kind=kind, language="en").sentences:
                found.setdefault((str(kind), _plain_id(sentence)), sentence)
    return [(kind, sentence) for (kind, _), sentence in sorted(found.items())]


def _plain_id(sentence: Sentence) -> str:
    return sentence.id.split(":", maxsplit=1)[0]


def _row(sentence: Sentence) -> str:
    mark = MARKS[sentence.sentence_class]
    probe = f"`{sentence.probe}`" if sentence.probe else ""
    return f"| `{_plain_id(sentence)}` | {mark} | {probe} | {_template(sentence)} |"


def _template(sentence: Sentence) -> str:
    # The template and not the text, so that a number in a sample does not make the page stale.
    template = catalogue_of("en").sentences.get(_plain_id(sentence))
    if template is None:
        return "(as the controller wrote it)"
    shown = {str: str, Slot: _slot, Choice: lambda choice: choice.many}
    return "".join(shown[type(piece)](piece) for piece in template.pieces)


def _slot(slot: Slot) -> str:
    return f"*{slot.name.replace('_', ' ')}*"


def _words() -> Iterator[str]:
    yield "## Words for the names of a policy\n"
    yield "| name | in English |"
    yield "|---|---|"
    words = catalogue_of("en").words
    for family in _FAMILIES:
        for name in sorted(words):
            if name.startswith(f"{family}."):
                yield f"| `{name}` | {words[name]['nom']} |"
    yield ""
