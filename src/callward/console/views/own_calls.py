"""An agent's own calls, without their sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext_lazy

from callward.accounts import selectors as accounts
from callward.calls.selectors import CallFilters
from callward.calls.states import CallsCapability
from callward.console.pages import Nav, page
from callward.recordings import selectors as recordings

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.accounts.services import AgentDesk
    from callward.console.staff_session import StaffRequest

_PAGE = 50


@page(
    "my-calls/",
    name="my-calls",
    needs=CallsCapability.SEE_OWN_CALLS,
    nav=Nav(label=gettext_lazy("My calls"), icon="telephone", order=5),
    records_calls=True,
)
def own_calls(request: StaffRequest) -> HttpResponse:
    """Show the calls that this agent answered since the extension is theirs, newest first."""
    visit = request.visit
    desk = accounts.agent_desk(visit.user.ref, visit.controller_ref, at=visit.at)
    listed = None if desk is None else _calls_of(desk, request)
    template = "rows" if listed and request.headers.get("HX-Request") else "list"
    context = {"desk": desk, "page": listed}
    return render(request, f"console/own_calls/{template}.html", context)


def _calls_of(desk: AgentDesk, request: StaffRequest) -> recordings.ListedPage:
    return recordings.list_calls(
        request.visit.controller_ref,
        CallFilters(agent_code=desk.code, started_from=desk.since),
        after=request.GET.get("after"),
        limit=_PAGE,
    )
