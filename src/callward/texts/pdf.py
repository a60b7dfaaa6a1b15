"""A notice as a PDF, and the poster of an office; the same bytes on every machine."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import typst

from callward.texts.errors import UnprintableLetterError
from callward.texts.foot import MARKS, foot, legend, legend_title

if TYPE_CHECKING:
    from callward.texts.notice import Notice, Section

_TEMPLATE = Path(__file__).parent / "paper.typ"


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
            "sections": [_section(section) for section in notice.sections],
            "foot": list(foot(notice)),
            "legend_title": legend_title(notice),
            "legend": [{"mark": mark, "meaning": meaning} for mark, meaning in legend(notice)],
        },
        ensure_ascii=False,
    )


def _section(section: Section) -> dict[str, object]:
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
