"""Whether this node can serve, for people and for machines that watch it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.db import DatabaseError, connection
from django.http import JsonResponse

from callward import deployment
from callward.audit import selectors as audit
from callward.controllers import selectors as controllers
from callward.kernel.calendar import add_civil
from callward.ops import second_clock
from callward.ops.values import Finding
from callward.policy.vocabulary_notice import Reviewed
from callward.retention import services as retention
from callward.vault import services as vault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from django.http import HttpRequest

# The worker destroys backups every hour; what is there for longer was not reached.
_REACHED_WITHIN = timedelta(hours=2)


def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the web answers and reaches its database, and nothing else to strangers."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"healthy": False}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse({"healthy": True})


def health_of(at: datetime) -> dict[str, object]:
    """What the owner wants to know at a glance."""
    signed = audit.latest_checkpoint()
    _first, drilled = vault.practised_at()
    return {
        "controllers": len(controllers.controllers()),
        "open_destructions": len(vault.open_intents()),
        "overdue": retention.preview_disposal(at).due,
        "audit_signed_to": signed.size if signed else 0,
        "deleted_rows_may_lie_in": [str(place) for place in vault.lingering()],
        "last_drill": drilled and {"at": drilled.at, "passed": not drilled.faults},
    }


def faults_of(at: datetime) -> Iterator[Finding]:
    """What is wrong and stops nothing: the house serves on, and its owner must act."""
    hidden = vault.backups_out_of_reach(at=at - _REACHED_WITHIN)
    if hidden:
        named = ", ".join(f"{one.kind} of {one.made_at.date()}" for one in hidden)
        yield Finding(
            name="callward.E030",
            fact=f"Backups are past their day and could not be destroyed: {named}.",
            mend="Connect the medium that “callward backup list” names and let the house write "
            "there; if it is destroyed, run “callward backup confirm-destroyed REF”.",
        )
    if archiver := vault.archiver_fault():
        yield Finding(
            name="callward.E031",
            fact=str(archiver.words),
            mend="Run “callward backup log”, do what it says, and look into the log of the server.",
        )
    if fault := second_clock_fault():
        yield fault
    if fact := _drill_fault(at):
        yield Finding(name="callward.E032", fact=fact, mend="Run “callward backup drill”.")


def second_clock_fault() -> Finding | None:
    """Whether a second clock was named and does not answer."""
    chosen = deployment.chosen().clock
    if not chosen.server or second_clock.ahead_of_us(chosen) is not None:
        return None
    return Finding(
        name="callward.E021",
        fact="The second clock does not answer.",
        mend="Let this machine reach clock.server, or name another one.",
    )


def _drill_fault(at: datetime) -> str:
    """Whether the last drill failed, or is older than a policy says that we practise (C-37)."""
    first, drilled = vault.practised_at()
    if drilled and drilled.faults:
        return f"The restore drill of {drilled.at.date()} failed."
    since = drilled.at if drilled else first
    for view in controllers.controllers():
        every = controllers.policy_in_force(view.ref, at=at).reviews.get(Reviewed.RESTORE_DRILL)
        if every and since and at.date() > add_civil(since.date(), every):
            return f"The policy of {view.slug} promises a restore drill every {every}."
    return ""
