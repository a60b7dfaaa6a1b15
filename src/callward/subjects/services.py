"""Remembering numbers without keeping one in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward import holdings
from callward.bulk_insert import keep_rows
from callward.kernel.references import new_ref
from callward.subjects import ports, rules, selectors
from callward.subjects.models import Number, Subject
from callward.subjects.selectors import NumberView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref

_AT_ONCE = 500  # SQLite takes a limited count of values in one statement


def remember_numbers(
    controller_ref: Ref, numbers: Sequence[PhoneNumber], *, at: datetime
) -> list[NumberView]:
    """Keep numbers sealed, once per controller; the answers stand in the asked order."""
    blind = ports.field_keys.get().blind
    blinds = [blind(rules.blind_text(controller_ref, number)) for number in numbers]
    wanted = dict(zip(blinds, numbers, strict=True))
    with transaction.atomic():
        known = selectors.by_blind(controller_ref, wanted.keys())
        fresh = {each: number for each, number in wanted.items() if each not in known}
        known |= _keep(controller_ref, fresh, at=at)
    return [known[each] for each in blinds]


def _keep(
    controller_ref: Ref, fresh: Mapping[bytes, PhoneNumber], *, at: datetime
) -> dict[bytes, NumberView]:
    seal = ports.field_keys.get().seal
    views = {
        blind: NumberView(ref=new_ref(at), subject_ref=new_ref(at), controller_ref=controller_ref)
        for blind in fresh
    }
    keep_rows(
        Subject(ref=view.subject_ref, controller_ref=controller_ref, first_seen_at=at)
        for view in views.values()
    )
    keep_rows(
        Number(
            ref=view.ref,
            subject_id=view.subject_ref,
            controller_ref=controller_ref,
            blind=blind,
            sealed=seal(fresh[blind].e164, rules.seal_context(view.ref)),
        )
        for blind, view in views.items()
    )
    return views


def delete_unreferenced(number_refs: Sequence[Ref]) -> int:
    """Forget numbers that nothing mentions any more, and the people known by them alone."""
    deleted = 0
    with transaction.atomic():
        for start in range(0, len(number_refs), _AT_ONCE):
            deleted += _delete(number_refs[start : start + _AT_ONCE])
    return deleted


def _delete(number_refs: Sequence[Ref]) -> int:
    free = set(number_refs) - holdings.mentioned(number_refs)
    numbers = Number.objects.filter(ref__in=free)
    people = set(numbers.values_list("subject_id", flat=True))
    deleted, _ = numbers.delete()
    still_known = Number.objects.filter(subject_id__in=people).values_list("subject_id", flat=True)
    Subject.objects.filter(ref__in=people - set(still_known)).delete()
    return deleted
