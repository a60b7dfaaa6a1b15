"""Transfers: a phone's REFER, blind and attended, and ours towards a carrier."""

from __future__ import annotations

import re

import pytest

from build.sip_peers import agent, free_port, offer, ours, plain, request, snapshot, trunk
from build.sip_phone import Phone

PHONE = "127.0.0.2"


@pytest.fixture(scope="module")
def home():
    return free_port(PHONE)


@pytest.fixture(scope="module")
def line(home):
    ana = agent("ana", address=PHONE, port=home)
    carrier = trunk(free_port(), takes_refer=True)
    with ours(snapshot(port=free_port(), trunks=(carrier,), agents=(ana,))) as running:
        running.auto("answer")
        yield running


@pytest.fixture
def us(line):
    yield line
    line.do("end_all")
    assert line.quiet_after()["legs"] == 0


@pytest.fixture
def phone(us, home):
    with plain(PHONE, home) as peer:
        yield Phone(peer, us.port)


def ring(us, phone):
    us.do("dial", to="ana")
    dialog = phone.answer_call()
    leg = us.wait("acknowledged")["leg"]
    return leg, dialog


def test_blind_transfer_by_a_phone_is_handed_to_the_call_and_its_end_is_told(us, phone):
    leg, dialog = ring(us, phone)
    phone.send("REFER", dialog, "Refer-To: <sip:+44%2020%207946%200155@callward.example>")
    assert phone.next_status() == 202
    asked = us.wait("asked-transfer")
    assert (asked["leg"], asked["target"], asked["replaces"]) == (leg, "+442079460155", None)
    assert "SIP/2.0 100 Trying" in phone.next("NOTIFY")
    us.leg(leg, "tell_transfer", code=200)
    told = phone.next("NOTIFY")
    assert "SIP/2.0 200 OK" in told
    assert "Subscription-State: terminated" in told


def test_attended_transfer_names_our_own_leg_that_is_replaced(us, phone):
    first, dialog = ring(us, phone)
    second, other = ring(us, phone)
    named = f"{other['call']}%3Bto-tag%3D{other['theirs']}%3Bfrom-tag%3Dphone"
    phone.send("REFER", dialog, f"Refer-To: <sip:boris@127.0.0.1?Replaces={named}>")
    assert phone.next_status() == 202
    asked = us.wait("asked-transfer")
    assert (asked["leg"], asked["replaces"], asked["target"]) == (first, second, "boris")


def test_attended_transfer_to_a_call_that_is_not_ours_is_refused(us, phone):
    _, dialog = ring(us, phone)
    phone.send("REFER", dialog, "Refer-To: <sip:boris@127.0.0.1?Replaces=x%3Bto-tag%3Dy>")
    assert phone.next_status() == 481


def test_carrier_may_not_send_our_calls_elsewhere(us):
    with plain() as carrier:
        carrier.send(request("INVITE", carrier, call="toll", body=offer()), us.port)
        carrier.hear()
        tag = re.search(r"(?im)^To:.*;tag=(\S+)", carrier.hear())[1]
        carrier.send(request("ACK", carrier, call="toll", to_tag=tag), us.port)
        us.wait("acknowledged")
        carrier.send(
            request(
                "REFER",
                carrier,
                call="toll",
                sequence=2,
                to_tag=tag,
                headers=("Refer-To: <sip:+12025550133@127.0.0.1>",),
            ),
            us.port,
        )
        assert carrier.hear().startswith("SIP/2.0 403")


@pytest.mark.parametrize(("said", "code"), [("200 OK", 200), ("486 Busy Here", 486)])
def test_our_own_refer_tells_how_it_ended(us, phone, said, code):
    leg, dialog = ring(us, phone)
    us.leg(leg, "refer", target="+442079460177")
    asked = phone.next("REFER")
    assert "Refer-To: <sip:+442079460177@127.0.0.2>" in asked
    phone.reply(asked, "202 Accepted")
    state = ("Event: refer", "Subscription-State: terminated;reason=noresource")
    phone.send("NOTIFY", dialog, *state, body=f"SIP/2.0 {said}\r\n", kind="message/sipfrag")
    assert us.wait("transferred")["code"] == code
