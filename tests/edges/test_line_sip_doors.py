"""Who may say anything to the line: allow-lists, digest, locked addresses, limits, silence."""

from __future__ import annotations

import re

import pytest

from build.sip_peers import (
    PHONE_SECRET,
    agent,
    free_port,
    offer,
    ours,
    plain,
    request,
    sipp,
    snapshot,
    trunk,
)
from callward.line.sip.digest import Credentials, answer

LOCKED_TO = "127.0.0.9/32"


@pytest.fixture(scope="module")
def line():
    phones = (agent("ana"), agent("boris", allow=[LOCKED_TO]), agent("daiva"))
    # Phones come from 127.0.0.2 and beyond, the carrier from 127.0.0.1.
    stage = snapshot(
        port=free_port(),
        trunks=(trunk(free_port()),),
        agents=phones,
        limits={"concurrent_calls": 3, "calls_per_second": 400},
    )
    with ours(stage) as running:
        running.auto(None)
        yield running


@pytest.fixture
def us(line):
    yield line
    line.do("end_all")
    assert line.quiet_after()["legs"] == 0


def status(response):
    return None if response is None else int(response.split(" ", 2)[1])


def ask_twice(peer, us, method, *, secret=PHONE_SECRET, **facts):
    """Send a request, be challenged, send it again with the proof."""
    peer.send(request(method, peer, sequence=1, **facts), us.port)
    challenged = final(peer)
    if method == "INVITE":
        tag = re.search(r"(?im)^To:.*;tag=([^;\r\n]+)", challenged)[1]
        ack = request("ACK", peer, sequence=1, to_tag=tag, **{**facts, "body": ""})
        peer.send(ack.replace("z9hG4bKcall-1" + "1ACK", "z9hG4bKcall-11INVITE"), us.port)
    name = "Authorization" if method == "REGISTER" else "Proxy-Authorization"
    asked = re.findall(r"(?im)^(?:WWW|Proxy)-Authenticate: (.*?)\r$", challenged)
    to = facts.get("to", "+442079460199")
    proof = answer(
        asked,
        credentials=Credentials(user=facts.get("sender", "ana"), secret=secret),
        method=method,
        uri=f"sip:{to}@127.0.0.1",
    )
    headers = (*facts.pop("headers", ()), f"{name}: {proof}")
    peer.send(request(method, peer, sequence=2, headers=headers, **facts), us.port)
    return status(challenged), proof


def final(peer):
    """The next answer that is not provisional."""
    while (heard := peer.hear(seconds=6)) is not None:
        if status(heard) >= 200:
            return heard
    raise AssertionError("no answer")


@pytest.mark.req("C-14")
def test_phone_registers_with_its_secret_and_can_be_rung(us):
    with plain("127.0.0.2") as phone:
        facts = {"sender": "ana", "to": "ana", "call": "reg"}
        first, _ = ask_twice(phone, us, "REGISTER", **facts)
        granted = final(phone)
        us.do("dial", to="ana")
        leg = us.wait("dialled")["leg"]
        rung = phone.hear(seconds=2)
        us.leg(leg, "end")
        us.wait("ended")
    assert (first, status(granted)) == (401, 200)
    assert f"<sip:ana@127.0.0.2:{phone.port}>;expires=600" in granted
    assert rung.startswith(f"INVITE sip:ana@127.0.0.2:{phone.port} SIP/2.0")


def test_wrong_secret_is_asked_again_and_then_not_heard_any_more(us):
    with plain("127.0.0.3") as phone:
        facts = {"sender": "daiva", "to": "daiva"}
        answers = []
        for attempt in range(9):
            phone.send(
                request(
                    "REGISTER",
                    phone,
                    call=f"guess-{attempt}",
                    headers=('Authorization: Digest username="daiva", realm="line.example"',),
                    **facts,
                ),
                us.port,
            )
            answers.append(status(phone.hear(seconds=0.3)))
    assert answers == [401] * 8 + [None]


