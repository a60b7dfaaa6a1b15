"""Every night: what the line began, what its ledgers say, and what the vault really holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from callward.audit import services as audit
from callward.controllers import selectors as controllers
from callward.kernel import calendar
from callward.kernel.actors import system_actor
from callward.kernel.references import made_at, new_ref
from callward.telephony import ports, rules
from callward.telephony.errors import GapUnknownError
from callward.telephony.models import CountedDay, Gap, LineCall
from callward.telephony.reconciliation.call_trace import trace_of
from callward.telephony.states import ALARMS, TelephonyEvent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.telephony.rules import CallTrace
    from callward.telephony.states import Explanation

COUNTING = system_actor("telephony.count")


def count_day(controller_ref: Ref, day: date, *, at: datetime) -> Ref:
    """Match one civil day of a controller; counted again, it says what is true now."""
    zone = controllers.policy_in_force(controller_ref, at=at).zone
    began = calendar.start_of_day(day, zone=zone)
    traces = _traces(controller_ref, began, calendar.end_of_day(day, zone=zone), at=at)
    found = {ref: rules.explain(trace) for ref, trace in traces.items()}
    counted = rules.count(found.values())
    with transaction.atomic():
        row = _day_row(controller_ref, day, counted, at=at)
        _write_gaps(row, found)
        audit.record(
            TelephonyEvent.DAY_COUNTED,
            item=row.ref,
            actor=COUNTING,
            at=at,
            owner=controller_ref,
            calls=counted.calls,
            alarms=counted.alarms,
        )
    return row.ref


def _traces(
    controller_ref: Ref, began: datetime, ended: datetime, *, at: datetime
) -> Mapping[Ref, CallTrace]:
    rows = LineCall.objects.filter(
        controller_ref=controller_ref, started_at__gte=began, started_at__lt=ended
    )
    traces = {row.ref: trace_of(row) for row in rows}
    known = {row.line_call_ref for row in rows}
    slug = controllers.controller(controller_ref).slug
    door = ports.spool.get()
    waiting = {*door.finished(), *door.unfinished()}
    for call in ports.journal.get().calls_of(began, ended, controller=slug):
        if call.ref not in known:
            traces[call.ref] = rules.CallTrace(
                answered=True,
                collected=False,
                spool_waits=call.recording in waiting,
                overdue=ended <= at,
            )
    return traces


def _day_row(
    controller_ref: Ref, day: date, counted: rules.DayCount, *, at: datetime
) -> CountedDay:
    row = CountedDay.objects.filter(controller_ref=controller_ref, day=day).first()
    row = row or CountedDay(ref=new_ref(at), controller_ref=controller_ref, day=day)
    row.calls, row.recorded = counted.calls, counted.recorded
    row.explained, row.alarms = counted.explained, counted.alarms
    row.counted_at = at
    row.save()
    return row


def _write_gaps(row: CountedDay, found: Mapping[Ref, Explanation]) -> None:
    """The gaps of a day as they are now; a judged one keeps its finding while it stays the same."""
    gaps = {ref: why for ref, why in found.items() if rules.is_gap(why)}
    known = {gap.line_call_ref: gap for gap in row.gaps.all()}
    gone = [gap.ref for ref, gap in known.items() if gaps.get(ref) != gap.why]
    Gap.objects.filter(ref__in=gone).delete()
    new = {ref: why for ref, why in gaps.items() if ref not in known or known[ref].ref in set(gone)}
    calls = {one.ref: one for one in LineCall.objects.filter(ref__in=new)}
    Gap.objects.bulk_create(
        Gap(
            ref=new_ref(row.counted_at),
            day=row,
            line_call_ref=ref,
            call_ref=calls[ref].call_ref if ref in calls else None,
            started_at=calls[ref].started_at if ref in calls else made_at(ref),
            why=why,
            alarm=why in ALARMS,
        )
        for ref, why in new.items()
    )


def judge_gap(ref: Ref, finding: str, *, controller_ref: Ref, actor: Actor, at: datetime) -> None:
    """Write down what a person found about an alarm; it stays on the board, judged."""
    with transaction.atomic():
        judged = Gap.objects.filter(
            ref=ref, day__controller_ref=controller_ref, alarm=True, judged_at=None
        ).update(judged_at=at, judged_by=str(actor)[:80], finding=finding)
        if not judged:
            raise GapUnknownError(ref=ref)
        audit.record(TelephonyEvent.GAP_JUDGED, item=ref, actor=actor, at=at)
