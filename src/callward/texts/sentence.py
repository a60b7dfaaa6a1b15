"""One sentence with its values in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, assert_never

from callward.kernel.calendar import Period
from callward.texts.catalogue import Choice, Slot
from callward.texts.errors import SentenceMissingError
from callward.texts.grammar import amount, day_in_words, joined, period_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.texts.catalogue import Catalogue


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
