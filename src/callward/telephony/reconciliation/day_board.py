"""The board of counted days: what is explained, and what alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from callward.telephony.models import CountedDay, Gap
from callward.telephony.states import Explanation
from callward.telephony.values import DayView, GapView

if TYPE_CHECKING:
    from datetime import date

    from callward.kernel.references import Ref

_DAYS_SHOWN = 31


def counted_days(controller_ref: Ref) -> list[DayView]:
    """The last counted days, the newest first."""
    still_open = Count("gaps", filter=Q(gaps__alarm=True, gaps__judged_at=None))
    rows = CountedDay.objects.filter(controller_ref=controller_ref).annotate(still=still_open)
    return [
        DayView(
            ref=row.ref,
            day=row.day,
            calls=row.calls,
            recorded=row.recorded,
            explained=row.explained,
            alarms=row.alarms,
            open_alarms=row.still,
            counted_at=row.counted_at,
        )
        for row in rows.order_by("-day")[:_DAYS_SHOWN]
    ]


def gaps_of(controller_ref: Ref, day: date) -> list[GapView]:
    """The calls of a day without a whole recording; alarms first."""
    rows = Gap.objects.filter(day__controller_ref=controller_ref, day__day=day)
    return [_gap(row) for row in rows.order_by("-alarm", "started_at")]


def open_alarms(controller_ref: Ref) -> list[GapView]:
    """Gaps that nothing explains and nobody has judged, the oldest first."""
    rows = Gap.objects.filter(day__controller_ref=controller_ref, alarm=True, judged_at=None)
    return [_gap(row) for row in rows.order_by("started_at")]


def _gap(row: Gap) -> GapView:
    return GapView(
        ref=row.ref,
        line_call_ref=row.line_call_ref,
        call_ref=row.call_ref,
        started_at=row.started_at,
        why=Explanation(row.why),
        alarm=row.alarm,
        judged_at=row.judged_at,
        finding=row.finding,
    )
