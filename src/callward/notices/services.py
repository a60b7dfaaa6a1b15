"""What this room does: draft, approve, publish, announce, verify."""

from __future__ import annotations

from callward.notices.announcing import acknowledge
from callward.notices.approving import approve, approve_after_delay, ask_approval, turn_down
from callward.notices.archiving import verify_archive
from callward.notices.drafting import draft_policy, withdraw
from callward.notices.publishing import publish_due
from callward.notices.rules import successor

__all__ = [
    "acknowledge",
    "approve",
    "approve_after_delay",
    "ask_approval",
    "draft_policy",
    "publish_due",
    "successor",
    "turn_down",
    "verify_archive",
    "withdraw",
]
