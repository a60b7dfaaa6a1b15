"""The phone line's smaller parts: agents' phones, opening hours, closed days, taking away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from callward.console import refusals
from callward.console.forms import line as forms
from callward.console.pages import action, page
from callward.console.views.line import act, edit, show
from callward.kernel.errors import BadInputError
from callward.telephony import selectors as line, services as telephony
from callward.telephony.states import TelephonyCapability

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest
    from callward.kernel.references import Ref
    from callward.telephony.values import NewPhone

_BAD = 400
_NEEDS = TelephonyCapability.MANAGE_LINE
_BOTH = ("GET", "HEAD", "POST")
_KINDS = frozenset({"trunk", "queue", "number", "phone", "hours", "closed-day"})


@page("line/phones/new/", name="line-phone-new", needs=_NEEDS, methods=_BOTH)
def new_phone(request: StaffRequest) -> HttpResponse:
    """Add a phone; the answer shows its password once, and nothing keeps it readable."""
    form = forms.PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = telephony.add_phone(form.facts(), **act(request.visit))
        except BadInputError as error:
            form.add_error("phone", " ".join(refusals.sentences(error)))
        else:
            return _secret_once(request, made)
    lead = _("The next page shows the password for this phone. It is shown once.")
    return edit(request, form, lambda: None, title=_("Add a phone"), lead=lead)


def _secret_once(request: StaffRequest, made: NewPhone) -> HttpResponse:
    # Said in the answer itself: a redirect would have to keep it somewhere in between.
    return render(request, "console/line/secret.html", {"phone": made, "listen": line.listens()})


@page("line/phones/<uuid:ref>/", name="line-phone", needs=_NEEDS, methods=_BOTH)
def change_phone(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Change from where a phone may speak."""
    facts = line.phone(ref, request.visit.controller_ref).facts
    initial = {"allow": "\n".join(facts.allow), "address": facts.address, "port": facts.port}
    form = forms.ChangePhoneForm(request.POST or None, initial=initial)
    title = _("Extension %(extension)s") % {"extension": facts.phone}
    return edit(
        request,
        form,
        lambda: telephony.change_phone(ref, form.facts_of(facts.phone), **act(request.visit)),
        title=title,
        taken_away="phone",
    )


@action("line/phones/<uuid:ref>/secret/", name="line-phone-secret", needs=_NEEDS)
def renew_secret(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Give a phone another password."""
    return _secret_once(request, telephony.renew_secret(ref, **act(request.visit)))


@action("line/hours/new/", name="line-hours-new", needs=_NEEDS)
def add_hours(request: StaffRequest) -> HttpResponse:
    """Open the line for a span of one weekday."""
    form = forms.HoursForm(request.POST)
    if not form.is_valid():
        return show(request, status=_BAD, hours_form=form)
    typed = form.cleaned_data
    telephony.add_hours(typed["weekday"], typed["opens"], typed["closes"], **act(request.visit))
    messages.success(request, _("The opening hours are changed."))
    return redirect("line")


@action("line/closed/new/", name="line-closed-new", needs=_NEEDS)
def close_day(request: StaffRequest) -> HttpResponse:
    """Close the line for a day."""
    form = forms.ClosedDayForm(request.POST)
    if form.is_valid():
        try:
            telephony.close_day(
                form.cleaned_data["day"], form.cleaned_data["title"], **act(request.visit)
            )
        except BadInputError as error:
            form.add_error("day", " ".join(refusals.sentences(error)))
        else:
            messages.success(request, _("The line is closed on that day."))
            return redirect("line")
    return show(request, status=_BAD, closed_form=form)


@action("line/<str:kind>/<uuid:ref>/take-away/", name="line-take-away", needs=_NEEDS)
def take_away(request: StaffRequest, kind: str, ref: Ref) -> HttpResponse:
    """Take a setting away, unless something else still leads to it."""
    if kind not in _KINDS:
        raise Http404
    telephony.take_away(kind, ref, **act(request.visit))
    messages.success(request, _("It is taken away."))
    return redirect("line")
