"""What this room does: draft, approve, publish, announce, verify."""

from __future__ import annotations

from callward.notices.announcements import acknowledge
from callward.notices.approvals import approve, approve_after_delay, ask_approval, turn_down
from callward.notices.drafts import draft_policy, kinds_of, preview, withdraw
from callward.notices.notice_archive import verify_archive
from callward.notices.publication import publish_due, what_blocks
from callward.notices.rules import successor
from callward.notices.term_reviews import review, review_due
