"""Finding people by their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BinaryField

from callward.compiled_query import Question
from callward.subjects import ports, rules
from callward.subjects.errors import NumberNotFoundError
from callward.subjects.models import Number, Subject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberView:
    """One number without its digits."""

    ref: Ref
    subject_ref: Ref
    controller_ref: Ref


_BY_BLIND = Question(
    lambda blind: Number.objects.filter(blind=blind).values_list("ref", "subject_id"),
    blind=BinaryField(),
)


def find(controller_ref: Ref, number: PhoneNumber) -> NumberView | None:
    """What a controller keeps under a number."""
    blind = ports.field_keys.get().blind(rules.blind_text(controller_ref, number))
    row = _BY_BLIND.first(blind=blind)
    if row is None:
        return None
    return NumberView(ref=row[0], subject_ref=row[1], controller_ref=controller_ref)


def count_numbers(controller_ref: Ref) -> int:
    """How many numbers of people a controller keeps."""
    return Number.objects.filter(controller_ref=controller_ref).count()


def find_each(controller_ref: Ref, numbers: Sequence[PhoneNumber]) -> list[NumberView | None]:
    """What a controller keeps under each of these numbers, in their order."""
    blind = ports.field_keys.get().blind
    blinds = [blind(rules.blind_text(controller_ref, number)) for number in numbers]
    known = by_blind(controller_ref, set(blinds))
    return [known.get(each) for each in blinds]


def by_blind(controller_ref: Ref, blinds: Collection[bytes]) -> dict[bytes, NumberView]:
    """The kept numbers among these digests."""
    rows = Number.objects.filter(blind__in=blinds).values_list("blind", "ref", "subject_id")
    return {
        bytes(each): NumberView(ref=ref, subject_ref=subject_ref, controller_ref=controller_ref)
        for each, ref, subject_ref in rows
    }


def find_everywhere(numbers: Sequence[PhoneNumber]) -> list[NumberView]:
    """What every controller keeps under these numbers."""
    return [
        view
        for controller_ref in _controllers()
        for view in find_each(controller_ref, numbers)
        if view is not None
    ]


def _controllers() -> Iterable[Ref]:
    """Every controller that keeps subjects, by leaping along the index."""
    leaps = Subject.objects.order_by("controller_ref").values_list("controller_ref", flat=True)
    found = leaps.first()
    while found is not None:
        yield found
        found = leaps.filter(controller_ref__gt=found).first()


def clear_text(number_ref: Ref) -> str:
    """The digits of a number (E.164); raises NumberNotFoundError."""
    texts = clear_texts([number_ref])
    if number_ref not in texts:
        raise NumberNotFoundError(ref=number_ref)
    return texts[number_ref]


def clear_texts(number_refs: Collection[Ref]) -> dict[Ref, str]:
    """The digits of the numbers that are still kept."""
    if not number_refs:
        return {}
    unseal = ports.field_keys.get().open
    rows = Number.objects.filter(ref__in=number_refs).values_list("ref", "sealed")
    return {ref: unseal(bytes(sealed), rules.seal_context(ref)) for ref, sealed in rows}