def test_proof_that_was_overheard_is_worth_nothing(us):
    with plain("127.0.0.4") as phone, plain("127.0.0.5") as thief:
        facts = {"sender": "ana", "to": "ana", "call": "overheard"}
        _, proof = ask_twice(phone, us, "REGISTER", **facts)
        assert status(final(phone)) == 200
        stolen = request(
            "REGISTER", thief, sender="ana", to="ana", headers=(f"Authorization: {proof}",)
        )
        thief.send(stolen, us.port)
        assert status(thief.hear()) == 401


@pytest.mark.req("C-14")
@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_locked_phone_is_refused_from_any_other_address(us, method):
    with plain("127.0.0.6") as elsewhere:
        body = offer() if method == "INVITE" else ""
        facts = {"sender": "boris", "to": "boris", "call": f"lock-{method}", "body": body}
        elsewhere.send(request(method, elsewhere, **facts), us.port)
        assert status(final(elsewhere)) == 403
    with plain("127.0.0.9") as home:
        home.send(request(method, home, **facts), us.port)
        assert status(final(home)) in {401, 407}


def test_phone_calls_only_after_its_proof(us):
    with plain("127.0.0.7") as phone:
        first, _ = ask_twice(phone, us, "INVITE", sender="ana", body=offer())
        offered = us.wait("offered")
    assert first == 407
    assert (offered["phone"], offered["trunk"]) == ("ana", None)
    assert offered["dialled"] == "+442079460199"


@pytest.mark.parametrize(
    "method", ["INVITE", "REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "BYE", "ACK"]
)
def test_stranger_hears_nothing(us, method):
    before = us.figures().get("dropped-stranger", 0)
    with plain("127.0.0.8") as stranger:
        body = offer() if method == "INVITE" else ""
        stranger.send(request(method, stranger, sender="nobody", body=body), us.port)
        assert stranger.hear(seconds=0.15) is None
    assert us.figures()["dropped-stranger"] == before + 1


def test_scanner_hears_nothing_even_under_a_known_name(us):
    with plain("127.0.0.8") as scanner:
        scanner.send(
            request("OPTIONS", scanner, sender="ana", headers=("User-Agent: friendly-scanner",)),
            us.port,
        )
        assert scanner.hear(seconds=0.15) is None
    assert us.figures()["dropped-scanner"] == 1


def test_carrier_is_answered_when_it_asks_whether_we_live(us):
    with plain() as carrier:
        carrier.send(request("OPTIONS", carrier), us.port)
        answered = carrier.hear()
    assert status(answered) == 200
    assert "Allow: INVITE" in answered


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("m=audio 41000 RTP/AVP 8 101", "m=audio 41000 RTP/AVP 18"), 488),
        (("m=audio 41000 RTP/AVP", "m=audio 41000 RTP/SAVP"), 488),
        (("Max-Forwards: 70", "Max-Forwards: 0"), 483),
        (("Max-Forwards: 70", "Require: 100rel, timer"), 420),
        (("Max-Forwards: 70", "Session-Expires: 30"), 422),
        (("Max-Forwards: 70", "Replaces: a;to-tag=b;from-tag=c"), 481),
    ],
)
def test_what_we_do_not_speak_is_refused_by_its_proper_code(us, change, code):
    with plain() as carrier:
        text = request("INVITE", carrier, call=f"bad-{code}-{change[1][-4:]}", body=offer())
        body = len(offer().replace(*change))
        text = re.sub(r"Content-Length: \d+", f"Content-Length: {body}", text.replace(*change))
        carrier.send(text, us.port)
        assert status(final(carrier)) == code


def test_call_beyond_the_limit_is_sent_away_with_503(us):
    with plain() as carrier:
        answers = []
        for number in range(4):
            carrier.send(request("INVITE", carrier, call=f"full-{number}", body=offer()), us.port)
            answers.append(status(carrier.hear()))
    assert answers == [100, 100, 100, 503]


def test_retransmitted_invite_is_one_call(us):
    with plain() as carrier:
        text = request("INVITE", carrier, call="again", body=offer())
        for _ in range(3):
            carrier.send(text, us.port)
        assert {status(carrier.hear()) for _ in range(3)} == {100}
    assert us.figures()["legs"] == 1


