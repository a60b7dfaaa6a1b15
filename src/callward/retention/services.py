"""What retention does: plan, register, refuse, hold, dispose, erase, certify."""

from __future__ import annotations

from callward.retention.certificates import verify_certificate
from callward.retention.certification import certify_refused_backlog
from callward.retention.disposal import finish_open_disposals, preview_disposal, run_disposal
from callward.retention.due_dates import ended_by, plan, reassess, register
from callward.retention.erasure import erase, is_tombstoned, reject
from callward.retention.forecast import Foreseen, foresee
from callward.retention.legal_holds import (
    approve_release,
    ask_release,
    close_case,
    end_holds,
    keep_hold,
    place_hold,
    release_after_delay,
    review_hold,
)
from callward.retention.open_counts import begin_count
from callward.retention.permitted_use import require_usable, why_still_here
from callward.retention.restore_recovery import Settled, settle_after_replay
from callward.retention.rows import forget, has_ended, hold_reasons, must_stay
from callward.retention.rules import kind_rules
