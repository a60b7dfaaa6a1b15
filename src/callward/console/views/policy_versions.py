"""Policy and notices: drafted by one, approved by another, published on their day, announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _, gettext_lazy

from callward.accounts import selectors as accounts
from callward.console import policy_words
from callward.console.pages import Nav, action, page
from callward.controllers import selectors as controllers
from callward.kernel.errors import CallwardError
from callward.notices import selectors as notices, services
from callward.notices.errors import AnnouncementNotFoundError, NoticeVersionNotFoundError
from callward.notices.states import NoticesCapability, NoticeVersionState
from callward.policy.policy_file import MAX_BYTES
from callward.texts.states import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from callward.console.staff_session import StaffRequest, Visit
    from callward.kernel.references import Ref
    from callward.notices.values import NoticeVersionView

_SEE = NoticesCapability.SEE_POLICY
_WRITE = NoticesCapability.MANAGE_POLICY
_APPROVE = NoticesCapability.APPROVE_POLICY
_UNDECIDED = (NoticeVersionState.DRAFT, NoticeVersionState.ASKED, NoticeVersionState.APPROVED)


class DraftForm(forms.Form):
    """A revision of the policy: typed here, or taken from a file."""

    file = forms.FileField(
        label=gettext_lazy("Policy file"),
        required=False,
        help_text=gettext_lazy("A file that you have prepared; without one the text below counts."),
        widget=forms.FileInput(attrs={"accept": ".toml,text/plain"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text of the policy"),
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "policy-text"}),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("file") and not (given.get("text") or "").strip():
            raise forms.ValidationError(gettext_lazy("Choose a file, or write the policy."))
        if given.get("file") and given["file"].size > MAX_BYTES:
            raise forms.ValidationError(gettext_lazy("This file is too large to be a policy."))
        return given

    def toml(self) -> bytes:
        """The revision as handed in, byte for byte."""
        given = self.cleaned_data
        if given.get("file"):
            return bytes(given["file"].read())
        return str(given["text"]).replace("\r\n", "\n").encode()


@page(
    "publishing/",
    name="publishing",
    needs=_SEE,
    nav=Nav(label=gettext_lazy("Policy and notices"), icon="file-text", order=64),
)
def publishing(request: StaffRequest) -> HttpResponse:
    """Show what is in force, what waits for somebody, and what people were told where."""
    visit = request.visit
    line = notices.published(visit.controller_ref)
    current = line[0] if line else None
    context = {
        "current": current,
        "waiting": [one for one in _undecided(visit) if one.state != NoticeVersionState.DRAFT],
        "drafts": [one for one in _undecided(visit) if one.state == NoticeVersionState.DRAFT],
        "history": line,
        "controller": visit.post.controller if visit.post else None,
        "blocking": notices.blocking(visit.controller_ref, at=visit.at),
        "review": services.review_due(visit.controller_ref, at=visit.at) if current else None,
        "announcements": notices.announcements(current.ref) if current else [],
        "poster": _posters(current) if current else [],
        "reach": notices.reach(current.ref) if current else None,
        "names": _names(_undecided(visit), line),
        **_may(visit),
    }
    return render(request, "console/publishing/list.html", context)


def _undecided(visit: Visit) -> list[NoticeVersionView]:
    return notices.editions(visit.controller_ref, states=_UNDECIDED)


def _may(visit: Visit) -> dict[str, bool]:
    return {
        "may_write": visit.may(_WRITE),
        "may_approve": visit.may(_APPROVE),
        "may_acknowledge": visit.may(_WRITE, _APPROVE),
    }


def _names(*groups: Sequence[NoticeVersionView]) -> Mapping[Ref, str]:
    return accounts.names_of(policy_words.people_of(one for group in groups for one in group))


@page("publishing/new/", name="publishing-new", needs=_WRITE, methods=("GET", "HEAD", "POST"))
def new_draft(request: StaffRequest) -> HttpResponse:
    """Take a revision as a draft; what cannot be read is said with its line, key and mend."""
    if request.method != "POST":
        form = DraftForm(initial={"text": _beginning(request.visit)})
        return render(request, "console/publishing/new.html", {"form": form})
    form = DraftForm(request.POST, request.FILES)
    problems: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            made = _drafted(request.visit, form.toml())
        except CallwardError as error:
            problems = policy_words.problems_of(error)
        else:
            messages.success(request, _("The draft is kept. Nothing has changed yet."))
            return redirect("publishing-one", ref=made.ref)
    context = {"form": form, "problems": problems}
    return render(request, "console/publishing/new.html", context, status=400)


def _drafted(visit: Visit, toml: bytes) -> NoticeVersionView:
    return services.draft_policy(visit.controller_ref, toml, actor=visit.actor, at=visit.at)


def _beginning(visit: Visit) -> str:
    in_force = controllers.source(visit.policy.policy_id).decode()
    return services.successor(in_force, policy_id=visit.policy.policy_id)


@page("publishing/<uuid:ref>/", name="publishing-one", needs=_SEE)
def one_edition(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Show one version: what lint says, what changes, whom it reaches, who stands behind it."""
    visit = request.visit
    edition = _own(ref, visit)
    undecided = edition.state in _UNDECIDED
    context = {
        "edition": edition,
        "findings": policy_words.findings(notices.findings(ref, at=visit.at)),
        "changes": policy_words.changes(notices.changes(ref, at=visit.at)),
        "foreseen": notices.foreseen(ref, at=visit.at) if undecided else None,
        "announcements": notices.announcements(ref),
        "reach": notices.reach(ref),
        "poster": _posters(edition),
        "documents": len(notices.documents(ref)),
        "kinds": services.kinds_of(ref),
        "second": visit.policy.two_person.second,
        "controller": visit.post.controller if visit.post else None,
        "own": str(visit.actor) == edition.asked_by,
        "names": _names([edition]),
        **_may(visit),
    }
    return render(request, "console/publishing/one.html", context)


