"""From pydantic's complaint to ours: which line, which key, what mends it."""

from __future__ import annotations

import types
import typing
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import BaseModel

from callward.policy.errors import (
    PolicyError,
    PolicyForeignLetterError,
    PolicyMissingKeyError,
    PolicyUnknownKeyError,
    PolicyUnknownValueError,
    PolicyWrongValueError,
)
from callward.policy.schema import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from callward.policy.key_lines import KeyLines, Path

_SHOWN_KEY = 60
_SHOWN_WORDS = 12

_REASONS = {
    "string_too_long": "it is too long",
    "string_too_short": "it is empty",
    "string_pattern_mismatch": "it does not have the form that is asked for",
    "too_long": "the list is too long",
    "too_short": "the list is empty",
    "greater_than_equal": "the number is too small",
    "less_than_equal": "the number is too large",
    "value_error": "%(said)s",
}
_TYPE_NAMES = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
}


# What cannot even be written down: the closed world refuses it before lint could name it.
REFUSED_AT_LOADING = {
    "version": "G-14",
    "effective": "G-14",
    "start": "X-21",
    "from": "X-21",
    "period": "L-15",
    "max": "L-15",
    "basis": "L-35",
    "extension_reasons": "X-09",
    "refusal_reasons": "X-09",
    "announce": "X-02",
    "authority": "L-33",
    "law": "L-33",
    "channels": "L-07",
    "fax": "L-07",
}


def complaint_about(problem: ErrorDetails, lines: KeyLines) -> PolicyError:
    """The same problem in our words; the value itself is never repeated."""
    path = tuple(str(part) for part in problem["loc"] if part != "[key]")
    complaint = _complaint(problem, path, lines)
    keys = (REFUSED_AT_LOADING.get(part) for part in reversed(path))
    complaint.rule = next(filter(None, keys), None)
    return complaint


def _complaint(problem: ErrorDetails, path: Path, lines: KeyLines) -> PolicyError:
    line, key = lines.line_of(path), _shown(path)
    if foreign := next((part for part in path if not part.isascii()), None):
        return PolicyForeignLetterError(line=line, key=key, name=ascii(foreign)[:_SHOWN_KEY])
    match problem["type"]:
        case "extra_forbidden":
            return PolicyUnknownKeyError(line=line, key=key, known=_known_near(path))
        case "missing":
            return PolicyMissingKeyError(line=line or 1, key=key)
        case "enum" | "literal_error":
            known = str(problem.get("ctx", {}).get("expected", ""))
            return PolicyUnknownValueError(line=line, key=key, known=known)
    return PolicyWrongValueError(line=line, key=key, reason=_reason(problem))


def _shown(path: Path) -> str:
    return ".".join(part if part.isprintable() else ascii(part) for part in path)[:_SHOWN_KEY]


def _reason(problem: ErrorDetails) -> str:
    kind = problem["type"]
    if kind in _TYPE_NAMES:
        return f"it must be {_TYPE_NAMES[kind]}"
    said = str(problem.get("ctx", {}).get("error", ""))
    return _REASONS.get(kind, "it does not have the form that is asked for") % {"said": said}


def _known_near(path: Path) -> str:
    table = _table_at(path[:-1])
    known = sorted(each.alias or name for name, each in table.model_fields.items())
    near = get_close_matches(path[-1][:_SHOWN_KEY], known, n=3)
    return ", ".join(near or known[:_SHOWN_WORDS])


def _table_at(path: Path) -> type[BaseModel]:
    table: type[BaseModel] = Policy
    for part in path:
        by_key = {each.alias or name: each for name, each in table.model_fields.items()}
        if part in by_key:
            table = next(_tables_in(by_key[part].annotation), table)
    return table


def _tables_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, types.UnionType | types.GenericAlias) or typing.get_args(
        annotation
    ):
        for each in typing.get_args(annotation):
            yield from _tables_in(each)
