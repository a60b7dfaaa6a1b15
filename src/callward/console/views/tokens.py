"""Tokens of machines: issued with a last day and shown once, listed, withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.accounts import selectors, services as accounts
from callward.accounts.errors import TokenUnknownError
from callward.accounts.states import AccountsCapability
from callward.console import refusals
from callward.console.forms.grants import TokenForm
from callward.console.pages import Nav, action, page
from callward.intake.states import IntakeCapability
from callward.kernel.errors import BadInputError

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.accounts.services import IssuedToken
    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref


@page(
    "tokens/",
    name="tokens",
    needs=AccountsCapability.MANAGE_TOKENS,
    methods=("GET", "HEAD", "POST"),
    nav=Nav(label=gettext_lazy("Machines"), icon="key", order=65),
    records_calls=True,
)
def tokens(request: StaffRequest) -> HttpResponse:
    """Show which machines may hand recordings over, and let another one in."""
    visit = request.visit
    form = TokenForm(request.POST if request.method == "POST" else None, visit=visit)
    issued = _issue(form, visit) if request.method == "POST" and form.is_valid() else None
    context = {
        "form": TokenForm(visit=visit) if issued else form,
        "issued": issued,  # said in the answer itself: nothing keeps it
        "tokens": selectors.tokens(visit.controller_ref),
        "at": visit.at,
    }
    status = 400 if request.method == "POST" and issued is None else 200
    return render(request, "console/tokens/list.html", context, status=status)


def _issue(form: TokenForm, visit: Visit) -> IssuedToken | None:
    try:
        return accounts.issue_token(
            controller_ref=visit.controller_ref,
            label=form.cleaned_data["label"],
            capability=IntakeCapability.UPLOAD,
            ends_at=form.ends_at(),
            actor=visit.actor,
            at=visit.at,
        )
    except BadInputError as error:
        form.add_error(None, " ".join(refusals.sentences(error)))
        return None


@action(
    "tokens/<uuid:ref>/withdraw/",
    name="tokens-withdraw",
    needs=AccountsCapability.MANAGE_TOKENS,
    records_calls=True,
)
def withdraw(request: StaffRequest, ref: Ref) -> HttpResponse:
    """End a machine's token at once."""
    visit = request.visit
    if ref not in {token.ref for token in selectors.tokens(visit.controller_ref)}:
        raise TokenUnknownError(ref=ref)
    accounts.withdraw_token(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The token is withdrawn. The machine is refused from now on."))
    return redirect("tokens")
