"""One sentence with its values in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, assert_never

from callward.kernel.calendar import Period
from callward.texts.catalogue import ALL_OF_THEM, PLAIN_FORM, Choice, Slot
from callward.texts.errors import SentenceMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from babel import Locale

    from callward.texts.catalogue import Catalogue

AGAIN_AND_AGAIN = "every"  # “every year”, “every 6 months”
_MONTHS_A_YEAR = 12
_SECONDS = (("hour", 3600), ("minute", 60), ("second", 1))


def _rules(language: str) -> Locale:
    """The plurals and month names of a language, as Unicode's tables have them."""
    from babel import Locale  # noqa: PLC0415  # only who writes a text pays for the tables

    return Locale(language)


def amount(count: int, unit: str, *, catalogue: Catalogue, form: str = PLAIN_FORM) -> str:
    """A number with its noun, as “30 days”."""
    plural = _rules(catalogue.language).plural_form(count)
    cased = plural if form == PLAIN_FORM else f"{plural}-{form}"
    return catalogue.word(f"unit.{unit}", cased).replace("{n}", str(count))


def period_in_words(period: Period, *, catalogue: Catalogue, form: str = PLAIN_FORM) -> str:
    """A period as people say it: “6 months”, “3 years and 1 day”, “72 hours”."""
    counted = list(_counted(period))
    if form == AGAIN_AND_AGAIN:
        return _every(counted, catalogue)
    parts = [amount(count, unit, catalogue=catalogue, form=form) for count, unit in counted]
    return joined(parts, catalogue=catalogue)


def _every(counted: list[tuple[int, str]], catalogue: Catalogue) -> str:
    if len(counted) == 1 and counted[0][0] == 1:
        return catalogue.word("every", counted[0][1])
    # Only Lithuanian has a case here: “kas 6 mėnesius”.
    form = "acc" if catalogue.language == "lt" else PLAIN_FORM
    parts = [amount(count, unit, catalogue=catalogue, form=form) for count, unit in counted]
    return catalogue.word("every").replace("{period}", joined(parts, catalogue=catalogue))


def _counted(period: Period) -> Iterator[tuple[int, str]]:
    if period.exact:
        yield from _exact(period.seconds)
        return
    years, months = divmod(period.months, _MONTHS_A_YEAR)
    counts = ((years, "year"), (months, "month"), (period.days, "day"))
    yield from ((count, unit) for count, unit in counts if count)


def _exact(seconds: int) -> Iterator[tuple[int, str]]:
    # 24 hours stay 24 hours: an exact day is not a civil day.
    for unit, size in _SECONDS:
        count, seconds = divmod(seconds, size)
        if count:
            yield count, unit


def day_in_words(day: date, *, catalogue: Catalogue, form: str = PLAIN_FORM) -> str:
    """A day with its month in words."""
    month = _rules(catalogue.language).months["format"]["wide"][day.month]
    pattern = catalogue.word("date", form)
    for name, value in (("day", str(day.day)), ("month", month), ("year", str(day.year))):
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def joined(items: Sequence[str], *, catalogue: Catalogue, join: str = ALL_OF_THEM) -> str:
    """A list of whole noun phrases, as “a, b and c” or “a, b or c”."""
    comma, last = catalogue.word("join", "comma"), catalogue.word("join", join)
    if len(items) > 1 and any(_holds_a_list(each, catalogue) for each in items):
        # “a and b and c” would not show where one item ends.
        return "; ".join(items)
    *first, final = items
    return comma.join(first) + last + final if first else final


def _holds_a_list(item: str, catalogue: Catalogue) -> bool:
    marks = ("comma", ALL_OF_THEM, "or")
    return any(catalogue.word("join", mark) in item for mark in marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Noun phrases of the catalogue, joined as a list where there are several."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Names as written, joined as a list."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of things that have a unit."""

    count: int
    unit: str


Value = str | Period | date | Terms | Listed | Count


def written(sentence: str, values: Mapping[str, Value], *, catalogue: Catalogue) -> str:
    """The sentence in this language; raises SentenceMissingError for a value it lacks."""
    template = catalogue.template(sentence)
    if template.slots != values.keys():
        odd = ", ".join(sorted(template.slots ^ values.keys()))
        raise SentenceMissingError(language=catalogue.language, sentence=f"{sentence}: {odd}")
    return "".join(_placed(piece, values, catalogue) for piece in template.pieces)


def _placed(piece: str | Slot | Choice, values: Mapping[str, Value], catalogue: Catalogue) -> str:
    match piece:
        case str():
            return piece
        case Choice():
            return piece.one if _is_one(values[piece.name]) else piece.many
        case Slot():
            return _shown(values[piece.name], piece, catalogue)
        case _:
            assert_never(piece)


def _is_one(value: Value) -> bool:
    match value:
        case Terms():
            return len(value.ids) == 1
        case Listed():
            return len(value.names) == 1
        case _:
            return True


def _shown(value: Value, slot: Slot, catalogue: Catalogue) -> str:
    match value:
        case str():
            return value
        case Period():
            return period_in_words(value, catalogue=catalogue, form=slot.form)
        case date():
            return day_in_words(value, catalogue=catalogue, form=slot.form)
        case Count():
            return amount(value.count, value.unit, catalogue=catalogue, form=slot.form)
        case Terms():
            words = [catalogue.word(each, slot.form) for each in value.ids]
            return joined(words, catalogue=catalogue, join=slot.join)
        case Listed():
            return joined(value.names, catalogue=catalogue, join=slot.join)
        case _:
            assert_never(value)
