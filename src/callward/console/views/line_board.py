"""The board of the nightly count: every call explained, or an alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.calls.states import CallsCapability
from callward.console.forms.line import FindingForm
from callward.console.pages import Nav, action, page
from callward.telephony import selectors as line, services as telephony
from callward.telephony.states import TelephonyCapability

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest
    from callward.kernel.references import Ref

_NEEDS = TelephonyCapability.SEE_LINE


@page(
    "line/board/",
    name="line-board",
    needs=_NEEDS,
    nav=Nav(label=gettext_lazy("Nightly count"), icon="journal-check", order=35),
)
def board(request: StaffRequest) -> HttpResponse:
    """Show every counted day, and what alarms."""
    where = request.visit.controller_ref
    days = line.counted_days(where)
    context = {
        "days": days,
        "alarms": line.open_alarms(where),
        "may_see_calls": request.visit.may(CallsCapability.SEE_CALLS),
    }
    return render(request, "console/line/board.html", context)


@page("line/board/<uuid:ref>/", name="line-board-day", needs=_NEEDS)
def day(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show every gap of one day and its explanation."""
    where = request.visit.controller_ref
    found = next((one for one in line.counted_days(where) if one.ref == ref), None)
    if found is None:
        raise Http404
    context = {
        "day": found,
        "gaps": line.gaps_of(where, found.day),
        "may_see_calls": request.visit.may(CallsCapability.SEE_CALLS),
    }
    return render(request, "console/line/day.html", context)


@action("line/board/gaps/<uuid:ref>/judge/", name="line-board-judge", needs=_NEEDS)
def judge(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Write down what a person found out about an alarm."""
    visit = request.visit
    form = FindingForm(request.POST)
    if form.is_valid():
        telephony.judge_gap(
            ref,
            form.cleaned_data["finding"],
            controller_ref=visit.controller_ref,
            actor=visit.actor,
            at=visit.at,
        )
        messages.success(request, _("The finding is written down."))
    return redirect("line-board")
