"""What happens within a call: hold from both sides, session timers, peers that are gone."""

from __future__ import annotations

import time

import pytest

from build.sip_peers import free_port, ours, sipp, snapshot, trunk

FAR = free_port()


@pytest.fixture(scope="module")
def line():
    sessions = {"seconds": 4, "least": 2}
    with ours(snapshot(port=free_port(), trunks=(trunk(FAR),)), sessions=sessions) as running:
        running.auto("answer")
        yield running


@pytest.fixture
def us(line):
    yield line
    assert line.quiet_after()["legs"] == 0


def test_caller_who_puts_us_on_hold_is_answered_in_kind_and_told_to_the_call(tmp_path, us):
    with sipp("caller_holds", folder=tmp_path, remote=us.port) as caller:
        us.wait("acknowledged")
        held = us.wait("reoffered")["media"]
        back = us.wait("reoffered")["media"]
        us.wait("ended")
        caller.done()
    assert (held["sends"], held["receives"]) == (True, False)
    assert (back["sends"], back["receives"]) == (True, True)


def test_we_put_a_caller_on_hold_and_take_the_call_back(tmp_path, us):
    with sipp("caller_is_held", folder=tmp_path, remote=us.port) as caller:
        leg = us.wait("acknowledged")["leg"]
        us.leg(leg, "hold", held=True, port=40000)
        assert us.wait("reoffered")["media"]["sends"] is False
        us.leg(leg, "hold", held=False, port=40000)
        assert us.wait("reoffered")["media"]["sends"] is True
        us.leg(leg, "end")
        caller.done()


def test_session_of_a_peer_that_stops_refreshing_is_ended(tmp_path, us):
    with sipp("caller_with_timer", folder=tmp_path, remote=us.port) as caller:
        us.wait("acknowledged")
        begun = time.monotonic()
        ended = us.wait("ended")
        caller.done()
    assert ended["why"] == "timed-out"
    assert 3.5 < time.monotonic() - begun < 6  # refreshed once after 1.5 s, else it were 2.7 s


def test_session_is_refreshed_by_us_where_the_peer_knows_no_timers(tmp_path, us):
    with sipp("caller_refreshed_by_us", folder=tmp_path, remote=us.port) as caller:
        us.wait("acknowledged")
        assert us.wait("ended")["why"] == "bye-from-peer"
        caller.done()


def test_call_whose_other_end_forgot_it_is_ended(tmp_path, us):
    with sipp("caller_gone", folder=tmp_path, remote=us.port) as caller:
        us.wait("acknowledged")
        ended = us.wait("ended")
        caller.done()
    assert (ended["why"], ended["code"]) == ("timed-out", 481)


def test_registration_with_a_carrier_proves_itself_and_is_renewed_in_time(tmp_path):
    far = free_port()
    account = {"user": "callward", "secret": "a-secret-of-one-trunk-only"}
    carrier = trunk(far, credentials=account, registers=True, register_seconds=60)
    with (
        sipp("carrier_registers_us", folder=tmp_path, port=far) as registrar,
        ours(snapshot(port=free_port(), trunks=(carrier,))) as us,
    ):
        begun = time.monotonic()
        registrar.done()
        assert time.monotonic() - begun < 6
        assert us.figures()["trunks-registered"] == 1
