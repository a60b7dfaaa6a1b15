"""What may be handed to a piece of work."""

from __future__ import annotations

import re

_ARGUMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,126}[A-Za-z0-9])?", re.ASCII)
_HARMLESS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d", re.ASCII)
_DIGIT_RUN = re.compile(r"\d(?:[._:-]?\d){5}", re.ASCII)


def is_reference(text: object) -> bool:
    """Whether a text is a reference or a code: no person, number, address or path."""
    if not isinstance(text, str) or not _ARGUMENT.fullmatch(text):
        return False
    return not _DIGIT_RUN.search(_HARMLESS.sub("", text))
