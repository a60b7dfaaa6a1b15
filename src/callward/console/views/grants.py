"""Named permissions to hear recordings: given with purpose, end and reason, and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.accounts import selectors as given, services as accounts
from callward.accounts.errors import GrantUnknownError
from callward.accounts.states import AccountsCapability
from callward.console import refusals
from callward.console.forms.grants import GrantForm
from callward.console.pages import Nav, action, page
from callward.kernel.errors import BadInputError
from callward.kernel.references import parse_ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpResponse

    from callward.accounts.selectors import GrantView
    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref

_ENDED = 50
_USER = "user:"


@page(
    "grants/",
    name="grants",
    needs=AccountsCapability.MANAGE_GRANTS,
    methods=("GET", "HEAD", "POST"),
    nav=Nav(label=gettext_lazy("Grants"), icon="key", order=25),
    records_calls=True,
)
def grants(request: StaffRequest) -> HttpResponse:
    """Show who may hear what, and give another grant."""
    visit = request.visit
    typed = request.POST if request.method == "POST" else None
    form = GrantForm(typed, visit=visit, initial=_wanted(request))
    if request.method == "POST" and form.is_valid():
        try:
            accounts.give_grant(form.new_grant(), actor=visit.actor, at=visit.at)
        except BadInputError as error:
            form.add_error("last_day", " ".join(refusals.sentences(error)))
        else:
            messages.success(request, _("The grant is given."))
            return redirect("grants")
    status = 400 if request.method == "POST" else 200
    context = {"form": form, **_lists(visit)}
    return render(request, "console/grants/list.html", context, status=status)


def _wanted(request: StaffRequest) -> dict[str, str]:
    recording = request.GET.get("recording", "")
    return {"recording": recording, "scope": "one"} if recording else {}


def _lists(visit: Visit) -> dict[str, list[dict[str, object]]]:
    standing = given.grants(visit.controller_ref, at=visit.at)
    ended = given.ended_grants(visit.controller_ref, at=visit.at, limit=_ENDED)
    names = given.names_of(ref for grant in [*standing, *ended] for ref in _people_of(grant))
    return {
        "standing": [_line(grant, names) for grant in standing],
        "ended": [_line(grant, names) for grant in ended],
    }


def _people_of(grant: GrantView) -> Sequence[Ref]:
    giver = _giver(grant)
    return [grant.user_ref] if giver is None else [grant.user_ref, giver]


def _giver(grant: GrantView) -> Ref | None:
    if not grant.given_by.startswith(_USER):
        return None
    return parse_ref(grant.given_by.removeprefix(_USER))


def _line(grant: GrantView, names: Mapping[Ref, str]) -> dict[str, object]:
    giver = _giver(grant)
    return {
        "grant": grant,
        "person": names.get(grant.user_ref, ""),
        "giver": names.get(giver, "") if giver else "Callward",
    }


@action(
    "grants/<uuid:ref>/withdraw/",
    name="grants-withdraw",
    needs=AccountsCapability.MANAGE_GRANTS,
    records_calls=True,
)
def withdraw(request: StaffRequest, ref: Ref) -> HttpResponse:
    """End a grant before its end."""
    visit = request.visit
    if ref not in {grant.ref for grant in given.grants(visit.controller_ref, at=visit.at)}:
        raise GrantUnknownError(ref=ref)
    accounts.withdraw_grant(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The grant is withdrawn."))
    return redirect("grants")
