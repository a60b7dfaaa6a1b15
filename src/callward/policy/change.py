"""What a revision changes, rule by rule, and what each change does to what is already kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.policy.change_effects import (
    Difference,
    Effect,
    effect_of,
    is_set,
    is_unit,
    needs_notice,
)
from callward.policy.change_words import sentence_of, topic_of
from callward.policy.policy_file import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.canonical import JsonValue
    from callward.policy.schema import Policy

# They tell one revision from the next; they are no rules.
_HEADER = frozenset({"schema", "version", "effective", "previous"})
_NAMED_BY = ("id", "reason", "code", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One rule that a revision changes.

    `topic` and `sentence` are whole sentences for the translators; `rule` is the key in the file,
    with rows by their names, and `place_before`, `place_after` the same with rows by their numbers.
    """

    rule: str
    place_before: str
    place_after: str
    before: JsonValue
    after: JsonValue
    effect: Effect

    @property
    def topic(self) -> str:
        """What the rule is about, as a template without placeholders."""
        return topic_of(self.rule)

    @property
    def sentence(self) -> str:
        """What the change means for people and for what is kept, without placeholders."""
        return sentence_of(self.effect)

    @property
    def needs_notice(self) -> bool:
        """Whether people are told `notice_days` before it holds (Art. 13(3))."""
        return needs_notice(self.effect)


def changes_between(before: Policy, after: Policy) -> tuple[Change, ...]:
    """Every rule that differs, by its key; a rule that only lost or gained says so apart."""
    old, new = (_rules_of(policy) for policy in (before, after))
    found = _differences(_Path(), old, new)
    return tuple(
        Change(
            rule=".".join(difference.path),
            place_before=".".join(path.before),
            place_after=".".join(path.after),
            before=difference.before,
            after=difference.after,
            effect=effect_of(difference),
        )
        for path, difference in found
    )


def _rules_of(policy: Policy) -> dict[str, JsonValue]:
    tables = json.loads(canonical_json(policy))
    return {key: value for key, value in tables.items() if key not in _HEADER}


@dataclass(frozen=True, slots=True)
class _Path:
    """A key with rows by their names, and by their numbers on either side."""

    named: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def to(self, key: str, before: str | None, after: str | None) -> _Path:
        return _Path((*self.named, key), (*self.before, before or key), (*self.after, after or key))


def _differences(
    path: _Path, before: JsonValue, after: JsonValue
) -> Iterator[tuple[_Path, Difference]]:
    if before == after:
        return
    old, new = _as_table(before), _as_table(after)
    # What is missing on one side is a rule that came or went, and is told as one.
    if old is None or new is None or (path.named and (is_unit(before) or is_unit(after))):
        for each in _split(Difference(path=path.named, before=before, after=after)):
            yield path, each
        return
    for key in sorted(old.keys() | new.keys()):
        (was, stood), (now, stands) = (rows.get(key, (None, None)) for rows in (old, new))
        yield from _differences(path.to(key, was, now), stood, stands)


def _split(difference: Difference) -> Iterator[Difference]:
    """A set that lost some words and gained others has two changes with effects of their own."""
    before, after = difference.before, difference.after
    if not (is_set(difference) and isinstance(before, list) and isinstance(after, list)):
        yield difference
        return
    lost: list[JsonValue] = [word for word in before if word not in after]
    gained: list[JsonValue] = [word for word in after if word not in before]
    if lost:
        yield Difference(path=difference.path, before=lost, after=None)
    if gained:
        yield Difference(path=difference.path, before=None, after=gained)


def _as_table(value: JsonValue) -> dict[str, tuple[str | None, JsonValue]] | None:
    """A table, or a list of rows by name with the number of each; None for everything else."""
    if isinstance(value, dict):
        return {key: (None, each) for key, each in value.items()}
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        return None
    rows: dict[str, tuple[str | None, JsonValue]] = {}
    for number, row in enumerate(value):
        name = _name_of(row)
        key = name if name and name not in rows else f"{name or 'row'}-{number + 1}"
        rows[key] = (str(number), row)
    return rows


def _name_of(row: JsonValue) -> str:
    known = row if isinstance(row, dict) else {}
    return next((str(known[key]) for key in _NAMED_BY if key in known), "")