def _posters(edition: NoticeVersionView) -> list[tuple[str, str]]:
    """The languages in which the poster of a version can be printed."""
    if NoticeKind.POSTER not in notices.kinds(edition.ref):
        return []
    names = dict(settings.LANGUAGES)
    return [(language, names[language]) for language in edition.languages]


def _own(ref: Ref, visit: Visit) -> NoticeVersionView:
    edition = notices.edition(ref)
    if edition.controller_ref != visit.controller_ref:
        raise NoticeVersionNotFoundError(ref=ref)
    return edition


@page("publishing/<uuid:ref>/policy.toml", name="publishing-source", needs=_SEE)
def policy_file(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Hand out the policy file of a version, byte for byte."""
    edition = _own(ref, request.visit)
    response = HttpResponse(notices.source(ref), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="policy-{edition.label}.toml"'
    return response


@page("publishing/<uuid:ref>/<str:kind>/preview/", name="publishing-preview", needs=_SEE)
def preview(request: StaffRequest, ref: Ref, kind: str) -> HttpResponse:
    """Show how a notice of this version reads, in the user's language."""
    edition = _own(ref, request.visit)
    text = services.preview(ref, kind=kind, language=get_language() or "en")
    context = {"edition": edition, "notice": text}
    return render(request, "console/publishing/preview.html", context)


@action("publishing/<uuid:ref>/ask/", name="publishing-ask", needs=_WRITE)
def ask(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Ask a second person to approve a draft."""
    visit = request.visit
    _own(ref, visit)
    asked = services.ask_approval(ref, actor=visit.actor, at=visit.at)
    if asked.passes_at is None:
        said = _("The approval is asked for. A second person has to give it.")
    else:
        said = _("The approval is asked for, and the protection officer is told.")
    messages.success(request, said)
    return redirect("publishing-one", ref=ref)


@action("publishing/<uuid:ref>/approve/", name="publishing-approve", needs=_APPROVE)
def approve(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Stand behind a version that somebody else asked for."""
    visit = request.visit
    _own(ref, visit)
    services.approve(ref, actor=visit.actor, at=visit.at)
    said = _("The version is approved, archived and announced. It is published on its day.")
    messages.success(request, said)
    return redirect("publishing-one", ref=ref)


@action("publishing/<uuid:ref>/turn-down/", name="publishing-turn-down", needs=_APPROVE)
def turn_down(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Send an asked version back to be a draft."""
    visit = request.visit
    _own(ref, visit)
    services.turn_down(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The version is a draft again."))
    return redirect("publishing-one", ref=ref)


@action("publishing/<uuid:ref>/withdraw/", name="publishing-withdraw", needs=_WRITE)
def withdraw(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Let go of a version that is not published."""
    visit = request.visit
    _own(ref, visit)
    services.withdraw(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The version is withdrawn."))
    return redirect("publishing")


@action("publishing/<uuid:ref>/review/", name="publishing-review", needs=_APPROVE)
def review(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Note that somebody looked at the terms again and that they stay."""
    visit = request.visit
    _own(ref, visit)
    services.review(ref, actor=visit.actor, at=visit.at)
    messages.success(request, _("The review is noted."))
    return redirect("publishing")


@action(
    "publishing/announcements/<uuid:ref>/acknowledge/",
    name="publishing-acknowledge",
    needs=(_WRITE, _APPROVE),
)
def acknowledge(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Note that a place tells people of the change now."""
    visit = request.visit
    edition, announcement = notices.announcement(ref)
    if edition.controller_ref != visit.controller_ref:
        raise AnnouncementNotFoundError(ref=ref)
    services.acknowledge(ref, actor=visit.actor, at=visit.at)
    messages.success(
        request, _("It is noted that %(place)s tells people.") % {"place": announcement.place}
    )
    return redirect("publishing-one", ref=edition.ref)
