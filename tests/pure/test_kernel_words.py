"""References, actors, numbers, errors and ports: the words everybody shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from callward.kernel import actors, clock
from callward.kernel.errors import CallwardError
from callward.kernel.numbers import MalformedNumberError, parse_number
from callward.kernel.ports import Port, PortUnboundError
from callward.kernel.references import MalformedReferenceError, new_ref, parse_ref

MOMENT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@given(st.integers(min_value=1, max_value=10**9))
def test_references_sort_by_the_time_they_were_made(later: int):
    assert new_ref(MOMENT) < new_ref(MOMENT + timedelta(milliseconds=later))


def test_a_reference_is_a_version_7_uuid_and_reads_back():
    ref = new_ref(MOMENT)
    assert ref.version == 7
    assert ref.variant == "specified in RFC 4122"
    assert parse_ref(str(ref)) == ref


def test_ten_thousand_references_of_one_instant_differ():
    assert len({new_ref(MOMENT) for _ in range(10_000)}) == 10_000


@pytest.mark.parametrize("text", ["", "x", "../../etc/passwd", "0193", None, "é" * 36])
def test_a_malformed_reference_is_refused_by_name(text):
    with pytest.raises(MalformedReferenceError):
        parse_ref(text)


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("020 7946 0123", "GB", "+442079460123"),
        ("+44 20 7946 0123", "RO", "+442079460123"),
        ("0044 20 7946 0123", "RO", "+442079460123"),
        ("(202) 555-0147", "US", "+12025550147"),
    ],
)
def test_every_way_of_writing_a_number_gives_one_form(written: str, region: str, e164: str):
    assert parse_number(written, region=region).e164 == e164


@pytest.mark.parametrize("text", ["", "Mara", "12", "+", "9" * 40, "\x00"])
def test_what_is_no_number_is_refused_and_not_repeated(text: str):
    with pytest.raises(MalformedNumberError) as refusal:
        parse_number(text, region="RO")
    assert len(text) < 3 or text not in str(refusal.value)


def test_a_number_hides_itself_in_text_and_logs():
    number = parse_number("+44 20 7946 0123", region="RO")
    assert "7946" not in f"{number} {number!r}"


def test_actors_are_named_by_kind_and_reference():
    ref = new_ref(MOMENT)
    assert str(actors.user_actor(ref)) == f"user:{ref}"
    assert str(actors.system_actor("retention")) == "system:retention"
    assert str(actors.carrier_actor("pbx")) == "carrier:pbx"


def test_an_error_says_the_fact_and_the_mend():
    class ClosedError(CallwardError):
        fact = "The room %(room)s is closed."
        mend = "Come at %(hour)s."

    assert str(ClosedError(room="A1", hour=9)) == "The room A1 is closed. Come at 9."


def test_an_unplugged_port_says_so_and_a_plugged_one_answers():
    slot: Port[str] = Port("vault.objects")
    with pytest.raises(PortUnboundError, match=r"vault\.objects"):
        slot.get()
    slot.bind("adapter")
    assert slot.get() == "adapter"
    slot.unbind()
    with pytest.raises(PortUnboundError):
        slot.get()


def test_the_clock_can_be_fixed_moved_and_shifted():
    fixed = clock.FixedClock(MOMENT)
    with clock.using(fixed):
        fixed.advance(timedelta(hours=1))
        assert clock.now() == MOMENT + timedelta(hours=1)
        fixed.move_to(MOMENT)
        assert clock.now() == MOMENT
    with clock.using(clock.ShiftedClock(MOMENT)):
        assert abs(clock.now() - MOMENT) < timedelta(minutes=1)
    with clock.using(clock.SystemClock()):
        assert clock.now().tzinfo is UTC
    assert clock.stopwatch() <= clock.stopwatch()
