"""Whatever arrives on the port: the endpoint lives, says nothing to anybody, leaks no dialog."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from build.sip_peers import agent, free_port, offer, ours, plain, request, sipp, snapshot, trunk

HEADERS = st.sampled_from(
    [
        "Via", "v", "From", "f", "To", "t", "Call-ID", "i", "CSeq", "Contact", "m", "Max-Forwards",
        "Content-Length", "l", "Content-Type", "c", "Expires", "Session-Expires", "Min-SE",
        "Record-Route", "Route", "Require", "Supported", "Replaces", "Refer-To", "r", "Event",
        "Authorization", "Proxy-Authorization", "P-Asserted-Identity", "Diversion", "History-Info",
        "User-Agent", "Privacy", "WWW-Authenticate", "Warning", "RAck", "Reason", "Allow", "X",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "", "*", "<>", "<sip:>", "<sip:@>", "sip:a@[::1", "<sip:a@127.0.0.1:99999>", '"', '"<',
            "<sip:a@b;x?y>", "SIP/2.0/UDP", "SIP/2.0/UDP :;branch", "1 INVITE", "99999999999 BYE",
            "-1", "a,b,c", ",", ";", "Digest", "Digest ,=", 'Digest a="', "tel:", "<tel:+1;x>",
            "<sip:a@b>;tag=", "<sip:a@127.0.0.1>;tag=a;tag=b", "1 1 1", "application/sdp", "0",
            "multipart/mixed", "x" * 2000, "<sip:a@127.0.0.1;lr>,<sip:b@127.0.0.1>", "INVITE",
        ]
    ),
)  # fmt: skip
METHODS = st.sampled_from(
    [
        "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "REFER", "NOTIFY", "UPDATE",
        "INFO", "PRACK", "SUBSCRIBE", "MESSAGE",
    ]
)  # fmt: skip


@st.composite
def messages(draw):
    """A request of a carrier with some headers lost, doubled, changed or cut."""
    method = draw(METHODS)
    number = draw(st.integers(0, 10**6))
    body = draw(st.sampled_from(["", offer(), "v=0", "\r\n\r\n"]) | st.text(max_size=50))
    lines = REQUEST(method, f"fuzz-{number}", body).split("\r\n")
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["lose", "double", "add", "change", "cut"]))
        if change == "lose":
            del lines[place]
        elif change == "double":
            lines.insert(place, lines[place])
        elif change == "cut":
            lines[place] = lines[place][: draw(st.integers(0, 30))]
        else:
            new = f"{draw(HEADERS)}: {draw(VALUES)}"
            lines[place : place + (change == "change")] = [new]
        lines = lines or [""]
    content = "\r\n".join(lines).encode("utf-8", "surrogatepass")
    return content[: draw(st.integers(0, 9000))] if draw(st.booleans()) else content


def REQUEST(method, call, body):  # noqa: N802 - filled by the fixture's peer
    return request(method, PEER[0], call=call, body=body)


PEER = []


@pytest.fixture(scope="module")
def line():
    stage = snapshot(
        port=free_port(),
        trunks=(trunk(free_port()),),
        agents=(agent("ana"),),
        limits={"concurrent_calls": 2000, "calls_per_second": 500},
    )
    with plain() as peer, ours(stage) as running:
        PEER[:] = [peer]
        running.auto("answer")
        yield running


def test_no_message_whatever_ends_the_line_or_leaks_a_call(line, tmp_path):
    peer = PEER[0]

    @settings(
        max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    @given(messages())
    def thrown(content):
        peer.send(content, line.port)

    thrown()
    while peer.hear(seconds=0.2) is not None:
        pass
    line.do("end_all")
    figures = line.quiet_after()
    assert (figures["legs"], figures["stuck"]) == (0, 0)
    assert figures.get("dropped-fault", 0) == 0
    with sipp("caller_hangs_up", folder=tmp_path, remote=line.port) as caller:
        line.wait("acknowledged")
        caller.done()


def test_oversized_and_binary_messages_are_counted_and_not_answered(line):
    before = line.figures()
    with plain() as peer:
        peer.send(request("OPTIONS", peer, headers=("X: " + "y" * 9000,)), line.port)
        peer.send(b"\xff\xfe" * 40, line.port)
        peer.send(b"\r\n\r\n", line.port)
        assert peer.hear(seconds=0.2) is None
    after = line.figures()
    for why in ("oversized", "not-text"):
        assert after[f"dropped-{why}"] == before.get(f"dropped-{why}", 0) + 1


def test_no_message_within_a_call_ends_the_line(line):
    peer = PEER[0]
    peer.send(request("INVITE", peer, call="inside", body=offer()), line.port)
    while "200 OK" not in (answered := peer.hear(seconds=2)) or ": inside" not in answered:
        pass
    tag = re.search(r"(?im)^To:.*;tag=([^;\r\n]+)", answered)[1]
    peer.send(request("ACK", peer, call="inside", to_tag=tag), line.port)
    line.wait("acknowledged")
    inside = METHODS.filter(lambda each: each not in {"BYE", "CANCEL", "ACK"})

    @settings(max_examples=150, deadline=None, database=None)
    @given(inside, st.lists(st.tuples(HEADERS, VALUES), max_size=4), VALUES, st.integers(2, 10**6))
    def thrown(method, headers, body, number):
        extra = tuple(f"{name}: {value}" for name, value in headers)
        facts = {"call": "inside", "to_tag": tag, "sequence": number}
        text = request(method, peer, headers=extra, body=body, **facts)
        peer.send(text.encode("utf-8", "replace"), line.port)

    thrown()
    while peer.hear(seconds=0.2) is not None:
        pass
    line.do("end_all")
    figures = line.quiet_after()
    assert (figures["legs"], figures["stuck"]) == (0, 0)
    assert figures.get("dropped-fault", 0) == 0


def test_request_that_cannot_even_be_answered_leaves_nothing_behind(line):
    with plain() as peer:
        for method in ("MESSAGE", "INVITE"):
            text = request(method, peer, call=f"hopeless-{method}", body=offer())
            peer.send(re.sub(r"(?m)^To:.*$", "To: <sip\r", text), line.port)
        assert peer.hear(seconds=0.3) is None
    assert line.figures()["stuck"] == 0
