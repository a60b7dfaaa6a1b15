"""The phone line's page: how it is, what is set up, and the board of the nightly count."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy

from callward.calls.states import CallsCapability
from callward.console import refusals
from callward.console.forms import line as forms
from callward.console.forms.line import FindingForm, PromptForm
from callward.console.pages import Nav, action, page
from callward.kernel.errors import BadInputError, CallwardError
from callward.telephony import selectors as line, services as telephony
from callward.telephony.states import TelephonyCapability

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref

_SEES_LINE = TelephonyCapability.SEE_LINE
_BAD = 400
_NEEDS = TelephonyCapability.MANAGE_LINE
_BOTH = ("GET", "HEAD", "POST")


@page(
    "line/",
    name="line",
    needs=_NEEDS,
    nav=Nav(label=gettext_lazy("Phone line"), icon="telephone-inbound", order=65),
)
def line_page(request: StaffRequest) -> HttpResponse:
    """Show how the line is and what is set up."""
    return show(request)


def show(request: StaffRequest, *, status: int = 200, **typed: object) -> HttpResponse:
    """The page itself, perhaps with a form that was filled in wrongly."""
    visit = request.visit
    where, policy = visit.controller_ref, visit.policy
    found = line.status()
    trunks = line.trunks(where)
    context = {
        "status": found,
        "faults": [why for slug, why in found.faults if slug == visit.post.controller.slug]  # type: ignore[union-attr]  # the page needs a post
        if found
        else [],
        "trunks": trunks,
        "numbers": line.numbers(where),
        "queues": line.queues(where),
        "phones": line.phones(where),
        "hours": line.hours(where),
        "closed_days": line.closed_days(where, policy, at=visit.at)[:12],
        "outbound": line.outbound(where),
        "outbound_trunk": _trunk_name(trunks, line.outbound(where)),
        "hours_form": forms.HoursForm(),
        "closed_form": forms.ClosedDayForm(),
        **_prompts(visit),
        **typed,
    }
    return render(request, "console/line/page.html", context, status=status)


def _prompts(visit: Visit) -> dict[str, int]:
    prompts = line.prompts_of(visit.controller_ref, visit.policy)
    return {
        "prompts_spoken": sum(one.source is not None for one in prompts),
        "prompts_needed": len(prompts),
        "prompts_outdated": sum(one.outdated for one in prompts),
    }


def _trunk_name(trunks: Any, outbound: Any) -> str:
    wanted = outbound.trunk_ref if outbound else None
    return next((trunk.name for trunk in trunks if trunk.ref == wanted), "")


def edit(
    request: StaffRequest,
    form: Form,
    save: Callable[[], object],
    *,
    title: str,
    lead: str = "",
    taken_away: str = "",
) -> HttpResponse:
    """One form on a page of its own: saved, or shown again with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except BadInputError as error:
            form.add_error(None, " ".join(refusals.sentences(error)))
        else:
            messages.success(request, _("The phone line has the new settings."))
            return redirect("line")
    context = {"form": form, "title": title, "lead": lead, "taken_away": taken_away}
    status = _BAD if request.method == "POST" else 200
    return render(request, "console/line/edit.html", context, status=status)


def act(visit: Visit) -> dict[str, Any]:
    """Whose line it is, who changes it, and when."""
    return {"controller_ref": visit.controller_ref, "actor": visit.actor, "at": visit.at}


@page("line/trunks/new/", name="line-trunk-new", needs=_NEEDS, methods=_BOTH)
def new_trunk(request: StaffRequest) -> HttpResponse:
    """Add a carrier."""
    form = forms.TrunkForm(request.POST or None)
    return edit(
        request,
        form,
        lambda: telephony.save_trunk(form.facts(), **act(request.visit)),
        title=_("Add a carrier"),
    )


