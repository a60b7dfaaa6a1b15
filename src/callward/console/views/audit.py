"""The audit of one item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from callward.accounts.states import Capability
from callward.audit import selectors as audit
from callward.console.pages import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.visits import StaffRequest
    from callward.kernel.references import Ref


@page(
    "audit/<uuid:ref>/",
    name="audit-item",
    needs=Capability.SEE_AUDIT,
)
def item_history(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show everything that happened to one item, each line with its place in the signed tree."""
    context = {"ref": ref, "leaves": audit.history(ref), "head": audit.latest_checkpoint()}
    return render(request, "console/audit/item.html", context)
