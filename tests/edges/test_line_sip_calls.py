"""Calls in both directions, against sipp as an independent peer."""

from __future__ import annotations

import pytest

from build.sip_peers import TRUNK_SECRET, agent, free_port, ours, sipp, snapshot, trunk

FAR = free_port()  # where the carrier lives in this file


@pytest.fixture(scope="module")
def line():
    """One endpoint for all these calls, as in life."""
    account = {"user": "callward", "secret": TRUNK_SECRET}
    carrier = trunk(FAR, credentials=account)
    with ours(snapshot(port=free_port(), trunks=(carrier,), agents=(agent(),))) as running:
        yield running


@pytest.fixture
def us(line):
    """The endpoint, idle before and after each call."""
    line.auto(None)
    yield line
    assert line.quiet_after()["legs"] == 0


def test_inbound_call_is_offered_answered_acknowledged_and_ends_by_the_callers_bye(tmp_path, us):
    with sipp("caller_hangs_up", folder=tmp_path, remote=us.port) as caller:
        offered = us.wait("offered")
        us.leg(offered["leg"], "ring")
        us.leg(offered["leg"], "answer", port=40000)
        us.wait("acknowledged", leg=offered["leg"])
        ended = us.wait("ended", leg=offered["leg"])
        caller.done()
    assert offered["trunk"] == "carrier"
    assert offered["dialled"] == "+442079460199"
    assert offered["caller"] == "+442079460101"
    assert offered["media"]["codec"] == "PCMA"
    assert ended["why"] == "bye-from-peer"


def test_inbound_call_ends_by_our_bye(tmp_path, us):
    us.auto("answer")
    with sipp("caller_waits_for_bye", folder=tmp_path, remote=us.port) as caller:
        leg = us.wait("acknowledged")["leg"]
        us.leg(leg, "end")
        us.leg(leg, "end")
        assert us.wait("ended")["why"] == "by-us"
        caller.done()


def test_caller_who_cancels_while_it_rings_ends_the_leg(tmp_path, us):
    with sipp("caller_cancels", folder=tmp_path, remote=us.port) as caller:
        us.leg(us.wait("offered")["leg"], "ring")
        assert us.wait("ended")["why"] == "cancelled"
        caller.done()


@pytest.mark.parametrize("code", [486, 503])
def test_call_is_refused_with_the_code_of_its_flow(tmp_path, us, code):
    us.auto(code)
    with sipp("caller_is_refused", folder=tmp_path, remote=us.port) as caller:
        assert us.wait("ended", code=code)["why"] == "by-us"
        caller.done()


def test_offer_of_a_caller_may_come_after_ours(tmp_path, us):
    us.auto("answer")
    with sipp("caller_without_offer", folder=tmp_path, remote=us.port) as caller:
        assert us.wait("offered")["media"] is None
        assert us.wait("reoffered")["media"]["codec"] == "PCMU"
        us.wait("acknowledged")
        us.wait("ended")
        caller.done()


@pytest.mark.parametrize(
    ("scenario", "why", "code"),
    [
        ("callee_busy", "busy", 486),
        ("callee_rejects", "rejected", 603),
        ("callee_unknown", "unreachable", 404),
    ],
)
def test_outbound_call_that_is_refused_says_why(tmp_path, us, scenario, why, code):
    with sipp(scenario, folder=tmp_path, port=FAR) as callee:
        us.do("dial", to="+442079460111", trunk="carrier")
        ended = us.wait("ended")
        callee.done()
    assert (ended["why"], ended["code"]) == (why, code)


@pytest.mark.parametrize(
    ("scenario", "why"), [("callee_answers", "by-us"), ("callee_hangs_up", "bye-from-peer")]
)
def test_outbound_call_rings_is_answered_and_ends_from_either_side(tmp_path, us, scenario, why):
    with sipp(scenario, folder=tmp_path, port=FAR) as callee:
        us.do("dial", to="+442079460111", trunk="carrier")
        leg = us.wait("rang")["leg"]
        assert us.wait("answered")["media"]["events"] == 101
        us.wait("acknowledged")
        if why == "by-us":
            us.leg(leg, "end")
        assert us.wait("ended")["why"] == why
        callee.done()


def test_outbound_call_that_nobody_answers_is_cancelled(tmp_path, us):
    with sipp("callee_never_answers", folder=tmp_path, port=FAR) as callee:
        us.do("dial", to="+442079460111", trunk="carrier", seconds=0.6)
        assert us.wait("ended")["why"] == "no-answer"
        callee.done()


def test_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up(tmp_path, us):
    with sipp("callee_answers_too_late", folder=tmp_path, port=FAR) as callee:
        us.do("dial", to="+442079460111", trunk="carrier")
        us.leg(us.wait("rang")["leg"], "end")
        assert us.wait("ended")["why"] == "by-us"
        callee.done()


def test_outbound_call_proves_itself_to_a_carrier_that_asks(tmp_path, us):
    with sipp("callee_challenges", folder=tmp_path, port=FAR) as callee:
        us.do("dial", to="+442079460111", trunk="carrier")
        leg = us.wait("answered")["leg"]
        us.leg(leg, "end")
        us.wait("ended")
        callee.done()


def test_phone_that_is_nowhere_cannot_be_rung(us):
    us.do("dial", to="ana")
    us.wait("nowhere")