@page("line/trunks/<uuid:ref>/", name="line-trunk", needs=_NEEDS, methods=_BOTH)
def change_trunk(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Change a carrier."""
    found = line.trunk(ref, request.visit.controller_ref)
    names = [name for name in forms.TrunkForm.base_fields if name not in {"secret", "allow"}]
    initial = {name: getattr(found, name) for name in names} | {"allow": "\n".join(found.allow)}
    form = forms.TrunkForm(request.POST or None, initial=initial)
    return edit(
        request,
        form,
        lambda: telephony.save_trunk(form.facts(), ref=ref, **act(request.visit)),
        title=found.name,
        taken_away="trunk",
    )


@page("line/queues/new/", name="line-queue-new", needs=_NEEDS, methods=_BOTH)
def new_queue(request: StaffRequest) -> HttpResponse:
    """Add a queue."""
    form = forms.QueueForm(request.POST or None, phones=_phones(request.visit))
    return edit(
        request,
        form,
        lambda: telephony.save_queue(form.facts(), **act(request.visit)),
        title=_("Add a queue"),
    )


@page("line/queues/<uuid:ref>/", name="line-queue", needs=_NEEDS, methods=_BOTH)
def change_queue(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Change a queue."""
    facts = line.queue(ref, request.visit.controller_ref).facts
    names = [name for name in forms.QueueForm.base_fields if name != "phones"]
    initial: dict[str, object] = {name: getattr(facts, name) for name in names}
    initial["phones"] = forms.chosen(facts.phones)
    form = forms.QueueForm(request.POST or None, initial=initial, phones=_phones(request.visit))
    return edit(
        request,
        form,
        lambda: telephony.save_queue(form.facts(), ref=ref, **act(request.visit)),
        title=facts.title,
        taken_away="queue",
    )


def _phones(visit: Visit) -> list[tuple[str, str]]:
    return [(str(one.ref), one.facts.phone) for one in line.phones(visit.controller_ref)]


@page("line/numbers/new/", name="line-number-new", needs=_NEEDS, methods=_BOTH)
def new_number(request: StaffRequest) -> HttpResponse:
    """Add a number that people dial."""
    form = forms.NumberForm(request.POST or None, **_roads(request.visit))
    return edit(
        request,
        form,
        lambda: telephony.save_number(form.facts(), **act(request.visit)),
        title=_("Add a number"),
    )


@page("line/numbers/<uuid:ref>/", name="line-number", needs=_NEEDS, methods=_BOTH)
def change_number(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Lead a number elsewhere."""
    facts = line.number(ref, request.visit.controller_ref).facts
    initial = {
        "number": facts.number,
        "queue": str(facts.queue_ref),
        "trunk": str(facts.trunk_ref or ""),
        "languages": list(facts.languages),
        "officer": facts.officer,
    }
    form = forms.NumberForm(request.POST or None, initial=initial, **_roads(request.visit))
    return edit(
        request,
        form,
        lambda: telephony.save_number(form.facts(), ref=ref, **act(request.visit)),
        title=facts.number,
        taken_away="number",
    )


def _roads(visit: Visit) -> dict[str, Any]:
    where = visit.controller_ref
    return {
        "policy": visit.policy,
        "queues": [(str(one.ref), one.facts.title) for one in line.queues(where)],
        "trunks": [(str(one.ref), one.name) for one in line.trunks(where)],
    }


@page("line/outbound/", name="line-outbound", needs=_NEEDS, methods=_BOTH)
def change_outbound(request: StaffRequest) -> HttpResponse:
    """Say how calls are made, and whether messages are taken."""
    visit = request.visit
    found = line.outbound(visit.controller_ref)
    initial = {}
    if found is not None:
        initial = {
            "trunk": str(found.trunk_ref or ""),
            "shown_number": found.shown_number,
            "ring_seconds": found.ring_seconds,
            "voicemail_seconds": found.voicemail_seconds,
        }
    roads = _roads(visit)
    form = forms.OutboundForm(
        request.POST or None, initial=initial, policy=visit.policy, trunks=roads["trunks"]
    )
    return edit(
        request,
        form,
        lambda: telephony.save_outbound(form.facts(), **act(visit)),
        title=_("Calls out and messages"),
    )


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


@page(
    "line/board/",
    name="line-board",
    needs=_SEES_LINE,
    nav=Nav(label=gettext_lazy("Nightly count"), icon="journal-check", order=35),
)
def board(request: StaffRequest) -> HttpResponse:
    """Show every counted day, and what alarms."""
    where = request.visit.controller_ref
    days = line.counted_days(where)
    context = {
        "days": days,
        "alarms": line.open_alarms(where),
        "may_see_calls": request.visit.may(CallsCapability.SEE_CALLS),
    }
    return render(request, "console/line/board.html", context)


@page("line/board/<uuid:ref>/", name="line-board-day", needs=_SEES_LINE)
def day(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show every gap of one day and its explanation."""
    where = request.visit.controller_ref
    found = next((one for one in line.counted_days(where) if one.ref == ref), None)
    if found is None:
        raise Http404
    context = {
        "day": found,
        "gaps": line.gaps_of(where, found.day),
        "may_see_calls": request.visit.may(CallsCapability.SEE_CALLS),
    }
    return render(request, "console/line/day.html", context)


@action("line/board/gaps/<uuid:ref>/judge/", name="line-board-judge", needs=_SEES_LINE)
def judge(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Write down what a person found out about an alarm."""
    visit = request.visit
    form = FindingForm(request.POST)
    if form.is_valid():
        telephony.judge_gap(
            ref,
            form.cleaned_data["finding"],
            controller_ref=visit.controller_ref,
            actor=visit.actor,
            at=visit.at,
        )
        messages.success(request, _("The finding is written down."))
    return redirect("line-board")
