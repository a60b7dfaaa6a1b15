"""What a policy says in words: notices, announcements, posters, in every language; pure."""

from callward.texts.catalogue import LANGUAGES
from callward.texts.json_ld import as_jsonld
from callward.texts.notice import Notice, Section, Sentence
from callward.texts.notice_builder import kinds_of, render
from callward.texts.notice_formats import as_bytes, as_html, as_json, as_markdown
from callward.texts.pdf import as_pdf
from callward.texts.prompt_texts import prompt_texts

__all__ = [
    "LANGUAGES",
    "Notice",
    "Section",
    "Sentence",
    "as_bytes",
    "as_html",
    "as_json",
    "as_jsonld",
    "as_markdown",
    "as_pdf",
    "kinds_of",
    "prompt_texts",
    "render",
]
