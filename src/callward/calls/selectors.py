"""What may be asked about calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, UUIDField

from callward.calls.call_list import CallFilters, CallRow, Page, call_page, row_of
from callward.calls.errors import CallMissingError
from callward.calls.models import Call, CdrRow, Leg
from callward.calls.states import PartyRole, Told
from callward.compiled_query import Question
from callward.kernel.numbers import PhoneNumber
from callward.subjects.ports import field_keys
from callward.subjects.selectors import clear_texts, find, find_everywhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from callward.kernel.references import Ref

    SourceKey = tuple[Ref, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """One party of a call, in clear, for somebody who may see the call."""

    role: PartyRole
    number: str
    name: str
    channel: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """Everything on the call page that calls knows."""

    row: CallRow
    answered_at: datetime | None
    ended_at: datetime
    did: str
    told: Told
    evidence_ref: Ref | None
    policy_id: str
    source_system: str
    source_account: str
    parties: tuple[PartyView, ...]
    kept_at: datetime


def call(ref: Ref) -> CallView:
    """One call whole; raises CallMissingError."""
    kept = Call.objects.filter(ref=ref).first()
    if kept is None:
        raise CallMissingError(ref=ref)
    legs = list(kept.legs.order_by("ref"))
    mentioned = {leg.number_ref for leg in legs} | {kept.did_number_ref, kept.other_number_ref}
    texts = clear_texts([number for number in mentioned if number])
    return CallView(
        row=row_of(kept, texts),
        answered_at=kept.answered_at,
        ended_at=kept.ended_at,
        did=texts.get(kept.did_number_ref, "") if kept.did_number_ref else "",
        told=Told(kept.told),
        evidence_ref=kept.evidence_ref,
        policy_id=kept.policy_id,
        source_system=kept.source_system,
        source_account=kept.source_account,
        parties=tuple(_party(leg, texts) for leg in legs),
        kept_at=kept.kept_at,
    )


def _party(leg: Leg, texts: dict[Ref, str]) -> PartyView:
    sealed = bytes(leg.sealed_name)
    return PartyView(
        role=PartyRole(leg.role),
        number=texts.get(leg.number_ref, "") if leg.number_ref else "",
        name=field_keys.get().open(sealed, leg.call_id.bytes) if sealed else "",
        channel=leg.channel,
    )


_MENTIONING = Question(
    lambda number: (
        Leg.objects.filter(number_ref=number)
        .order_by("-started_at", "-call_id")
        .values_list("call_id")
    ),
    number=UUIDField(),
)


def calls_of_number(controller_ref: Ref, number: PhoneNumber) -> list[Ref]:
    """Every call that the number took part in, newest first."""
    known = find(controller_ref, number)
    if known is None:
        return []
    return list(dict.fromkeys(row[0] for row in _MENTIONING.rows(number=known.ref)))


def calls_of_numbers(numbers: Sequence[str]) -> list[Ref]:
    """Every call of every controller that any of these E.164 numbers took part in."""
    known = find_everywhere([PhoneNumber(e164=number) for number in numbers])
    return _calls_mentioning([view.ref for view in known])


def _calls_mentioning(numbers: Sequence[Ref]) -> list[Ref]:
    legs = Leg.objects.filter(number_ref__in=numbers).order_by("-started_at", "-call_id")
    return list(dict.fromkeys(legs.values_list("call_id", flat=True)))


def known_calls(keys: Iterable[SourceKey]) -> dict[SourceKey, Ref]:
    """The calls already kept, by (controller, system, account, keyed id of the source)."""
    by_source: dict[tuple[Ref, str, str], list[str]] = {}
    for controller_ref, system, account, key in keys:
        by_source.setdefault((controller_ref, system, account), []).append(key)
    found: dict[SourceKey, Ref] = {}
    for (controller_ref, system, account), of_source in by_source.items():
        rows = Call.objects.filter(
            ~Q(source_call_key=""),  # as the index says, or SQLite would read every call
            controller_ref=controller_ref,
            source_system=system,
            source_account=account,
            source_call_key__in=of_source,
        ).values_list("source_call_key", "ref")
        found |= {(controller_ref, system, account, key): ref for key, ref in rows}
    return found


def numbers_mentioned_in(refs: Sequence[Ref]) -> set[Ref]:
    """The numbers that these calls mention, as a party or as the number that was dialled."""
    calls = Call.objects.filter(ref__in=refs).values_list("did_number_ref", "other_number_ref")
    legs = Leg.objects.filter(call_id__in=refs).values_list("number_ref", flat=True)
    return {number for pair in calls for number in pair if number} | {n for n in legs if n}


def still_mentioned(numbers: Iterable[Ref]) -> set[Ref]:
    """Those of the numbers that some call mentions."""
    asked = list(numbers)
    found: set[Ref] = set()
    for rows in (
        Leg.objects.filter(number_ref__in=asked).values_list("number_ref", flat=True),
        Call.objects.filter(did_number_ref__in=asked).values_list("did_number_ref", flat=True),
        Call.objects.filter(other_number_ref__in=asked).values_list("other_number_ref", flat=True),
    ):
        found |= {number for number in rows.distinct() if number}
    return found


def raw_rows_beside(refs: Sequence[Ref]) -> set[Ref]:
    """The raw rows of these calls."""
    return set(CdrRow.objects.filter(call_id__in=refs).values_list("ref", flat=True))
