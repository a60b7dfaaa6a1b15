"""The values of rows as text that is the same for a file and for a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | float | bytes
_PLAIN_INSTANT = 19  # "2026-03-29 00:30:00"


class NotSuchATextError(ValueError):
    """A value of the file cannot be one of the server's column."""


def _truth(value: Value) -> str:
    if value not in (0, 1):
        raise NotSuchATextError
    return "t" if value else "f"


def _instant(value: Value) -> str:
    """Django writes UTC without saying so; a zone that is said is believed."""
    text = str(value)
    if len(text) != _PLAIN_INSTANT:
        found = datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else found
        text = found.replace(tzinfo=None).isoformat(" ")
    return _short(text) + "+00"


def _short(text: str) -> str:
    """A server writes no zeros at the end of a fraction."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def _clean(value: Value) -> str:
    text = str(value)
    if "\0" in text:
        raise NotSuchATextError
    return text


def _document(value: Value) -> str:
    text = json.dumps(json.loads(str(value)), sort_keys=True)
    if "\\u0000" in text:
        raise NotSuchATextError
    return text


def _bytes(value: Value) -> str:
    if not isinstance(value, bytes):
        raise NotSuchATextError
    return "\\x" + value.hex()


def _number(value: Value) -> str:
    return repr(float(value))


def _whole(value: Value) -> str:
    return str(int(value))


_OF_FILE: dict[str, Callable[[Value], str]] = {
    "bool": _truth,
    "bytea": _bytes,
    "date": str,
    "float8": _number,
    "inet": str,
    "int2": _whole,
    "int4": _whole,
    "int8": _whole,
    "jsonb": _document,
    "text": _clean,
    "time": lambda value: _short(str(value)),
    "timestamptz": _instant,
    "uuid": lambda value: str(UUID(str(value))),
    "varchar": _clean,
}
_OF_SERVER: dict[str, Callable[[Value], str]] = {"float8": _number, "jsonb": _document}


def of_file(kind: str, value: Value | None) -> str | None:
    """A value of SQLite for a column of this kind; raises NotSuchATextError."""
    if value is None:
        return None
    try:
        return _OF_FILE[kind](value)
    except (KeyError, ValueError, TypeError):
        raise NotSuchATextError from None


def of_server(kind: str, value: str | None) -> str | None:
    """A value as the server's own text says it, written as `of_file` writes it."""
    if value is None or kind not in _OF_SERVER:
        return value
    return _OF_SERVER[kind](value)
