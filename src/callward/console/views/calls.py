"""The list of calls and the page of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy

from callward.accounts import selectors as accounts
from callward.accounts.states import AccountsCapability
from callward.calls import selectors as calls
from callward.calls.errors import CallMissingError
from callward.calls.selectors import CallFilters
from callward.calls.states import CallsCapability
from callward.console.forms.calls import CallFilterForm, HoldForm
from callward.console.pages import Nav, action, page
from callward.console.term_words import marks
from callward.recordings import selectors as recordings
from callward.recordings.states import RecordingsCapability
from callward.retention import services as retention
from callward.retention.states import RetentionCapability
from callward.telephony import selectors as line
from callward.vault.errors import RecordingGoneError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from callward.accounts.services import AgentDesk
    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref
    from callward.recordings.selectors import RecordingView
    from callward.telephony.values import LineCallView

_PAGE = 50
_SAVED = "calls.filters"
_PAGE = 50


@page(
    "calls/",
    name="calls",
    needs=CallsCapability.SEE_CALLS,
    nav=Nav(label=gettext_lazy("Calls"), icon="telephone", order=10),
    records_calls=True,
)
def call_list(request: StaffRequest) -> HttpResponse:
    """Show the calls that fit the saved filters, newest first."""
    visit = request.visit
    saved = request.session.get(_SAVED, {})
    form = CallFilterForm(saved or None, visit=visit)
    filters, held = form.asked() if saved and form.is_valid() else (calls.CallFilters(), None)
    listed = recordings.list_calls(
        visit.controller_ref, filters, held=held, after=request.GET.get("after"), limit=_PAGE
    )
    template = "rows" if request.headers.get("HX-Request") else "list"
    context = {"form": form, "page": listed, "filtered": bool(saved)}
    return render(request, f"console/calls/{template}.html", context)


@action("calls/filter/", name="calls-filter", needs=CallsCapability.SEE_CALLS, records_calls=True)
def filter_calls(request: StaffRequest) -> HttpResponse:
    """Save the filters for this session; a number is kept as its reference, never in an address."""
    visit = request.visit
    if "clear" in request.POST:
        request.session.pop(_SAVED, None)
        return redirect("calls")
    form = CallFilterForm(request.POST, visit=visit)
    if form.is_valid():
        request.session[_SAVED] = form.to_save()
        return redirect("calls")
    nothing = recordings.ListedPage(rows=(), after=None)
    context = {"form": form, "page": nothing, "filtered": True}
    return render(request, "console/calls/list.html", context, status=400)


@page(
    "calls/<uuid:ref>/",
    name="calls-one",
    needs=CallsCapability.SEE_CALLS,
    records_calls=True,
)
def call_page(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show one call: who, when, what the caller was told, its recordings and why they are here."""
    visit = request.visit
    call = calls.call(ref)
    if call.row.controller_ref != visit.controller_ref:
        raise CallMissingError(ref=ref)
    found = recordings.recordings_of_call(ref)
    told = line.line_calls(ref)
    shown = [_shown(recording, visit, told) for recording in found]
    holdable = [one.ref for one in found] or [ref]
    context = {
        "call": call,
        "line_calls": told,
        "recordings": [piece for piece in shown if piece["reason"]],
        "purposes": sorted(visit.policy.recording.access.purposes)
        if visit.policy.recording
        else [],
        "hold_form": HoldForm(reasons=retention.hold_reasons(holdable, at=visit.at)),
        "may_play": visit.may(RecordingsCapability.PLAY),
        "may_hold": visit.may(RetentionCapability.PLACE_HOLD),
        "may_grant": visit.may(AccountsCapability.MANAGE_GRANTS),
        "may_audit": visit.may(AccountsCapability.SEE_AUDIT),
    }
    if found and not context["recordings"]:
        raise RecordingGoneError(ref=found[0].ref)
    return render(request, "console/calls/call.html", context)


def _shown(
    recording: RecordingView, visit: Visit, told: Sequence[LineCallView]
) -> dict[str, object]:
    try:
        reason = retention.why_still_here(recording.ref, visit.at)
    except RecordingGoneError:
        return {"recording": recording, "reason": None}
    return {
        "recording": recording,
        "reason": reason,
        "peaks": _peaks(recording, visit),
        "marks": [
            mark for one in told if one.recording_ref == recording.ref for mark in marks(one)
        ],
    }


def _peaks(recording: RecordingView, visit: Visit) -> list[list[float]]:
    if not recording.playable:
        return []
    drawn = recordings.peaks(recording.ref, user_ref=visit.user.ref, at=visit.at)
    if drawn is None:  # the worker has not listened to it yet
        return []
    return [[round(point, 3) for point in channel] for channel in drawn.channels]


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
