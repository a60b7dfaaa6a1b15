"""The pure rules about calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from callward.calls.rules import other_party, times_agree
from callward.calls.states import CallDirection, PartyRole

RANG = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("direction", "role"),
    [
        (CallDirection.IN, PartyRole.CALLER),
        (CallDirection.OUT, PartyRole.CALLEE),
        (CallDirection.INTERNAL, PartyRole.CALLEE),
    ],
)
def test_the_other_party_is_the_one_who_is_not_the_controllers(direction, role):
    assert other_party(direction) is role


def test_an_unknown_direction_is_never_guessed():
    with pytest.raises(AssertionError):
        other_party(cast("CallDirection", "sideways"))


@pytest.mark.parametrize(
    ("answered", "ended", "agree"),
    [
        (None, RANG, True),
        (None, RANG - MINUTE, False),
        (RANG, RANG + MINUTE, True),
        (RANG + MINUTE, RANG + MINUTE, True),
        (RANG - MINUTE, RANG + MINUTE, False),
        (RANG + 2 * MINUTE, RANG + MINUTE, False),
    ],
)
def test_a_call_starts_is_answered_and_ends_in_this_order(answered, ended, agree):
    assert times_agree(RANG, answered, ended) is agree
