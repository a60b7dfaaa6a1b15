"""A notice as Markdown, as a web page, as JSON and as a PDF; the same bytes on every machine.

At the foot of each stand its version, day, language, fingerprints and marks.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from callward.texts.catalogue import catalogue_of
from callward.texts.errors import UnprintableLetterError
from callward.texts.json_ld import as_jsonld
from callward.texts.sentence import written
from callward.texts.states import Format, SentenceClass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.texts.notice import Notice, Section, Sentence
    from callward.texts.sentence import Value

_TEMPLATE = Path(__file__).parent / "paper.typ"
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


# What Markdown would read as its own marks at the places where names of a policy can stand.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|])")


def as_bytes(notice: Notice, form: Format, *, policy: Policy) -> bytes:
    """One notice in one form, the same bytes on every machine."""
    match form:
        case Format.HTML:
            return as_html(notice)
        case Format.MARKDOWN:
            return as_markdown(notice)
        case Format.JSON:
            return as_json(notice)
        case Format.JSONLD:
            return as_jsonld(notice, policy=policy)
        case Format.PDF:
            return as_pdf(notice)


def as_json(notice: Notice) -> bytes:
    """notice.json: the content that the fingerprint covers, and the fingerprint."""
    whole = {**notice.content, "sha256": notice.sha256}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def as_markdown(notice: Notice) -> bytes:
    """The notice for reading and printing, with the marks behind the sentences."""
    return ("\n".join(_markdown(notice)) + "\n").encode()


def _markdown(notice: Notice) -> Iterator[str]:
    yield f"# {_plain(notice.title)}"
    for section in notice.sections:
        yield f"\n## {_plain(section.title)}"
        for listed, sentences in groupby(section.sentences, key=lambda each: each.item):
            yield ""
            for sentence in sentences:
                text = _plain(sentence.text).replace("\n", " ")
                said = f"{text} {MARKS[sentence.sentence_class]}"
                yield f"- {said}" if listed else f"{said}  "
    yield f"\n## {_plain(foot_title(notice))}\n"
    yield from (f"{_plain(line)}  " for line in foot(notice))
    yield f"\n{_plain(legend_title(notice))}\n"
    yield from (f"- {mark} {_plain(meaning)}" for mark, meaning in legend(notice))


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def as_html(notice: Notice) -> bytes:
    """The notice as a page of its own: headings, lists, an id for every sentence."""
    title = escape(notice.title)
    lines = [
        "<!doctype html>",
        f'<html lang="{notice.language}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>{title} – {escape(notice.legal_name)}</title></head>",
        f'<body><main data-kind="{notice.kind}" data-sha256="{notice.sha256}">',
        f"<h1>{title}</h1>",
        *(line for section in notice.sections for line in _section(section, notice.language)),
        *_foot(notice),
        "</main></body></html>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _section(section: Section, language: str) -> Iterator[str]:
    yield f'<section aria-labelledby="section-{section.id}">'
    yield f'<h2 id="section-{section.id}">{escape(section.title)}</h2>'
    for listed, sentences in groupby(section.sentences, key=lambda each: each.item):
        lines = [_sentence(each, language, tag="li" if listed else "p") for each in sentences]
        yield from (["<ul>", *lines, "</ul>"] if listed else lines)
    yield "</section>"


def _sentence(sentence: Sentence, language: str, *, tag: str) -> str:
    facts = {
        "id": sentence.id,
        "data-rule": sentence.rule,
        "data-class": str(sentence.sentence_class),
    }
    if sentence.probe:
        facts["data-probe"] = str(sentence.probe)
    if sentence.language and sentence.language != language:
        facts["lang"] = sentence.language
    attributes = " ".join(f'{name}="{escape(value)}"' for name, value in facts.items())
    text = escape(sentence.text).replace("\n", "<br>")
    mark = MARKS[sentence.sentence_class]
    return f'<{tag} {attributes}>{text} <span class="mark">{mark}</span></{tag}>'


def _foot(notice: Notice) -> Iterator[str]:
    yield f'<footer><h2 id="foot">{escape(foot_title(notice))}</h2>'
    yield from (f"<p>{escape(line)}</p>" for line in foot(notice))
    yield f"<p>{escape(legend_title(notice))}</p>"
    yield "<ul>"
    yield from (f"<li>{mark} {escape(meaning)}</li>" for mark, meaning in legend(notice))
    yield "</ul></footer>"


def as_pdf(notice: Notice) -> bytes:
    """The notice on paper, tagged for archives (PDF/A)."""
    return _compiled(as_typst_input(notice))


def as_typst_input(notice: Notice) -> str:
    """Everything that the page prints, as one JSON text."""
    return json.dumps(
        {
            "kind": str(notice.kind),
            "language": notice.language,
            "legal_name": notice.legal_name,
            "effective": notice.effective.isoformat(),
            "title": notice.title,
            "sections": [_printed(section) for section in notice.sections],
            "foot": list(foot(notice)),
            "legend_title": legend_title(notice),
            "legend": [{"mark": mark, "meaning": meaning} for mark, meaning in legend(notice)],
        },
        ensure_ascii=False,
    )


def _printed(section: Section) -> dict[str, object]:
    return {
        "title": section.title,
        "sentences": [
            {"text": each.text, "item": each.item, "mark": MARKS[each.sentence_class]}
            for each in section.sentences
        ],
    }


@lru_cache(maxsize=16)
def _compiled(notice: str) -> bytes:
    try:
        page = typst.compile(
            str(_TEMPLATE), format="pdf", sys_inputs={"notice": notice}, pdf_standards="a-2b"
        )
    except typst.TypstError as error:  # the template is ours and whole: only a letter can be amiss
        raise UnprintableLetterError from error
    if not isinstance(page, bytes):
        raise TypeError
    return page
