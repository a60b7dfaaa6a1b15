"""What a command says: a table for people, JSON for machines, progress on the side."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeVar
from unicodedata import east_asian_width
from uuid import UUID

import click

from callward.kernel.actors import Actor
from callward.kernel.calendar import Period, parse_instant, zone_named
from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Command = TypeVar("Command", bound=Callable[..., Any])

_PAPER, _GAP = 240, "  "  # how wide a table is where nobody looks
_YEARS = range(1970, 7000)  # the longest period can be added to each, and taken from now
_CONTROLS = dict.fromkeys((*range(10), *range(11, 32), 127))  # a cell never steers the terminal

json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


class InstantWord(click.ParamType[datetime]):
    """An instant on the command line; without a zone it is UTC."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        try:
            found = parse_instant(value, zone=zone_named("UTC"))
        except CallwardError as error:
            self.fail(str(error), param, ctx)
        if found.year not in _YEARS:
            self.fail(f"“{value}” is too far away. Write a year 1970 to 6999.", param, ctx)
        return found


class ReferenceWord(click.ParamType[UUID]):
    """A reference on the command line."""

    name = "reference"

    def convert(self, value: Any, param: Any, ctx: Any) -> UUID:
        try:
            return parse_ref(str(value))
        except CallwardError as error:
            self.fail(str(error), param, ctx)


class DayWord(click.ParamType[date]):
    """A civil day on the command line."""

    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"“{value}” is not a day. Write it as 2026-03-29.", param, ctx)


INSTANT, REFERENCE, DAY = InstantWord(), ReferenceWord(), DayWord()


def plain(value: Any) -> Any:
    """Turn a value of any package into what JSON knows."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return _plain_whole(value)


def _plain_whole(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(held) for key, held in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(held) for held in value)
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, Period | Actor):
        fields = dataclasses.fields(value)
        return {field.name: plain(getattr(value, field.name)) for field in fields}
    return str(value)


def tell(facts: Any, *, as_json: bool) -> None:
    """Answer with facts: one line each for people, one object for machines."""
    told = plain(facts)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' ')}: {_cell(value)}")


def tell_rows(rows: Sequence[Any], *, columns: Sequence[str], as_json: bool) -> None:
    """Answer with rows: a table for people, a list for machines."""
    told = [plain(row) for row in rows]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    cells = [[_cell(row.get(name)).translate(_CONTROLS) for name in columns] for row in told]
    cells.insert(0, [name.replace("_", " ") for name in columns])
    _print_table(cells)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = _widths(rows, os.get_terminal_size().columns if sys.stdout.isatty() else _PAPER)
    for place, row in enumerate(rows):
        for line in zip_longest(*map(_wrapped, row, widths), fillvalue=""):
            text = _GAP.join(map(_padded, line, widths)).rstrip()
            click.echo(click.style(text, bold=True) if place == 0 else text)


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """As wide as the longest cell; where that is too much, the widest columns give first."""
    widths = [
        max(_length(line) for cell in column for line in cell.split("\n"))
        for column in zip(*rows, strict=True)
    ]
    while sum(widths) + len(_GAP) * (len(widths) - 1) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths


def _wrapped(cell: str, width: int) -> list[str]:
    lines = cell.split("\n")
    return [part for line in lines for part in wrap(line, max(width, 1), break_on_hyphens=False)]


def _length(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _length(text))


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_cell(one) for one in value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items()) or "–"
    return str(value)


def remark(sentence: str) -> None:
    """Say something beside the answer."""
    click.echo(sentence, err=True)


@contextmanager
def progress_of(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work has come: call what is yielded with (done, of)."""
    from rich.console import Console  # noqa: PLC0415  # only long work needs it
    from rich.progress import (  # noqa: PLC0415  # as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(file=sys.stderr)
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of or None)
