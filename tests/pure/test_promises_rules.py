"""What the public may see of a check; values only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callward.kernel.references import parse_ref
from callward.promises import rules
from callward.promises.states import CheckState, CheckView, Verdict
from callward.texts.states import Probe

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
REF = parse_ref("019d36ff-6340-7e89-813e-7e4cf22e103b")


def check(state=CheckState.RED, verdict=None):
    return CheckView(
        ref=REF,
        controller_ref=REF,
        probe=Probe.KEPT_IN_REGION,
        kind="",
        state=state,
        looked_at=1,
        wrong=1,
        checked_at=AT,
        red_since=AT,
        verdict=verdict,
        judged_at=None,
    )


@pytest.mark.parametrize("state", [one for one in CheckState if one is not CheckState.RED])
def test_whatever_is_not_red_is_public_at_once(state):
    assert rules.is_public(check(state), shown_from=None, at=AT)


@pytest.mark.parametrize(
    ("verdict", "shown_from", "public"),
    [
        (None, None, False),
        (None, AT + timedelta(seconds=1), False),
        (None, AT, True),
        (Verdict.BROKEN, None, True),
        (Verdict.MENDED, None, True),
        (Verdict.FALSE_ALARM, AT, False),
    ],
)
def test_a_failure_is_public_once_judged_or_after_the_policys_period(verdict, shown_from, public):
    assert rules.is_public(check(verdict=verdict), shown_from=shown_from, at=AT) is public


@pytest.mark.parametrize("minutes", [30, 31])
def test_a_look_is_stale_after_three_rounds(minutes):
    state = rules.state_now(CheckState.GREEN, checked_at=AT, at=AT + timedelta(minutes=minutes))
    assert (state is CheckState.STALE) is (minutes > 30)
