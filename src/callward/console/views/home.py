"""The first screen: what the user is here, what is missing, and where to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from callward.accounts import selectors as accounts
from callward.console.pages import Nav, page
from callward.policy.vocabulary import Need
from callward.promises import selectors as promises
from callward.promises.states import PromisesCapability

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest


@page("", name="home", nav=Nav(label=_("Overview"), icon="speedometer2", order=0))
def home(request: StaffRequest) -> HttpResponse:
    """Show the user's standing and what they may do."""
    visit = request.visit
    if visit.post is None:
        return render(request, "console/no_role.html")
    watches = visit.may(PromisesCapability.SEE_PROMISES)
    facts = {
        "alarms": promises.alarms(visit.controller_ref, at=visit.at) if watches else [],
        "standing": visit.standing,
        "needs": [(need, need in visit.standing.needs_met) for need in Need],
        "grants": accounts.grants(visit.controller_ref, at=visit.at, user_ref=visit.user.ref),
        "records_calls": visit.policy.recording is not None,
    }
    return render(request, "console/home.html", facts)
