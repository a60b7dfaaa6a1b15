"""Recordings handed in by hand, what waits in quarantine, and the declarations of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.calls.states import CallDirection
from callward.console.forms.intake import CallFactsForm, DeclarationForm, UploadForm
from callward.console.pages import Nav, action, page
from callward.intake import selectors as arrivals, services as intake
from callward.intake.errors import NothingInQuarantineError
from callward.intake.states import IntakeCapability
from callward.kernel.numbers import parse_number
from callward.kernel.references import new_ref

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest, Visit
    from callward.intake.values import QuarantinedView, Receipt
    from callward.kernel.references import Ref


@page(
    "upload/",
    name="upload",
    needs=IntakeCapability.UPLOAD,
    methods=("GET", "HEAD", "POST"),
    nav=Nav(label=gettext_lazy("Hand in a recording"), icon="upload", order=40),
    records_calls=True,
)
def upload(request: StaffRequest) -> HttpResponse:
    """Take in one recording with the facts that its owner types."""
    visit = request.visit
    form = UploadForm(request.POST or None, request.FILES or None, policy=visit.policy)
    if request.method == "POST" and form.is_valid():
        receipt = intake.take_in_upload(
            form.envelope(new_ref(visit.at)),
            form.cleaned_data["recording"],
            visit.controller_ref,
            actor=visit.actor,
            at=visit.at,
        )
        _say(request, receipt)
        return redirect("upload")
    status = 400 if request.method == "POST" else 200
    return render(request, "console/intake/upload.html", {"form": form}, status=status)


def _say(request: StaffRequest, receipt: Receipt) -> None:
    sentences = {
        "taken-in": _("The recording is sealed and kept."),
        "duplicate": _("This recording was already here. Nothing was added."),
        "quarantined": _("The recording is sealed in quarantine; a decision is needed."),
        "past-due": _("The recording was past its due date and has not been stored."),
        "erased-before": _("This recording was erased before and may not come back."),
    }
    level = messages.SUCCESS if receipt.outcome == "taken-in" else messages.WARNING
    messages.add_message(request, level, sentences[receipt.outcome])


@page(
    "quarantine/",
    name="quarantine",
    needs=IntakeCapability.SEE_QUARANTINE,
    nav=Nav(label=gettext_lazy("Quarantine"), icon="exclamation-octagon", order=30),
    records_calls=True,
)
def quarantine(request: StaffRequest) -> HttpResponse:
    """Show what was sealed aside and why."""
    visit = request.visit
    context = {
        "arrivals": arrivals.quarantine(visit.controller_ref),
        "may_resolve": visit.may(IntakeCapability.RESOLVE_QUARANTINE),
    }
    return render(request, "console/quarantine/list.html", context)


@page(
    "quarantine/<uuid:ref>/",
    name="quarantine-resolve",
    needs=IntakeCapability.RESOLVE_QUARANTINE,
    methods=("GET", "HEAD", "POST"),
    records_calls=True,
)
def resolve(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Supply what was missing and take the recording in."""
    visit = request.visit
    arrival = _own_arrival(ref, visit)
    form = CallFactsForm(request.POST or None, policy=visit.policy)
    if request.method == "POST" and form.is_valid():
        actor = visit.actor
        envelope = intake.parse_envelope(form.envelope(ref))
        intake.release_from_quarantine(ref, envelope=envelope, actor=actor, at=visit.at)
        messages.success(request, _("The recording is taken in."))
        return redirect("quarantine")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "arrival": arrival}
    return render(request, "console/quarantine/resolve.html", context, status=status)


@action(
    "quarantine/<uuid:ref>/again/",
    name="quarantine-again",
    needs=IntakeCapability.RESOLVE_QUARANTINE,
    records_calls=True,
)
def try_again(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Take an arrival in with the facts that came with it, now that the obstacle is gone."""
    visit = request.visit
    _own_arrival(ref, visit)
    intake.release_from_quarantine(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The recording is taken in."))
    return redirect("quarantine")


@action(
    "quarantine/<uuid:ref>/reject/",
    name="quarantine-reject",
    needs=IntakeCapability.RESOLVE_QUARANTINE,
    records_calls=True,
)
def reject(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Destroy a quarantined arrival, with a certificate."""
    visit = request.visit
    _own_arrival(ref, visit)
    intake.reject_quarantined(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The arrival is destroyed. The certificate is in the list."))
    return redirect("quarantine")


def _own_arrival(ref: Ref, visit: Visit) -> QuarantinedView:
    """The arrival, for its own controller alone; to every other there is nothing here."""
    arrival = arrivals.quarantined(ref)
    if arrival.controller_ref != visit.controller_ref:
        raise NothingInQuarantineError(ref=ref)
    return arrival


@page(
    "declarations/",
    name="declarations",
    needs=IntakeCapability.DECLARE_SOURCE,
    methods=("GET", "HEAD", "POST"),
    nav=Nav(label=gettext_lazy("Source declarations"), icon="pen", order=50),
    records_calls=True,
)
def declarations(request: StaffRequest) -> HttpResponse:
    """Show the declarations of sources, and sign another."""
    visit = request.visit
    form = DeclarationForm(request.POST or None, policy=visit.policy)
    if request.method == "POST" and form.is_valid():
        _declare(form, visit)
        messages.success(request, _("The declaration is signed and written into the audit."))
        return redirect("declarations")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, "declarations": arrivals.declarations(visit.controller_ref)}
    return render(request, "console/intake/declarations.html", context, status=status)


def _declare(form: DeclarationForm, visit: Visit) -> None:
    given = form.cleaned_data
    begins_at, ends_at = form.span()
    region = visit.policy.jurisdiction
    declaration = intake.NewDeclaration(
        controller_ref=visit.controller_ref,
        system=given["system"],
        account=given["account"],
        line=parse_number(given["line"], region=region) if given["line"] else None,
        greeting=given["greeting"],
        directions=frozenset(CallDirection(direction) for direction in given["directions"]),
        begins_at=begins_at,
        ends_at=ends_at,
    )
    intake.declare_source(declaration, signed_by=visit.user.ref, actor=visit.actor, at=visit.at)


@action(
    "declarations/<uuid:ref>/withdraw/",
    name="declarations-withdraw",
    needs=IntakeCapability.DECLARE_SOURCE,
    records_calls=True,
)
def withdraw_declaration(request: StaffRequest, ref: Ref) -> HttpResponse:
    """End a declaration; what it vouched for stays."""
    visit = request.visit
    known = {declaration.ref for declaration in arrivals.declarations(visit.controller_ref)}
    if ref not in known:
        raise NothingInQuarantineError(ref=ref)
    intake.withdraw_declaration(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The declaration has ended."))
    return redirect("declarations")
