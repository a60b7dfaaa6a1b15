"""Reading a policy file that anybody may have written: one clear error, never a traceback."""

from __future__ import annotations

import json
import re
import tomllib
import types
import typing
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from callward.policy.canonical import JsonValue, canonical_bytes
from callward.policy.errors import (
    CanonicalFormError,
    PolicyError,
    PolicyForeignLetterError,
    PolicyLineTooLongError,
    PolicyMissingKeyError,
    PolicyNotTextError,
    PolicyNotTomlError,
    PolicyTooDeepError,
    PolicyTooLargeError,
    PolicyUnknownKeyError,
    PolicyUnknownValueError,
    PolicyWrongValueError,
)
from callward.policy.key_lines import KeyLines, Path
from callward.policy.schema import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

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


MAX_BYTES = 128 * 1024
MAX_LINES = 5000
MAX_LINE = 1000
MAX_DOTS = 40
MAX_DEPTH = 12
MAX_VALUES = 5_000
_SHOWN_PROBLEMS = 20

_AT_LINE = re.compile(
    r"^(?P<reason>.*?) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$"
)


def load(text: str | bytes) -> Policy:
    """Read one policy file; raises PolicyError with the line, the key and the mend."""
    readable = _readable(text)
    lines = KeyLines(readable)
    tables = _tables(readable)
    _check_values(tables, lines)
    try:
        return Policy.model_validate_json(json.dumps(tables, default=date.isoformat))
    except ValidationError as error:
        raise _first_of(error, lines) from None


def _readable(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise PolicyTooLargeError(limit=MAX_BYTES, lines=MAX_LINES)
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            raise PolicyNotTextError from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    # Counted before parsing: what is too long to be a policy must not cost a parse.
    if text.count(",") > MAX_VALUES:
        raise PolicyTooDeepError(limit=MAX_DEPTH)
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise PolicyTooLargeError(limit=MAX_BYTES, lines=MAX_LINES)
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE or line.count(".") > MAX_DOTS:
            raise PolicyLineTooLongError(line=number, limit=MAX_LINE, dots=MAX_DOTS)
    return text


def _tables(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise PolicyTooDeepError(limit=MAX_DEPTH) from None
    except ValueError as error:
        said = _AT_LINE.match(str(error))
        line = int(said["line"]) if said and said["line"] else text.count("\n") + 1
        reason = said["reason"] if said else "a value cannot be read"
        raise PolicyNotTomlError(line=line, reason=_without_text(reason)) from None


def _without_text(reason: str) -> str:
    # tomllib quotes the offending letter; a policy's values are never repeated.
    return re.sub(r"['\"].*['\"]", "…", reason).lower()[:80]


def _check_values(tables: dict[str, object], lines: KeyLines) -> None:
    for count, (path, value) in enumerate(_walk(tables, ())):
        if len(path) > MAX_DEPTH or count > MAX_VALUES:
            raise PolicyTooDeepError(
                line=lines.line_of(path), key=".".join(path[:4]), limit=MAX_DEPTH
            )
        if isinstance(value, float):
            raise _unusable(path, lines, "a policy has whole numbers only")
        if isinstance(value, datetime | time):
            raise _unusable(path, lines, "a day is written like 2027-01-31, without a time")


def _unusable(path: Path, lines: KeyLines, reason: str) -> PolicyError:
    return PolicyWrongValueError(line=lines.line_of(path), key=".".join(path), reason=reason)


def _walk(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    # A stack of its own: what somebody nests must not decide how deep we recurse.
    waiting: list[tuple[Path, object]] = [(path, value)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting.extend(((*path, key), each) for key, each in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, str(row)), each) for row, each in enumerate(value))


def _first_of(error: ValidationError, lines: KeyLines) -> PolicyError:
    problems = error.errors(include_url=False)
    # A mistyped key is usually why another one is missing, so what is missing comes last.
    problems.sort(key=lambda each: each["type"] == "missing")
    found = [complaint_about(each, lines) for each in problems[:_SHOWN_PROBLEMS]]
    found.sort(key=lambda each: (each.code == PolicyMissingKeyError.code, each.line or 0))
    first, *others = found
    first.others = tuple(others)
    return first


def canonical_json(policy: Policy) -> bytes:
    """The one byte sequence of this policy; its SHA-256 is the policy id."""
    return canonical_bytes(_json_of(policy))


def policy_of(canonical: bytes) -> Policy:
    """Read archived bytes back to the policy as written; raises CanonicalFormError."""
    try:
        same = canonical_bytes(json.loads(canonical)) == canonical
        policy = Policy.model_validate_json(canonical)
    except (ValueError, RecursionError) as error:
        raise CanonicalFormError from error
    if not same:
        raise CanonicalFormError
    return policy


def _json_of(value: object) -> JsonValue:
    match value:
        case BaseModel():
            fields = type(value).model_fields
            return {
                each.alias or name: _json_of(getattr(value, name)) for name, each in fields.items()
            }
        case dict():
            return {str(key): _json_of(each) for key, each in value.items()}
        case frozenset():
            return [str(each) for each in sorted(value, key=str)]
        case tuple():
            return [_json_of(each) for each in value]
        case None | bool() | int():
            return value
        case _:
            return str(value)
