"""The revision rules: what each kind of change does to what is already kept (DESIGN section 3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from callward.policy.law import countable, ever_later
from callward.policy.vocabulary import Basis, OtherVoices, ReleaseTo

if TYPE_CHECKING:
    from callward.policy.canonical import JsonValue


class Effect(StrEnum):
    """What a change does to what is already kept, and to people."""

    NEARER_AT_ONCE = "nearer-at-once"  # a shorter cap reaches everything kept
    OLD_DATE_STAYS = "old-date-stays"  # a longer cap reaches only what comes after
    EARLIER_COUNTS = "earlier-counts"  # counted differently: the earlier of the two dates
    LAW_REACHES_ALL = "law-reaches-all"  # a floor of the law
    AT_ONCE = "at-once"  # narrower: for everything kept
    ONLY_NEW = "only-new"  # wider: only for what is collected afterwards
    NOT_FOR_KEPT = "not-for-kept"  # collected on consent, to be used on another basis
    WITH_CONSENT = "with-consent"  # lessens a right: only with the person's consent (C-15)
    NEXT_HOLDS = "next-holds"  # how long a hold may last
    NO_MORE = "no-more"  # nothing new is collected; what is kept keeps its date
    FROM_THE_DAY = "from-the-day"  # holds from the day of effect, touches nothing kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A key of the file with what stood there and what stands there now; None where absent."""

    path: tuple[str, ...]
    before: JsonValue
    after: JsonValue


_UNIT_KEYS = frozenset({"period", "max", "review", "kind", "start", "from"})
_CAP = re.compile(
    r"activity\.[^.]+\.(retain|intake\.(quarantine|raw))|record\.[^.]+(\.retain)?|backup\.(data|keys)"
)
_FLOOR = re.compile(r"activity\.[^.]+\.floor")
_HOLD = re.compile(r"activity\.[^.]+\.hold(\..+)?")
_RIGHT_TIME = re.compile(r"rights\.(answer|extend)")
# More words mean more use of the data ...
_WIDENING = re.compile(
    r"activity\.[^.]+\.(purposes|directions|numbers|channels"
    r"|access\.roles|access\.purposes|locate\.regions)"
)
# ... and here more words mean more protection, or more ways.
_NEEDS = re.compile(r"activity\.[^.]+\.access\.needs")
_WAYS = re.compile(
    r"activity\.[^.]+\.(never|stop\.on|unrecorded|release\.channels|outbound\.reasons)"
    r"|change\.announce|breach\.contents"
)
_RIGHTS = re.compile(r"rights\.(all|channels|priority_words|withdrawal_subject)")
_ROW_OF_USE = re.compile(r"(purpose|recipient)(\.[^.]+)?|recipient\.[^.]+\.(country|role|activity)")
_ROW_OF_DATA = re.compile(r"(activity|category)(\.[^.]+)?|activity\.[^.]+\.(categories|fields)")
_RELEASE_TO = re.compile(r"activity\.[^.]+\.release\.to")
_BASIS = re.compile(r"purpose\.[^.]+\.basis")
_NUMBERS = re.compile(r"activity\.[^.]+\.numbers")
_OTHER_VOICES = re.compile(r"activity\.[^.]+\.release\.other_voices")
_SETS = (_WIDENING, _NEEDS, _WAYS, _RIGHTS, _ROW_OF_DATA, _RELEASE_TO)

_TOLD_BEFORE = frozenset(
    {Effect.OLD_DATE_STAYS, Effect.ONLY_NEW, Effect.NOT_FOR_KEPT, Effect.WITH_CONSENT}
)


def needs_notice(effect: Effect) -> bool:
    """Whether people are told some days before the change holds (Art. 13(3), POLICY 4)."""
    return effect in _TOLD_BEFORE


def is_unit(value: JsonValue) -> bool:
    """Whether a table is one rule (a period with its kind and start) and not a folder of rules."""
    return isinstance(value, dict) and bool(_UNIT_KEYS & value.keys())


