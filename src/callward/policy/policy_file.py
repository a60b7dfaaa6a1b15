"""Reading a policy file that anybody may have written: one clear error, never a traceback."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from callward.policy.canonical import JsonValue, canonical_bytes
from callward.policy.errors import (
    CanonicalFormError,
    PolicyError,
    PolicyLineTooLongError,
    PolicyMissingKeyError,
    PolicyNotTextError,
    PolicyNotTomlError,
    PolicyTooDeepError,
    PolicyTooLargeError,
    PolicyWrongValueError,
)
from callward.policy.key_lines import KeyLines, Path
from callward.policy.schema import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    from callward.policy.complaints import complaint_about  # noqa: PLC0415  # most files are right

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
