"""Which of two periods can ever end later is found from few days, and rightly."""

from __future__ import annotations

import time
from datetime import date, timedelta

from hypothesis import given, settings, strategies as st

from build.policies import varied
from callward.kernel.calendar import Period, add_civil
from callward.policy import lint
from callward.policy.law import ever_later

A_LEAP_CYCLE = [date(2027, 1, 1) + timedelta(days=offset) for offset in range(1461)]

periods = st.builds(
    Period, months=st.integers(0, 26), days=st.integers(0, 90), seconds=st.just(0)
).filter(lambda period: period.months or period.days)


@settings(deadline=None, max_examples=40)
@given(period=periods, limit=periods, spare=st.integers(0, 1))
def test_few_days_answer_what_every_day_would(period, limit, spare):
    every = any(
        add_civil(day, period) > add_civil(day, limit) - timedelta(days=spare)
        for day in A_LEAP_CYCLE
    )
    assert ever_later(period, limit, spare_days=spare) == every


def holds_of(row):
    return [
        {
            "reason": "complaint",
            "from": "hold.placed",
            "max": f"P{months}M",
            "review": f"P{round(months * 30.4369)}D",
        }
        for months in range(row * 50 + 1, row * 50 + 51)
    ]


def test_policy_with_two_hundred_different_periods_is_linted_within_a_second():
    activity = {"dpv": "dpv:Store", "categories": ["voice"], "purposes": ["quality"]}
    rows = {f"activity.extra-{row}": {**activity, "hold": holds_of(row)} for row in range(4)}
    policy = varied("therapy-association", rows)
    began = time.process_time()
    assert lint(policy, on=date(2026, 3, 29))
    assert time.process_time() - began < 1
