"""The page of the keys and words of a policy file, from its pydantic models."""

from __future__ import annotations

import types
import typing
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel

from callward.policy import schema_values, vocabulary, vocabulary_calls, vocabulary_notice
from callward.policy.schema import Policy
from callward.policy.vocabulary import PlayRefusal, PromptKey, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

NOT_IN_THE_FILE = frozenset({PlayRefusal, PromptKey, Severity})
_ROWS = frozenset({tuple, frozenset})
_FORMS = {
    "Slug": "a slug",
    "Word": "a word",
    "Term": "a term",
    "Text": "text",
    "Prose": "text of several lines",
    "PeriodText": "a period",
    "ZoneName": "a time zone",
    "MonthDay": "a day of the year, `12-31`",
    "E164": "a number, `+4420…`",
    "Email": "an e-mail address",
    "WebAddress": "an https address",
    "Country": "a country, `RO`",
    "Region": "a country, `EU` or `EEA`",
    "Language": "a language, `ro`",
    "PolicyId": "a policy id, `sha256:…`",
    "Count": "a whole number",
    "Host": "a host name",
    "Digit": "a key of a telephone",
}
_HEAD = """# The policy file

<!-- Written by `python -m tools.make_reference`; do not edit. -->

One TOML file per controller: the header first, then the tables. The world is closed: a key or
word that is not on this page is an error, with its line and the mend. Five filled files lie under
`policies/`. `callward policy lint FILE` says what the law would say about it
([rules](rules/index.md)); `callward policy compile FILE` prints the canonical form and the policy
id. An editor that knows JSON Schema checks the file while it is typed: point it to
[policy.schema.json](policy.schema.json).

Bounds: 128 KiB, 5000 lines, 1000 characters a line, 5000 values, 12 levels. No decimals. Dates
are bare (`2027-01-31`), periods ISO 8601 (`P6M` civil, `PT15M` exact, at most a hundred years),
numbers E.164, slugs `a-z0-9-`, words `a-z0-9_`. No free sentences except `remark`: interests,
purposes and categories are words of closed lists that the notice says in every language.

Only `[activity.call-recording]` makes the recorder arm; without it nothing is recorded and the
screens for recordings are absent. `[activity.voicemail]` alone takes messages.

**Retention.** `retain` holds a cap, `floor` what a law orders to keep (with `law`), `delete` a
duty of a recipient. Each needs `kind`, `period` and `start`. “Until asked” is a cap of one day
from `erasure.asked` or `consent.withdrawn`. A cap beside a floor counts from the same event and
is at least the floor plus `P1D`. Every life is in the file: quarantine and raw payload
(`intake`), data and key backups (`backup`), the papers Callward makes itself (`record`).

**Waivers.** `[[waiver]] code by until reason` lets a waivable rule be broken through its last
day. The finding stays, marked as waived. An ended waiver waives nothing.

**Defects that can be said.** Some keys exist so that a notice as published can be written down
and refused with the right name: `[authority]`, `holidays`, `or_basis`, `or_periods`,
`or_reasons`, `only_purpose`, `disclaims`, `cites`, and a few words of the lists below. Lint never
lets them pass.

## Keys

A key in **bold** must stand; lint may ask for more.
"""


def keys_page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for where, table in _tables():
        parts.append(f"### {where}\n\n{_paragraph(table.__doc__)}\n")
        parts.append("| key | value |\n|---|---|")
        parts.append("\n".join(_key_row(name, each) for name, each in table.model_fields.items()))
        parts.append("")
    parts.append("## Words\n\n| list | for | words |\n|---|---|---|")
    parts.append("\n".join(_words_row(words) for words in word_lists()))
    return "\n".join(parts) + "\n"


def word_lists() -> list[type[StrEnum]]:
    """Every closed list that a policy file draws from."""
    modules = (vocabulary, vocabulary_calls, vocabulary_notice)
    return [
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, StrEnum)
        and each.__module__ == module.__name__
        and each not in NOT_IN_THE_FILE
    ]


def _tables() -> Iterator[tuple[str, type[BaseModel]]]:
    waiting: list[tuple[str, type[BaseModel]]] = [("", Policy)]
    seen: set[type[BaseModel]] = set()
    while waiting:
        where, table = waiting.pop(0)
        if table in seen:
            continue
        seen.add(table)
        yield (f"`[{where}]`" if where else "The header"), table
        waiting.extend(_inner(where, table))


def _inner(where: str, table: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    for name, each in table.model_fields.items():
        for inner in _models_in(each.annotation):
            key = ".".join(filter(None, (where, each.alias or name)))
            is_named = typing.get_origin(each.annotation) is dict
            yield (f"{key}.NAME" if is_named else key), inner


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in typing.get_args(annotation):
        yield from _models_in(each)


def _key_row(name: str, field: FieldInfo) -> str:
    key = f"`{field.alias or name}`"
    return f"| {f'**{key}**' if field.is_required() else key} | {_shape(_written(name, field))} |"


def _written(name: str, field: FieldInfo) -> object:
    # The annotation as it stands in the source still knows the name of the form.
    for table in Policy, *(table for _, table in _tables()):
        if table.model_fields.get(name) is field:
            return typing.get_type_hints(table, include_extras=True)[name]
    return field.annotation


def _shape(annotation: object) -> str:
    if form := next((name for name in _FORMS if annotation == getattr(schema_values, name)), None):
        return _FORMS[form]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {types.UnionType, typing.Union}:
        return _shape(next(each for each in inner if each is not type(None)))
    if origin in _ROWS:
        return f"list: {_shape(inner[0])}"
    if origin is dict:
        return f"tables by {_shape(inner[0])}: {_shape(inner[1])}"
    return _shape(inner[0]) if origin is typing.Annotated else _plain(annotation)


def _plain(annotation: object) -> str:
    names: dict[object, str] = {
        bool: "`true` or `false`",
        date: "a day",
        str: "text",
        int: "a number",
    }
    if typing.get_origin(annotation) is typing.Literal:
        return " or ".join(f"`{each}`" for each in typing.get_args(annotation))
    if annotation in names:
        return names[annotation]
    name = getattr(annotation, "__name__", str(annotation))
    is_table = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return "a table" if is_table else f"[{name}](#words)"


def _words_row(words: type[StrEnum]) -> str:
    listed = ", ".join(f"`{word}`" for word in words)
    return f"| {words.__name__} | {_paragraph(words.__doc__)} | {listed} |"


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())
