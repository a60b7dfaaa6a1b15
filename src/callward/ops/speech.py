"""What a command says: a table for people, JSON for machines, progress on the side."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from callward.kernel.actors import Actor
from callward.kernel.calendar import Period, parse_instant, zone_named
from callward.kernel.errors import CallwardError
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Command = TypeVar("Command", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


class InstantWord(click.ParamType[datetime]):
    """An instant on the command line; without a zone it is UTC."""

    name = "instant"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        try:
            return parse_instant(value, zone=zone_named("UTC"))
        except CallwardError as error:
            self.fail(str(error), param, ctx)


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
    table = Table(*(name.replace("_", " ") for name in columns), box=None, pad_edge=False)
    for row in told:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    width = None if sys.stdout.isatty() else 240
    # What stands in brackets is said, not taken for a style: “[rights.automated]”, “= [human]”.
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)


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
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(file=sys.stderr)
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of or None)


def count_of(facts: Mapping[str, Any]) -> int:
    """How many things a report names in its lists."""
    return sum(len(held) for held in facts.values() if isinstance(held, list))
