"""What may change about calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit.services import record_each
from callward.bulk_insert import keep_rows
from callward.calls.errors import CallsNotRecordedError, CallTimesError
from callward.calls.models import Call, CdrRow, Leg
from callward.calls.rules import other_party, times_agree
from callward.calls.selectors import known_calls, numbers_mentioned_in
from callward.calls.states import CallsEvent
from callward.controllers.selectors import policy
from callward.holdings.kinds import RAW_ROW
from callward.kernel.references import new_ref
from callward.retention import services as retention
from callward.subjects.ports import field_keys
from callward.subjects.services import delete_unreferenced, remember_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from callward.calls.states import CallDirection, Disposition, PartyRole, Told
    from callward.kernel.actors import Actor
    from callward.kernel.numbers import PhoneNumber
    from callward.kernel.references import Ref

    NumberRefs = Mapping[tuple[Ref, str], Ref]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """One party as the source tells it."""

    role: PartyRole
    number: PhoneNumber | None = None
    name: str = ""
    channel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """One call as the source tells it."""

    controller_ref: Ref
    policy_id: str
    source_system: str
    source_account: str
    source_call_id: str
    direction: CallDirection
    started_at: datetime
    ended_at: datetime
    disposition: Disposition
    told: Told
    answered_at: datetime | None = None
    talk_seconds: int = 0
    parties: tuple[NewParty, ...] = ()
    did: PhoneNumber | None = None
    queue: str = ""
    agent_code: str = ""
    evidence_ref: Ref | None = None
    raw: bytes = b""

    @property
    def source_call_key(self) -> str:
        """Stands for the id at the source, which may be made of numbers or names."""
        return field_keys.get().blind(f"source-call:{self.source_call_id}").hex()

    @property
    def source_key(self) -> tuple[Ref, str, str, str]:
        """What makes it the same call when it is told again."""
        return (self.controller_ref, self.source_system, self.source_account, self.source_call_key)


def keep_call(call: NewCall, *, actor: Actor, at: datetime) -> Ref:
    """Keep one call; the call known from the same source by the same id is the same call."""
    return keep_calls([call], actor=actor, at=at)[0]


def keep_calls(calls: Sequence[NewCall], *, actor: Actor, at: datetime) -> list[Ref]:
    """Keep a group of calls with few queries; answers their references in the same order."""
    for call in calls:
        if not times_agree(call.started_at, call.answered_at, call.ended_at):
            raise CallTimesError
        if call.raw and not retention.kind_rules(policy(call.policy_id), RAW_ROW):
            raise CallsNotRecordedError(policy=call.policy_id)
    with transaction.atomic():
        keys = [call.source_key for call in calls]
        refs = known_calls(keys)
        fresh: dict[Ref, NewCall] = {}
        for key, call in zip(keys, calls, strict=True):
            if key not in refs:
                refs[key] = new_ref(call.started_at)
                fresh[refs[key]] = call
        _keep_rows(fresh, at=at)
        for owner in {call.controller_ref for call in fresh.values()}:
            theirs = [ref for ref, call in fresh.items() if call.controller_ref == owner]
            record_each(CallsEvent.CALL_KEPT, items=theirs, actor=actor, at=at, owner=owner)
    return [refs[key] for key in keys]


def _keep_rows(fresh: Mapping[Ref, NewCall], *, at: datetime) -> None:
    numbers = _remember(fresh.values(), at=at)
    keep_rows([_call_row(ref, new, numbers, at=at) for ref, new in fresh.items()])
    told = [(ref, call, party) for ref, call in fresh.items() for party in call.parties]
    in_order = sorted(new_ref(at) for _each in told)  # the parties stay in the order told
    keep_rows([_leg_row(*each, numbers, leg=leg) for each, leg in zip(told, in_order, strict=True)])
    keys = field_keys.get()
    keep_rows(
        [
            CdrRow(
                call_id=ref,
                controller_ref=call.controller_ref,
                sealed=keys.seal(call.raw.decode("latin-1"), ref.bytes),
                started_at=min(call.started_at, at),
            )
            for ref, call in fresh.items()
            if call.raw
        ]
    )


def _remember(calls: Iterable[NewCall], *, at: datetime) -> NumberRefs:
    told: dict[Ref, dict[str, PhoneNumber]] = {}
    for call in calls:
        of_controller = told.setdefault(call.controller_ref, {})
        for number in (call.did, *(party.number for party in call.parties)):
            if number is not None:
                of_controller[number.e164] = number
    return {
        (controller_ref, number.e164): view.ref
        for controller_ref, numbers in told.items()
        for number, view in zip(
            numbers.values(),
            remember_numbers(controller_ref, list(numbers.values()), at=at),
            strict=True,
        )
    }


def _ref_of(call: NewCall, number: PhoneNumber | None, numbers: NumberRefs) -> Ref | None:
    return None if number is None else numbers[call.controller_ref, number.e164]


def _call_row(ref: Ref, call: NewCall, numbers: NumberRefs, *, at: datetime) -> Call:
    outside = other_party(call.direction)
    others = [party.number for party in call.parties if party.role is outside and party.number]
    return Call(
        ref=ref,
        controller_ref=call.controller_ref,
        policy_id=call.policy_id,
        source_system=call.source_system,
        source_account=call.source_account,
        source_call_key=call.source_call_key,
        direction=call.direction,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        seconds=int((call.ended_at - call.started_at).total_seconds()),
        talk_seconds=call.talk_seconds,
        disposition=call.disposition,
        queue=call.queue,
        agent_code=call.agent_code,
        did_number_ref=_ref_of(call, call.did, numbers),
        other_number_ref=_ref_of(call, others[0], numbers) if others else None,
        told=call.told,
        evidence_ref=call.evidence_ref,
        kept_at=at,
        counts_from=min(call.started_at, at),  # one that claims to come is counted from now
    )


def _leg_row(ref: Ref, call: NewCall, party: NewParty, numbers: NumberRefs, *, leg: Ref) -> Leg:
    sealed = field_keys.get().seal(party.name, ref.bytes) if party.name else b""
    return Leg(
        ref=leg,
        call_id=ref,
        role=party.role,
        number_ref=_ref_of(call, party.number, numbers),
        sealed_name=sealed,
        channel=party.channel,
        started_at=call.started_at,
    )


def mark_recorded(refs: Sequence[Ref]) -> None:
    """Say of calls that something of them was recorded."""
    Call.objects.filter(ref__in=refs, recorded=False).update(recorded=True)


def mark_unrecorded(refs: Sequence[Ref]) -> None:
    """Say of calls that nothing of them is recorded any more."""
    Call.objects.filter(ref__in=refs, recorded=True).update(recorded=False)


def reduce_calls(refs: Sequence[Ref]) -> int:
    """Leave of calls only what their recordings are: instant, direction, length, what was told."""
    with transaction.atomic():
        mentioned = numbers_mentioned_in(refs)
        CdrRow.objects.filter(call_id__in=refs).delete()
        Leg.objects.filter(call_id__in=refs).delete()
        reduced = Call.objects.filter(ref__in=refs).update(
            source_account="",
            source_call_key="",
            queue="",
            agent_code="",
            did_number_ref=None,
            other_number_ref=None,
            counts_from=None,
        )
        delete_unreferenced(sorted(mentioned))
    return reduced


def reduced_calls(refs: Sequence[Ref]) -> set[Ref]:
    """Those of these calls of which only what their recordings are is left."""
    rows = Call.objects.filter(ref__in=refs, counts_from=None)
    return set(rows.values_list("ref", flat=True))


def delete_raw_rows(refs: Sequence[Ref]) -> int:
    """Remove rows as their source sent them."""
    return CdrRow.objects.filter(ref__in=refs).delete()[0]


def delete_calls(refs: Sequence[Ref]) -> int:
    """Remove calls with legs and raw rows, then the numbers that nothing mentions any more."""
    with transaction.atomic():
        mentioned = numbers_mentioned_in(refs)
        CdrRow.objects.filter(call_id__in=refs).delete()
        Leg.objects.filter(call_id__in=refs).delete()
        removed, _ = Call.objects.filter(ref__in=refs).delete()
        delete_unreferenced(sorted(mentioned))
    return removed
