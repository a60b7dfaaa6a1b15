"""Every prompt of the policy, whose voice speaks it, and the controller's own recordings."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from callward.console import refusals
from callward.console.forms.line import PromptForm
from callward.console.pages import action, page
from callward.console.views.line import act
from callward.kernel.errors import CallwardError
from callward.telephony import selectors as line, services as telephony
from callward.telephony.states import TelephonyCapability

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest

_NEEDS = TelephonyCapability.MANAGE_LINE


@page("line/prompts/", name="line-prompts", needs=_NEEDS, methods=("GET", "HEAD", "POST"))
def prompts(request: StaffRequest) -> HttpResponse:
    """Show the words of every prompt; take a studio recording of one."""
    visit = request.visit
    if request.method == "POST":
        return _upload(request)
    found = line.prompts_of(visit.controller_ref, visit.policy)
    by_language = [
        (language, list(prompts))
        for language, prompts in groupby(found, key=lambda one: one.language)
    ]
    return render(request, "console/line/prompts.html", {"languages": by_language})


def _upload(request: StaffRequest) -> HttpResponse:
    form = PromptForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.warning(request, _("Choose a file first."))
        return redirect("line-prompts")
    typed = form.cleaned_data
    try:
        telephony.upload_prompt(
            typed["key"], typed["language"], typed["recording"].read(), **act(request.visit)
        )
    except CallwardError as error:
        messages.error(request, " ".join(refusals.sentences(error)))
    else:
        messages.success(request, _("The line plays this recording from the next call on."))
    return redirect("line-prompts")


@action("line/prompts/drop/", name="line-prompts-drop", needs=_NEEDS)
def drop(request: StaffRequest) -> HttpResponse:
    """Let the default voice speak again."""
    key, language = request.POST.get("key", ""), request.POST.get("language", "")
    telephony.drop_prompt(key, language, **act(request.visit))
    messages.success(request, _("The default voice speaks this prompt again."))
    return redirect("line-prompts")
