"""A notice as Markdown, as a web page and as JSON; the same bytes on every machine."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from callward.texts.foot import MARKS, foot, foot_title, legend, legend_title
from callward.texts.json_ld import as_jsonld
from callward.texts.pdf import as_pdf
from callward.texts.states import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.texts.notice import Notice, Section, Sentence

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
