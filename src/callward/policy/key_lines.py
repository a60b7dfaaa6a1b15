"""Where in the text of a policy file a key stands."""

from __future__ import annotations

import re

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
