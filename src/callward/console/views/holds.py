"""Legal holds: placed on a call, released by two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.calls import selectors as calls
from callward.calls.errors import CallMissingError
from callward.calls.states import CallsCapability
from callward.console.forms.calls import HoldForm, ReviewForm
from callward.console.pages import Nav, action, page
from callward.recordings import selectors as recordings
from callward.retention import selectors as held, services as retention
from callward.retention.errors import ItemUnknownError
from callward.retention.states import RetentionCapability

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref


@page(
    "holds/",
    name="holds",
    needs=CallsCapability.SEE_CALLS,
    nav=Nav(label=gettext_lazy("Legal holds"), icon="lock", order=20),
    keeps=True,
)
def hold_list(request: StaffRequest) -> HttpResponse:
    """Show every hold, those past their review first."""
    visit = request.visit
    found = held.holds(visit.controller_ref, at=visit.at)
    context = {
        "holds": sorted(found, key=lambda hold: (not hold.overdue, hold.review_on)),
        "may_ask": visit.may(RetentionCapability.PLACE_HOLD),
        "may_release": visit.may(RetentionCapability.RELEASE_HOLD),
    }
    return render(request, "console/holds/list.html", context)


@action(
    "calls/<uuid:ref>/hold/",
    name="calls-hold",
    needs=RetentionCapability.PLACE_HOLD,
    records_calls=True,
)
def place_hold(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Stop the disposal of one call: of its recordings, or of its record where it has none."""
    visit = request.visit
    call = calls.call(ref)
    if call.row.controller_ref != visit.controller_ref:
        raise CallMissingError(ref=ref)
    refs = [recording.ref for recording in recordings.recordings_of_call(ref)] or [ref]
    form = HoldForm(request.POST, reasons=retention.hold_reasons(refs, at=visit.at))
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return redirect("calls-one", ref=ref)
    retention.place_hold(
        refs,
        reason=form.cleaned_data["reason"],
        case=form.cleaned_data["case"],
        review_on=form.cleaned_data["review_on"],
        owner=visit.user.ref,
        actor=visit.actor,
        at=visit.at,
    )
    messages.success(request, _("The hold is in force. Nothing of this call will be destroyed."))
    return redirect("calls-one", ref=ref)


@action(
    "holds/<uuid:ref>/ask-release/",
    name="holds-ask",
    needs=RetentionCapability.PLACE_HOLD,
    keeps=True,
)
def ask_release(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Ask a second person to release a hold."""
    return _done(
        request,
        ref,
        retention.ask_release,
        _("The release is asked for. A second person has to approve it."),
    )


@action(
    "holds/<uuid:ref>/approve-release/",
    name="holds-approve",
    needs=RetentionCapability.RELEASE_HOLD,
    keeps=True,
)
def approve_release(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Release a hold that somebody else asked to release."""
    return _done(
        request,
        ref,
        retention.approve_release,
        _("The hold is released. The retention period decides again."),
    )


@action(
    "holds/<uuid:ref>/keep/",
    name="holds-keep",
    needs=RetentionCapability.RELEASE_HOLD,
    keeps=True,
)
def keep_hold(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Turn an asked release down; the hold stays as it was."""
    return _done(request, ref, retention.keep_hold, _("The hold stays in force."))


@action(
    "holds/<uuid:ref>/review/",
    name="holds-review",
    needs=RetentionCapability.PLACE_HOLD,
    keeps=True,
)
def review_hold(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Note that somebody looked at the case again, and when the next look is due."""
    visit = request.visit
    _own_hold(ref, visit)
    form = ReviewForm(request.POST)
    if form.is_valid():
        day = form.cleaned_data["review_on"]
        retention.review_hold(ref, review_on=day, actor=visit.actor, at=visit.at)
        messages.success(request, _("The review is noted."))
    else:
        messages.error(request, _("Choose the day of the next review."))
    return redirect("holds")


@action(
    "holds/<uuid:ref>/close-case/",
    name="holds-close-case",
    needs=RetentionCapability.PLACE_HOLD,
    keeps=True,
)
def close_case(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Say that the case of a hold is over, from which its longest life is counted."""
    return _done(
        request,
        ref,
        retention.close_case,
        _("The case is closed. From today the longest life of the hold counts."),
    )


def _done(
    request: StaffRequest, ref: Ref, act: Callable[..., object], sentence: str
) -> HttpResponse:
    """Let the visitor act on a hold of their own controller, and say what came of it."""
    visit = request.visit
    _own_hold(ref, visit)
    act(ref, actor=visit.actor, at=visit.at)
    messages.success(request, sentence)
    return redirect("holds")


def _own_hold(ref: Ref, visit: Visit) -> None:
    if held.hold(ref, at=visit.at).controller_ref != visit.controller_ref:
        raise ItemUnknownError(ref=ref)
