"""The first screen, and the language and controller that a user chooses for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from callward.accounts import selectors as people, services as accounts
from callward.console.errors import ControllerNotChosenError
from callward.console.pages import Nav, action, page
from callward.console.signin.adapters import set_language_cookie
from callward.console.staff_session import choose_controller
from callward.kernel.errors import BadInputError, gettext_noop
from callward.policy.vocabulary import Need
from callward.promises import selectors as promises
from callward.promises.states import PromisesCapability

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from callward.console.staff_session import StaffRequest


@page("", name="home", nav=Nav(label=_("Overview"), icon="speedometer2", order=0))
def home(request: StaffRequest) -> HttpResponse:
    """Show the user's standing and what they may do."""
    visit = request.visit
    if visit.post is None:
        return render(request, "console/no_role.html")
    watches = visit.may(PromisesCapability.SEE_PROMISES)
    facts = {
        "alarms": promises.alarms(visit.controller_ref, at=visit.at) if watches else [],
        "standing": visit.standing,
        "needs": [(need, need in visit.standing.needs_met) for need in Need],
        "grants": people.grants(visit.controller_ref, at=visit.at, user_ref=visit.user.ref),
        "records_calls": visit.policy.recording is not None,
    }
    return render(request, "console/home.html", facts)


class LanguageUnknownError(BadInputError):
    """Callward does not speak this language."""

    code = "language-unknown"
    fact = gettext_noop("The screens are not available in this language.")
    mend = gettext_noop("Choose one of the listed languages.")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the screens, and come back to where the user was."""
    wanted = request.POST.get("language", "")
    if wanted not in dict(settings.LANGUAGES):
        raise LanguageUnknownError
    response = redirect(_safe_next(request))
    set_language_cookie(response, wanted)
    if request.user.is_authenticated:
        accounts.choose_language(request.user.pk, language=wanted)
    return response


@action("controller/", name="controller")
def controller(request: StaffRequest) -> HttpResponse:
    """Work for another controller from now on."""
    wanted = request.POST.get("controller", "")
    chosen = next((one for one in request.visit.choices if str(one.ref) == wanted), None)
    if chosen is None:
        raise ControllerNotChosenError
    choose_controller(request, chosen.ref)
    return redirect("home")


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url("home")
