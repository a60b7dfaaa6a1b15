"""The board, and what others may ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.controllers import selectors as controllers
from callward.kernel.calendar import deadline_end
from callward.promises import rules
from callward.promises.errors import CheckUnknownError
from callward.promises.models import Check
from callward.promises.states import CheckState, CheckView, Verdict
from callward.texts.states import Probe

if TYPE_CHECKING:
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy


def check_view(row: Check, *, at: datetime) -> CheckView:
    """One check as it stands now."""
    state = CheckState(row.state)
    return CheckView(
        ref=row.ref,
        controller_ref=row.controller_ref,
        probe=Probe(row.probe),
        kind=row.kind,
        state=rules.state_now(state, checked_at=row.checked_at, at=at),
        looked_at=row.looked_at,
        wrong=row.wrong,
        checked_at=row.checked_at,
        red_since=row.red_since,
        verdict=Verdict(row.verdict) if row.verdict else None,
        judged_at=row.judged_at,
    )


def board(controller_ref: Ref, *, at: datetime) -> list[CheckView]:
    """Every check of a controller: red first, then stale, then the rest by name."""
    rows = Check.objects.filter(controller_ref=controller_ref)
    views = [check_view(row, at=at) for row in rows]
    urgency = [CheckState.RED, CheckState.STALE, CheckState.UNCHECKED]
    return sorted(
        views,
        key=lambda one: (
            urgency.index(one.state) if one.state in urgency else len(urgency),
            one.name,
        ),
    )


def alarms(controller_ref: Ref, *, at: datetime) -> list[CheckView]:
    """What the officer has to look at: red or stale, and not judged yet."""
    return [one for one in board(controller_ref, at=at) if one.alarms and one.verdict is None]


def is_of(controller_ref: Ref, check_ref: Ref) -> bool:
    """Whether a check is one of a controller's own."""
    return Check.objects.filter(ref=check_ref, controller_ref=controller_ref).exists()


def check(check_ref: Ref, *, at: datetime) -> CheckView:
    """One check; raises CheckUnknownError."""
    row = Check.objects.filter(ref=check_ref).first()
    if row is None:
        raise CheckUnknownError(ref=check_ref)
    return check_view(row, at=at)


def blocking(controller_ref: Ref, *, at: datetime) -> tuple[str, ...]:
    """The checks for which nothing may be published now."""
    found = board(controller_ref, at=at)
    return tuple(sorted(str(one.name) for one in found if rules.blocks_publishing(one)))


def public_board(controller_ref: Ref, *, at: datetime) -> list[tuple[CheckView, bool]]:
    """Every check of a controller, and whether the public page may show it."""
    policy = controllers.policy_in_force(controller_ref, at=at)
    return [
        (view, rules.is_public(view, shown_from=_shown_from(view, policy), at=at))
        for view in board(controller_ref, at=at)
    ]


def _shown_from(check: CheckView, policy: CompiledPolicy) -> datetime | None:
    """When a failure that nobody has judged becomes public, by the policy's own period."""
    if check.red_since is None or policy.show_failure_after is None:
        return None
    return deadline_end(check.red_since, policy.show_failure_after, zone=policy.zone)
