"""A lossy network: lost ACKs, lost INVITEs, two re-INVITEs that meet; and floods of nobody."""

from __future__ import annotations

import re
import time

import pytest

from build.sip_peers import agent, free_port, offer, ours, plain, request, snapshot, trunk
from build.sip_phone import Phone

HOME = "127.0.0.2"


@pytest.fixture(scope="module")
def home():
    return free_port(HOME)


@pytest.fixture(scope="module")
def line(home):
    phones = (agent("ana", address=HOME, port=home),)
    stage = snapshot(port=free_port(), trunks=(trunk(free_port()),), agents=phones)
    with ours(stage) as running:
        yield running


@pytest.fixture
def us(line):
    line.auto(None)
    yield line
    line.do("end_all")
    assert line.quiet_after()["legs"] == 0


@pytest.fixture
def phone(us, home):
    with plain(HOME, home) as peer:
        yield Phone(peer, us.port)


def heard(peer, start, *, seconds=3.0):
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        text = peer.hear(seconds=left)
        if text is not None and text.startswith(start):
            return text
    raise AssertionError(f"no {start}")


def test_answer_is_repeated_until_it_is_acknowledged_and_no_bye_goes_before(us):
    us.auto("answer")
    with plain() as carrier:
        facts = {"call": "slow-ack"}
        carrier.send(request("INVITE", carrier, body=offer(), **facts), us.port)
        first = heard(carrier, "SIP/2.0 200")
        us.leg(us.wait("offered")["leg"], "end")
        us.wait("ended")
        assert carrier.hear(seconds=3) == first  # and not a BYE
        tag = re.search(r"(?im)^To:.*;tag=([^;\r\n]+)", first)[1]
        carrier.send(request("ACK", carrier, to_tag=tag, **facts), us.port)
        assert "Call-ID: slow-ack" in heard(carrier, "BYE")


def test_our_invite_is_repeated_until_somebody_says_anything(us, phone):
    us.do("dial", to="ana")
    first = phone.next("INVITE")
    assert phone.next("INVITE") == first
    phone.reply(first, "180 Ringing")
    us.wait("rang")
    assert phone.peer.hear(seconds=0.7) is None


def test_cancel_waits_for_the_first_sign_of_life(us, phone):
    us.do("dial", to="ana")
    invite = phone.next("INVITE")
    us.leg(us.wait("dialled")["leg"], "end")
    assert us.wait("ended")["why"] == "by-us"
    phone.reply(invite, "180 Ringing")
    cancelled = heard(phone.peer, "CANCEL")
    phone.reply(cancelled, "200 OK")
    phone.reply(invite, "487 Request Terminated")
    heard(phone.peer, "ACK")


def test_early_media_carries_our_port_and_the_answer_repeats_it(us):
    with plain() as carrier:
        carrier.send(request("INVITE", carrier, call="early", body=offer()), us.port)
        leg = us.wait("offered")["leg"]
        us.leg(leg, "ring", early_port=40010)
        early = heard(carrier, "SIP/2.0 183")
        us.leg(leg, "answer", port=40010)
        answered = heard(carrier, "SIP/2.0 200")
    assert "m=audio 40010 RTP/AVP 8 101" in early
    assert early.split("\r\n\r\n")[1] == answered.split("\r\n\r\n")[1]


def test_two_offers_that_meet_are_both_refused_and_ours_comes_again(us, phone):
    us.do("dial", to="ana")
    dialog = phone.answer_call()
    leg = us.wait("acknowledged")["leg"]
    us.leg(leg, "hold", held=True, port=40002)
    ours_first = phone.next("INVITE")
    phone.send("INVITE", dialog, body=offer(42000))
    assert phone.next_status() == 491
    phone.reply(ours_first, "491 Request Pending")
    again = phone.next("INVITE")
    phone.reply(again, "200 OK", body=offer(42000, more=("a=recvonly",)))
    assert "a=sendonly" in again
    assert us.wait("reoffered")["media"]["sends"] is False


def test_flood_of_strangers_does_not_keep_a_caller_out(us):
    us.auto("answer")
    with plain("127.0.0.77") as flood, plain() as carrier:
        junk = request("OPTIONS", flood, sender="nobody")
        begun = time.monotonic()
        for number in range(4000):
            flood.send(junk, us.port)
            if number == 2000:
                text = request("INVITE", carrier, call="through", body=offer())
                carrier.send(text, us.port)
        heard(carrier, "SIP/2.0 200", seconds=6)
        assert time.monotonic() - begun < 6
