"""An agent's phone is any SIP phone; here baresip, which knows nothing of us."""

from __future__ import annotations

import time

import pytest

from build.sip_baresip import baresip
from build.sip_peers import agent, free_port, ours, snapshot, trunk


@pytest.fixture(scope="module")
def line():
    phones = (agent("ana"),)
    stage = snapshot(port=free_port(), trunks=(trunk(free_port()),), agents=phones)
    with ours(stage) as running:
        yield running


@pytest.fixture(scope="module")
def phone(line, tmp_path_factory):
    with baresip(tmp_path_factory.mktemp("phone"), line.port) as running:
        until = time.monotonic() + 10
        while line.figures()["phones"] == 0 and time.monotonic() < until:
            time.sleep(0.05)
        yield running


@pytest.fixture
def us(line, phone):
    yield line
    line.do("end_all")
    assert line.quiet_after()["legs"] == 0


def rung(us, phone):
    us.do("dial", to="ana")
    leg = us.wait("rang")["leg"]
    phone.wait("CALL_INCOMING")
    phone.do("accept")
    assert us.wait("acknowledged")["leg"] == leg
    return leg


def test_phone_that_registered_is_rung_answers_and_hangs_up(us, phone):
    leg = rung(us, phone)
    phone.do("hangup")
    assert us.wait("ended", leg=leg)["why"] == "bye-from-peer"


def test_phone_that_declines_is_busy(us, phone):
    us.do("dial", to="ana")
    us.wait("rang")
    phone.wait("CALL_INCOMING")
    phone.do("hangup")
    assert us.wait("ended")["why"] in {"busy", "rejected"}


def test_phone_holds_and_is_held(us, phone):
    leg = rung(us, phone)
    phone.do("hold")
    held = us.wait("reoffered")["media"]
    phone.do("resume")
    back = us.wait("reoffered")["media"]
    us.leg(leg, "hold", held=True, port=40002)
    ours_held = us.wait("reoffered")["media"]
    assert (held["receives"], back["receives"], back["sends"]) == (False, True, True)
    assert ours_held["sends"] is False


def test_phone_transfers_its_call_and_hears_that_it_went(us, phone):
    leg = rung(us, phone)
    phone.do("transfer", "sip:+442079460155@line.example")
    asked = us.wait("asked-transfer")
    assert (asked["leg"], asked["target"]) == (leg, "+442079460155")
    us.leg(leg, "tell_transfer", code=200)
    assert us.wait("ended", leg=leg)["why"] == "bye-from-peer"  # the phone is done with it


def test_phone_whose_transfer_fails_hears_why(us, phone):
    leg = rung(us, phone)
    phone.do("transfer", "sip:+442079460156@line.example")
    us.wait("asked-transfer")
    us.leg(leg, "tell_transfer", code=486)
    assert phone.wait("TRANSFER_FAILED")["param"].startswith("486")


def test_phone_calls_after_it_has_proven_itself(us, phone):
    phone.do("dial", f"sip:+442079460144@127.0.0.1:{us.port}")
    offered = us.wait("offered")
    us.leg(offered["leg"], "answer", port=40006)
    us.wait("acknowledged")
    assert (offered["phone"], offered["dialled"]) == ("ana", "+442079460144")
    assert offered["agent"].startswith("baresip")
