"""What a policy says in words: notices, announcements, posters, in every language; pure."""

from callward.texts.catalogue import LANGUAGES
from callward.texts.formats import as_html, as_json, as_markdown
from callward.texts.linked import as_jsonld
from callward.texts.notice import Notice, Section, Sentence
from callward.texts.paper import as_pdf
from callward.texts.prompts import prompt_texts
from callward.texts.rendering import kinds_of, render

__all__ = [
    "LANGUAGES",
    "Notice",
    "Section",
    "Sentence",
    "as_html",
    "as_json",
    "as_jsonld",
    "as_markdown",
    "as_pdf",
    "kinds_of",
    "prompt_texts",
    "render",
]