def is_set(difference: Difference) -> bool:
    """Whether the order of the words does not matter, but each word does."""
    return any(pattern.fullmatch(".".join(difference.path)) for pattern in _SETS)


def effect_of(change: Difference) -> Effect:
    """What this change does; the first rule that knows the key decides."""
    key = ".".join(change.path)
    for pattern, rule in _RULES:
        if pattern.fullmatch(key):
            return rule(change)
    return Effect.FROM_THE_DAY


def _of_cap(change: Difference) -> Effect:
    if change.before is None:
        return Effect.NEARER_AT_ONCE
    if change.after is None:
        return Effect.OLD_DATE_STAYS
    if _text(change.before, "start") != _text(change.after, "start"):
        return Effect.EARLIER_COUNTS
    return _of_time(
        _text(change.before, "period"),
        _text(change.after, "period"),
        shorter=Effect.NEARER_AT_ONCE,
        longer=Effect.OLD_DATE_STAYS,
    )


def _of_time(before: str | None, after: str | None, *, shorter: Effect, longer: Effect) -> Effect:
    old, new = countable(before), countable(after)
    if old == new:
        return Effect.FROM_THE_DAY
    if old is None or new is None:
        return longer if new is None else shorter
    if not ever_later(new, old):
        return shorter
    return Effect.EARLIER_COUNTS if ever_later(old, new) else longer


def _of_right_time(change: Difference) -> Effect:
    effect = _of_time(
        _word(change.before),
        _word(change.after),
        shorter=Effect.AT_ONCE,
        longer=Effect.WITH_CONSENT,
    )
    return Effect.WITH_CONSENT if effect is Effect.EARLIER_COUNTS else effect


def _of_use(change: Difference) -> Effect:
    return Effect.AT_ONCE if change.after is None else Effect.ONLY_NEW


def _of_numbers(change: Difference) -> Effect:
    # No list of numbers means every number.
    return Effect.AT_ONCE if change.before is None else Effect.ONLY_NEW


def _of_needs(change: Difference) -> Effect:
    return Effect.AT_ONCE if change.before is None else Effect.ONLY_NEW


def _of_right(change: Difference) -> Effect:
    return Effect.AT_ONCE if change.before is None else Effect.WITH_CONSENT


def _of_data(change: Difference) -> Effect:
    return Effect.NO_MORE if change.after is None else Effect.ONLY_NEW


def _of_release(change: Difference) -> Effect:
    lost = change.before if isinstance(change.before, list) else []
    return Effect.WITH_CONSENT if ReleaseTo.SUBJECT in lost else _of_use(change)


def _of_basis(change: Difference) -> Effect:
    return Effect.NOT_FOR_KEPT if change.before == Basis.CONSENT else Effect.ONLY_NEW


def _of_other_voices(change: Difference) -> Effect:
    return Effect.WITH_CONSENT if change.after == OtherVoices.VETO else Effect.AT_ONCE


def _law(change: Difference) -> Effect:
    del change
    return Effect.LAW_REACHES_ALL


def _holds(change: Difference) -> Effect:
    del change
    return Effect.NEXT_HOLDS


def _text(table: JsonValue, key: str) -> str | None:
    return _word(table.get(key)) if isinstance(table, dict) else None


def _word(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


_RULES = (
    (_CAP, _of_cap),
    (_FLOOR, _law),
    (_HOLD, _holds),
    (_RIGHT_TIME, _of_right_time),
    (_NUMBERS, _of_numbers),
    (_WIDENING, _of_use),
    (_NEEDS, _of_needs),
    (_RIGHTS, _of_right),
    (_RELEASE_TO, _of_release),
    (_ROW_OF_USE, _of_use),
    (_ROW_OF_DATA, _of_data),
    (_BASIS, _of_basis),
    (_OTHER_VOICES, _of_other_voices),
)
