"""Where in the text of a policy file a key stands, and the JSON Schema that editors check with."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from callward.policy.schema import Policy
from callward.policy.tables import ACTIVITY_TERMS, CATEGORY_TERMS, PURPOSE_TERMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callward.policy.lint_rule import Finding

# What lint closes and the schema of the file leaves open, so that old files stay readable.
_CLOSED: tuple[tuple[str, str, Iterable[str]], ...] = (
    ("Category", "dpv", CATEGORY_TERMS),
    ("Purpose", "dpv", PURPOSE_TERMS),
    ("Activity", "dpv", ACTIVITY_TERMS),
)
_ROWS_BY_NUMBER = frozenset({"waiver", "remark"})
_NUMBER = re.compile(r"\d+", re.ASCII)
Path = tuple[str, ...]

_PART = r"(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')"
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_TABLE = re.compile(rf"\s*(\[\[?)\s*({_KEY})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_KEY})\s*=")
_ONE_PART = re.compile(_PART)
_LONG_QUOTES = ('"""', "'''")


class KeyLines:
    """Finds the line of a key, or of the nearest table around it."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._table: Path = ()
        self._rows: dict[Path, int] = {}
        quoted = False
        for number, line in enumerate(text.split("\n"), start=1):
            if not quoted:
                self._read(line, number)
            quoted ^= sum(line.count(quotes) for quotes in _LONG_QUOTES) % 2 == 1

    def line_of(self, path: Path) -> int | None:
        """The line of the key, or of the nearest thing around it; None at the very top."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return None

    def _read(self, line: str, number: int) -> None:
        if table := _TABLE.match(line):
            self._open_table(_parts(table[2]), number, is_row=table[1] == "[[")
        elif assignment := _ASSIGNMENT.match(line):
            self._lines.setdefault((*self._table, *_parts(assignment[1])), number)

    def _open_table(self, path: Path, number: int, *, is_row: bool) -> None:
        path = self._with_rows(path)
        if is_row:
            row = self._rows.get(path, -1) + 1
            self._rows[path] = row
            path = (*path, str(row))
        self._table = path
        self._lines.setdefault(path, number)

    def _with_rows(self, path: Path) -> Path:
        # [a.b] after [[a]] belongs to the latest row of a.
        whole: Path = ()
        for part in path[:-1]:
            whole = (*whole, part)
            if whole in self._rows:
                whole = (*whole, str(self._rows[whole]))
        return (*whole, path[-1])


def _parts(key: str) -> Path:
    return tuple(part.strip("\"'") for part in _ONE_PART.findall(key))


def schema_for_editors() -> str:
    """The JSON Schema that an editor checks a policy file against while it is typed."""
    schema = Policy.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "callward-policy/1"
    for table, key, words in _CLOSED:
        schema["$defs"][table]["properties"][key]["enum"] = sorted(words)
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def line_of(finding: Finding, *, policy: Policy, text: str | bytes) -> int | None:
    """The line of a policy file that a finding is about, or of the nearest table around it."""
    readable = text.decode() if isinstance(text, bytes) else text
    lines = KeyLines(readable.removeprefix("\ufeff").replace("\r\n", "\n"))
    return lines.line_of(_path_of(finding.where, policy))


def _path_of(where: str, policy: Policy) -> Path:
    table, *rest = re.split(r"[. ]", where)
    if table == "recipient" and rest:
        rows = [recipient.id for recipient in policy.recipient]
        return (table, str(rows.index(rest[0]) if rest[0] in rows else 0), *rest[1:])
    if table in _ROWS_BY_NUMBER and rest and _NUMBER.fullmatch(rest[0]):
        return (table, str(int(rest[0]) - 1))
    return (table, *rest)