def test_bye_of_somebody_else_does_not_end_a_call(us):
    us.auto("answer")
    with plain() as carrier, plain("127.0.0.10") as other:
        carrier.send(request("INVITE", carrier, call="victim", body=offer()), us.port)
        tag = re.search(r"(?im)^To:.*;tag=([^;\r\n]+)", final(carrier))[1]
        carrier.send(request("ACK", carrier, call="victim", to_tag=tag), us.port)
        us.wait("acknowledged")
        forged = request("BYE", other, call="victim", sequence=2, to_tag=tag, sender="ana").replace(
            "from-victim", "from-victim"
        )
        other.send(forged, us.port)
        assert status(final(other)) == 403
        assert us.figures()["legs"] == 1
    us.auto(None)


def test_fault_in_one_call_refuses_that_call_alone(tmp_path):
    stage = snapshot(port=free_port(), trunks=(trunk(free_port()),))
    with plain() as carrier, ours(stage, auto="fault", complains=True) as us:
        carrier.send(request("INVITE", carrier, body=offer()), us.port)
        assert status(final(carrier)) == 500
        us.auto("answer")
        with sipp("caller_hangs_up", folder=tmp_path, remote=us.port) as caller:
            us.wait("acknowledged")
            caller.done()


def test_number_that_a_caller_withholds_is_not_read(us):
    with plain() as carrier:
        headers = ("P-Asserted-Identity: <sip:+442079460123@carrier.example>", "Privacy: id")
        text = request("INVITE", carrier, call="withheld", headers=headers, body=offer())
        carrier.send(text, us.port)
        assert us.wait("offered")["caller"] is None


@pytest.mark.req("C-05")
@pytest.mark.parametrize(
    "told",
    [
        (
            "Diversion: <sip:+442079460102@carrier.example>;reason=no-answer",
            "Diversion: <sip:+442079460101@carrier.example>;reason=unconditional",
        ),
        (
            "History-Info: <sip:+442079460101@c.example>;index=1, <tel:+442079460102>;index=1.1",
            "History-Info: <sip:+442079460199@c.example>;index=1.1.1",
        ),
    ],
)
def test_redirections_of_a_call_are_read_the_first_one_first(us, told):
    with plain() as carrier:
        text = request("INVITE", carrier, call=told[0][:4], headers=told, body=offer())
        carrier.send(text, us.port)
        offered = us.wait("offered")
    assert offered["redirects"] == ["+442079460101", "+442079460102"]


def test_asserted_number_counts_more_than_the_one_a_caller_claims(us):
    with plain() as carrier:
        headers = ("P-Asserted-Identity: <tel:+442079460123>",)
        text = request("INVITE", carrier, call="asserted", headers=headers, body=offer())
        carrier.send(text, us.port)
        assert us.wait("offered")["caller"] == "+442079460123"


def test_phone_that_asks_too_little_or_goes_away_is_told_and_forgotten(us):
    with plain("127.0.0.2") as phone:
        facts = {"sender": "daiva", "to": "daiva"}
        ask_twice(phone, us, "REGISTER", call="brief", headers=("Expires: 30",), **facts)
        brief = final(phone)
        ask_twice(phone, us, "REGISTER", call="comes", headers=("Expires: 99999",), **facts)
        long = final(phone)
        ask_twice(phone, us, "REGISTER", call="goes", headers=("Expires: 0",), **facts)
        gone = final(phone)
        us.do("dial", to="daiva")
        us.wait("nowhere")
    assert (status(brief), status(long), status(gone)) == (423, 200, 200)
    assert "Min-Expires: 60" in brief
    assert "expires=3600" in long
    assert "Contact" not in gone


def test_caller_of_a_carrier_who_bears_the_name_of_a_phone_is_a_caller(us):
    with plain() as carrier:
        text = request("INVITE", carrier, call="namesake", sender="daiva", body=offer())
        carrier.send(text, us.port)
        offered = us.wait("offered")
    assert (offered["trunk"], offered["phone"]) == ("carrier", None)
