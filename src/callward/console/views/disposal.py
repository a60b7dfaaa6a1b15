"""What will be destroyed, what was, and the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy, ngettext

from callward.console.pages import Nav, action, page
from callward.retention import selectors as retained, services as retention
from callward.retention.errors import ItemUnknownError
from callward.retention.states import RetentionCapability

if TYPE_CHECKING:
    from callward.console.staff_session import StaffRequest
    from callward.kernel.references import Ref


@page(
    "disposal/",
    name="disposal",
    needs=(RetentionCapability.SEE_DISPOSAL, RetentionCapability.RUN_DISPOSAL),
    nav=Nav(label=gettext_lazy("Disposal"), icon="trash3", order=60),
    keeps=True,
)
def disposal_page(request: StaffRequest) -> HttpResponse:
    """Show what a run would destroy now and what holds keep; changes nothing."""
    visit = request.visit
    context = {
        "preview": retention.preview_disposal(visit.at, visit.controller_ref),
        "runs": retained.disposal_runs(visit.controller_ref, limit=10),
        "may_run": visit.may(RetentionCapability.RUN_DISPOSAL),
    }
    return render(request, "console/disposal/page.html", context)


@action("disposal/run/", name="disposal-run", needs=RetentionCapability.RUN_DISPOSAL, keeps=True)
def run_disposal(request: StaffRequest) -> HttpResponse:
    """Destroy now what is due; the worker would do the same within minutes."""
    visit = request.visit
    run = retention.run_disposal(visit.controller_ref, actor=visit.actor, at=visit.at)
    text = ngettext(
        "%(count)d record was destroyed.",
        "%(count)d records were destroyed.",
        run.destroyed,
    )
    messages.success(request, text % {"count": run.destroyed})
    return redirect("disposal")


@page(
    "certificates/",
    name="certificates",
    needs=RetentionCapability.SEE_CERTIFICATES,
    nav=Nav(label=gettext_lazy("Certificates"), icon="patch-check", order=70),
    keeps=True,
)
def certificate_list(request: StaffRequest) -> HttpResponse:
    """Show every destruction certificate, newest first."""
    visit = request.visit
    found = retained.certificates(visit.controller_ref, limit=200)
    return render(request, "console/disposal/certificates.html", {"certificates": found})


@page(
    "certificates/<uuid:ref>.<str:kind>",
    name="certificates-file",
    needs=RetentionCapability.SEE_CERTIFICATES,
    keeps=True,
)
def certificate_file(request: StaffRequest, ref: Ref, kind: str) -> HttpResponse:
    """Hand out one certificate as the signed document or as a page to print."""
    visit = request.visit
    certificate = retained.certificate(ref)
    if certificate.controller_ref != visit.controller_ref:
        raise ItemUnknownError(ref=ref)
    if kind == "pdf":
        content, mime = retained.certificate_pdf(ref), "application/pdf"
    else:
        content, mime = certificate.document, "application/json"
    response = HttpResponse(content, content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="certificate-{ref}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
