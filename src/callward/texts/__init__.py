"""What a policy says in words: notices, announcements, posters, in every language; pure."""

from callward.texts.catalogue import LANGUAGES
from callward.texts.documents import kinds_of
from callward.texts.json_ld import as_jsonld
from callward.texts.notice import Notice, Section, Sentence
from callward.texts.notice_builder import render
from callward.texts.notice_formats import as_bytes, as_html, as_json, as_markdown, as_pdf
from callward.texts.prompt_texts import prompt_texts
