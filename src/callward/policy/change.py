"""What a revision changes, rule by rule, and what each change does to what is already kept."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.change_effects import (
    Difference,
    Effect,
    effect_of,
    is_set,
    is_unit,
    needs_notice,
)
from callward.policy.policy_file import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.canonical import JsonValue
    from callward.policy.schema import Policy

_SENTENCES = {
    Effect.NEARER_AT_ONCE: gettext_noop(
        "The nearer date holds at once, also for everything that is already kept."
    ),
    Effect.OLD_DATE_STAYS: gettext_noop(
        "What is already kept keeps its old date; the longer time holds only for what is "
        "collected afterwards."
    ),
    Effect.EARLIER_COUNTS: gettext_noop(
        "Whatever is already kept goes on the earlier of the old date and the new one."
    ),
    Effect.LAW_REACHES_ALL: gettext_noop(
        "The law orders it: nothing that it covers goes earlier, whenever it was collected."
    ),
    Effect.AT_ONCE: gettext_noop("It holds at once, also for everything that is already kept."),
    Effect.ONLY_NEW: gettext_noop(
        "It holds only for what is collected afterwards, and people are told before."
    ),
    Effect.NOT_FOR_KEPT: gettext_noop(
        "What was collected on consent is not used on the new basis; it holds only for what is "
        "collected afterwards."
    ),
    Effect.WITH_CONSENT: gettext_noop(
        "It lessens a right, so for a person it holds only after that person agrees to it."
    ),
    Effect.NEXT_HOLDS: gettext_noop(
        "A hold that is already placed keeps its end; one placed later on something that is "
        "already kept lasts the shorter of the two times."
    ),
    Effect.NO_MORE: gettext_noop(
        "Nothing more is collected for it; what is already kept keeps its date."
    ),
    Effect.FROM_THE_DAY: gettext_noop(
        "It holds from its day on and touches nothing that is already kept."
    ),
}

_TOPICS = tuple(
    (re.compile(pattern), topic)
    for pattern, topic in (
        (r"activity\.[^.]+\.retain", gettext_noop("How long it is kept")),
        (r"activity\.[^.]+\.floor", gettext_noop("How long the law orders to keep it")),
        (r"activity\.[^.]+\.hold.*", gettext_noop("What may suspend its destruction")),
        (r"activity\.[^.]+\.intake.*", gettext_noop("What is taken in from others")),
        (r"activity\.[^.]+\.access.*", gettext_noop("Who may open it, and why")),
        (r"activity\.[^.]+\.release.*", gettext_noop("Who gets a copy")),
        (r"activity\.[^.]+\.locate.*", gettext_noop("Where it is kept")),
        (r"activity\.[^.]+\.purposes", gettext_noop("What it is used for")),
        (r"activity\.[^.]+\.(categories|fields|never)", gettext_noop("Which data it covers")),
        (r"activity\.[^.]+\.inbound.*", gettext_noop("What callers are told and asked")),
        (
            r"activity\.[^.]+\.outbound.*",
            gettext_noop("What people who are called are told and asked"),
        ),
        (r"activity\.[^.]+\.(directions|numbers)", gettext_noop("Which calls are recorded")),
        (r"activity\.[^.]+\.stop.*", gettext_noop("What ends a recording")),
        (r"activity\.[^.]+\.unrecorded", gettext_noop("The ways without a recording")),
        (r"activity\.[^.]+\.(consent|channels)", gettext_noop("How people are asked and reached")),
        (r"activity.*", gettext_noop("What is done with the data")),
        (r"category.*", gettext_noop("Which data there is")),
        (r"purpose.*", gettext_noop("What it is for, and on which basis")),
        (r"recipient.*", gettext_noop("Who else receives it")),
        (r"rights.*", gettext_noop("The rights of people")),
        (r"breach.*", gettext_noop("What is said of a breach, and when")),
        (r"change.*", gettext_noop("How changes are announced")),
        (r"backup.*", gettext_noop("How long backups live")),
        (r"record.*", gettext_noop("How long the house's own papers are kept")),
        (r"cookie.*", gettext_noop("The cookies of the site")),
        (r"two_person.*", gettext_noop("Which acts need two people")),
        (r"waiver.*", gettext_noop("Rules that are waived until a day")),
        (r"(controller|dpo).*", gettext_noop("Who is responsible, and how to reach them")),
    )
)
_ELSE = gettext_noop("Another rule of the policy")
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


def sentence_of(effect: Effect) -> str:
    """What a change of this kind means."""
    return _SENTENCES[effect]


def topic_of(rule: str) -> str:
    """What the rule under this key is about."""
    return next((topic for pattern, topic in _TOPICS if pattern.fullmatch(rule)), _ELSE)
