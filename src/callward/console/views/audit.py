"""The audit of one item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from callward.accounts import selectors as accounts
from callward.accounts.states import AccountsCapability
from callward.audit import selectors as audit
from callward.calls import selectors as calls
from callward.calls.errors import CallMissingError
from callward.console import term_words
from callward.console.pages import page
from callward.retention import selectors as held

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref


@page(
    "audit/<uuid:ref>/",
    name="audit-item",
    needs=AccountsCapability.SEE_AUDIT,
)
def item_history(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show everything that happened to one item, each line with its place in the signed tree."""
    leaves = audit.history(ref) if _is_ours(ref, request.visit) else []
    context = {
        "ref": ref,
        "leaves": leaves,
        "names": accounts.names_of(term_words.users_among(leaf.actor for leaf in leaves)),
        "head": audit.latest_checkpoint(),
    }
    return render(request, "console/audit/item.html", context)


def _is_ours(ref: Ref, visit: Visit) -> bool:
    """Another controller's item looks like one that never was."""
    if held.is_of(visit.controller_ref, ref):
        return True
    try:
        return calls.call(ref).row.controller_ref == visit.controller_ref
    except CallMissingError:
        return False
