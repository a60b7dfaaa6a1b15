"""A certificate as a page to print and sign by hand."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import typst

_TEMPLATE = Path(__file__).parent / "certificate.typ"
LANGUAGES = ("en", "ro", "bg", "lt")


def print_certificate(document: bytes, *, language: str = "en") -> bytes:
    """The same words and numbers as the signed text, byte for byte the same every time."""
    payload, signature = document.decode().splitlines()[:2]
    return _compiled(payload, signature, language if language in LANGUAGES else LANGUAGES[0])


@lru_cache(maxsize=32)
def _compiled(payload: str, signature: str, language: str) -> bytes:
    content = json.loads(payload)
    inputs = {
        "payload": json.dumps(content),
        "signature": signature,
        "language": language,
        "day": content["destroyed_at"][:10],
    }
    page = typst.compile(str(_TEMPLATE), format="pdf", sys_inputs=inputs, pdf_standards="a-2b")
    if not isinstance(page, bytes):
        raise TypeError
    return page
