"""When a check is stale, what the public may see of it, and what blocks a publication; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from callward.promises.states import CheckState, Verdict

if TYPE_CHECKING:
    from datetime import datetime

    from callward.promises.states import CheckView

# Three rounds of the worker: a check that nobody repeated says nothing about today.
FRESH_FOR = timedelta(minutes=30)


def state_now(state: CheckState, *, checked_at: datetime, at: datetime) -> CheckState:
    """What a last look still says: anything but red goes stale when nobody looks again."""
    if state is CheckState.RED or at - checked_at <= FRESH_FOR:
        return state
    return CheckState.STALE


def is_public(check: CheckView, *, shown_from: datetime | None, at: datetime) -> bool:
    """Whether the public page may show this result.

    A failure is public once the officer has judged it, or once the policy's own period is over.
    """
    if check.state is not CheckState.RED:
        return True
    if check.verdict is not None:
        return check.verdict is not Verdict.FALSE_ALARM
    return shown_from is not None and at >= shown_from


def blocks_publishing(check: CheckView) -> bool:
    """Whether a new notice may not go out before somebody has looked at this."""
    if check.state is CheckState.STALE:
        return True
    return check.state is CheckState.RED and check.verdict is not Verdict.FALSE_ALARM
