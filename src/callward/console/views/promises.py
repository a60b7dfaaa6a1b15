"""The board of promises: what every sentence of the notices is checked by, and what was seen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext as _, gettext_lazy

from callward import texts
from callward.console.pages import Nav, action, page
from callward.controllers import selectors as controllers
from callward.kernel.errors import BadInputError, gettext_noop
from callward.policy import policy_of
from callward.promises import selectors, services
from callward.promises.errors import CheckUnknownError
from callward.promises.states import CheckState, PromisesCapability, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from callward.console.staff_session import StaffRequest
    from callward.kernel.references import Ref
    from callward.texts.states import CheckName


@lru_cache(maxsize=64)  # a policy id never means another policy
def sentences_by_check(policy_id: str, language: str) -> Mapping[CheckName, tuple[str, ...]]:
    """Every proven sentence of every notice of a policy, by the checks behind it, said once."""
    policy = policy_of(controllers.policy(policy_id).canonical)
    found: dict[CheckName, dict[str, None]] = {}
    for kind in texts.kinds_of(policy):
        for sentence in texts.render(policy, kind=kind, language=language).sentences:
            for name in sentence.checks:
                found.setdefault(name, {})[sentence.text] = None
    return {name: tuple(said) for name, said in found.items()}


class VerdictMissingError(BadInputError):
    """A judgement says one of three things."""

    code = "verdict-missing"
    fact = gettext_noop("The judgement is missing.")
    mend = gettext_noop("Choose one of the three judgements.")


@page(
    "promises/",
    name="promises",
    needs=PromisesCapability.SEE_PROMISES,
    nav=Nav(label=gettext_lazy("Promises"), icon="shield-check", order=5),
)
def board(request: StaffRequest) -> HttpResponse:
    """Show every check, what is broken first."""
    visit = request.visit
    checks = selectors.board(visit.controller_ref, at=visit.at)
    said = sentences_by_check(visit.policy.policy_id, _language())
    context = {
        "checks": [(one, said.get(one.name, ())) for one in checks],
        "kept": sum(one.state is CheckState.GREEN for one in checks),
        "broken": sum(one.state is CheckState.RED for one in checks),
        "unseen": sum(one.state in (CheckState.STALE, CheckState.UNCHECKED) for one in checks),
        "may_judge": visit.may(PromisesCapability.JUDGE_PROMISES),
        "verdicts": list(Verdict),
    }
    return render(request, "console/promises/board.html", context)


def _language() -> str:
    chosen = (get_language() or "en").partition("-")[0]
    return chosen if chosen in texts.LANGUAGES else "en"


@action("promises/look/", name="promises-look", needs=PromisesCapability.SEE_PROMISES)
def look_now(request: StaffRequest) -> HttpResponse:
    """Let every probe look at once, without waiting for its round."""
    visit = request.visit
    services.check_controller(visit.controller_ref, at=visit.at)
    messages.success(request, _("Every check has looked again."))
    return redirect("promises")


@action(
    "promises/<uuid:ref>/judge/", name="promises-judge", needs=PromisesCapability.JUDGE_PROMISES
)
def judge(request: StaffRequest, ref: Ref) -> HttpResponse:
    """Write down what the officer says of a failed check."""
    visit = request.visit
    if not selectors.is_of(visit.controller_ref, ref):
        raise CheckUnknownError(ref=ref)
    if request.POST.get("verdict") not in set(Verdict):
        raise VerdictMissingError
    services.judge(ref, Verdict(request.POST["verdict"]), actor=visit.actor, at=visit.at)
    messages.success(request, _("Your judgement is written down."))
    return redirect("promises")
