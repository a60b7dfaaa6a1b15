"""Limits, session timers, digest and headers of the phone line: tables, no sockets."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings, strategies as st

from callward.line.limits import Bucket, CallLimits, Drop, Guesses, Tally
from callward.line.sip import digest, endpoint, headers
from callward.line.sip.outbound_leg import why_refused
from callward.line.sip.session_timers import (
    Expires,
    Refresher,
    Wanted,
    as_server,
    read_expires,
    read_least,
)
from callward.line.sip.transactions import unusable
from callward.line.states import HangUp


def test_calls_beyond_the_limit_or_too_fast_are_refused():
    limits = CallLimits(concurrent=2, per_second=2)
    assert [limits.refusal(running=n, at=0.0) for n in (0, 1, 2)] == [None, None, Drop.FULL]
    assert limits.refusal(running=0, at=0.1) is Drop.TOO_FAST
    assert limits.refusal(running=0, at=1.2) is None
    limits.close()
    assert limits.refusal(running=0, at=9.0) is Drop.FULL


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_bucket_never_gives_more_than_its_rate(instants):
    bucket = Bucket(5)
    taken = [at for at in sorted(instants) if bucket.take(at=at)]
    for begin in taken:
        assert len([at for at in taken if begin <= at <= begin + 1]) <= 10


def test_address_that_guesses_is_not_heard_until_a_minute_has_gone():
    guesses = Guesses(most=3, seconds=60.0, addresses=2)
    for _ in range(3):
        guesses.failed("192.0.2.1", at=0.0)
    assert guesses.too_many("192.0.2.1", at=59.0)
    assert not guesses.too_many("192.0.2.2", at=1.0)
    assert not guesses.too_many("192.0.2.1", at=61.0)
    guesses.proven("192.0.2.1")
    assert not guesses.too_many("192.0.2.1", at=1.0)


def test_counts_hold_numbers_only():
    tally = Tally()
    tally.add(Drop.STRANGER)
    assert tally.counted() == {"stranger": 1}


# RFC 7616 section 3.9.1: the same example under both hashes.
GIVEN = {
    "username": "Mufasa",
    "realm": "http-auth@example.org",
    "uri": "/dir/index.html",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "qop": "auth",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_is_the_one_of_the_standard(name, expected):
    hashed = digest.HASHES[name]
    assert (
        digest.response_to(secret="Circle of Life", method="GET", given=GIVEN, hashed=hashed)
        == expected
    )


class Keeping:
    """A doorkeeper with a clock in the hand."""

    def __init__(self):
        self.at = 1000.0
        self.keeper = digest.DigestVerifier("line.example", clock=lambda: self.at)
        self.credentials = digest.Credentials(user="ana", secret="s3cret")

    def proof(self, **change):
        facts = {"credentials": self.credentials, "method": "REGISTER", "uri": "sip:line"}
        return digest.answer([self.keeper.challenge()], **{**facts, **change})

    def believes(self, proof, **change):
        facts = {"user": "ana", "secret": "s3cret", "method": "REGISTER"}
        return self.keeper.believes(proof, **{**facts, **change})


def test_proof_is_believed_once_while_it_is_fresh():
    keeping = Keeping()
    proof = keeping.proof()
    assert keeping.believes(proof)
    assert not keeping.believes(proof)
    late = keeping.proof()
    keeping.at += 301
    assert not keeping.believes(late)


@pytest.mark.parametrize("change", [{"user": "boris"}, {"secret": "other"}, {"method": "INVITE"}])
def test_proof_for_something_else_is_not_believed(change):
    keeping = Keeping()
    assert not keeping.believes(keeping.proof(), **change)


def test_proof_for_the_nonce_of_another_door_is_not_believed():
    keeping, other = Keeping(), Keeping()
    assert not keeping.believes(other.proof())


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_no_header_brings_the_doorkeeper_down(text):
    keeping = Keeping()
    for header in (text, "Digest " + text, keeping.proof() + text):
        assert keeping.believes(header) in {True, False}
    assert (
        digest.answer(["Digest " + text], credentials=keeping.credentials, method="M", uri="u")
        is None
        or "nonce" in text
    )


def test_secret_shows_in_no_text_form():
    assert "s3cret" not in repr(Keeping().credentials)


@pytest.mark.parametrize(
    ("text", "seconds", "refresher"),
    [
        ("1800", 1800, None),
        ("90;refresher=uac", 90, Refresher.CLIENT),
        (" 4000 ; Refresher=UAS ", 4000, Refresher.SERVER),
        ("999999999", 86400, None),
    ],
)
def test_session_header_is_read(text, seconds, refresher):
    assert read_expires(text) == Expires(seconds=seconds, refresher=refresher)


@pytest.mark.parametrize("text", [None, "", "x", "-5", "1e9", "12x"])
def test_unreadable_session_header_is_none(text):
    assert read_expires(text) is None
    assert read_least(text) is None


def test_session_is_ours_to_refresh_where_the_peer_cannot():
    wanted = Wanted(seconds=1800)
    alone = as_server(wanted.accept(None, peer_can=False))
    theirs = as_server(
        wanted.accept(Expires(seconds=600, refresher=Refresher.CLIENT), peer_can=True)
    )
    assert (alone.ours, alone.seconds, alone.refresh_after) == (True, 1800, 900)
    assert (theirs.ours, theirs.seconds, theirs.dead_after) == (False, 600, 568)
    assert wanted.too_small(Expires(seconds=89, refresher=None))
    assert wanted.agreed(None).ours
    assert not wanted.agreed(Expires(seconds=300, refresher=Refresher.SERVER)).ours


@pytest.mark.parametrize(
    ("code", "heard", "why"),
    [
        (486, True, HangUp.BUSY),
        (600, True, HangUp.BUSY),
        (480, True, HangUp.NO_ANSWER),
        (408, True, HangUp.NO_ANSWER),
        (408, False, HangUp.UNREACHABLE),
        (404, True, HangUp.UNREACHABLE),
        (503, True, HangUp.UNREACHABLE),
        (603, True, HangUp.REJECTED),
        (302, True, HangUp.REJECTED),
    ],
)
def test_refusals_are_told_in_our_words(code, heard, why):
    assert why_refused(code, heard=heard) is why


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ('"Mara" <sip:+442079460123@carrier.example>;tag=x', "+442079460123"),
        ("<tel:+442079460123>", "+442079460123"),
        ("<sip:020%207946%200123@carrier.example>", "+442079460123"),
        ("<sip:00442079460123@carrier.example;user=phone>", "+442079460123"),
        ("<sip:anonymous@anonymous.invalid>", None),
        ("<sip:mara@carrier.example>", None),
        ("<sip:carrier.example>", None),
        ("", None),
        (None, None),
    ],
)
def test_number_of_a_header_is_read_as_people_of_the_country_write_it(value, number):
    assert headers.number_in(value, region="GB") == number


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_no_address_brings_the_reader_down(text):
    for value in (text, f"<sip:{text}@x>", f"<tel:{text}>"):
        headers.number_in(value, region="GB")
        user = headers.plain_user(value)
        assert user is None or (user.isascii() and user.isprintable())


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_what_we_write_into_a_header_never_starts_another(text):
    assert "\r" not in str(headers.header("X-Test", text))
    assert "\n" not in headers.display_name(text)
    assert headers.quoted_user(text).isascii()


GOOD = "OPTIONS sip:line.example SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n"


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("SIP/2.0", "HTTP/1.1"),
        GOOD.replace("OPTIONS sip", "OPTIONEN sip"),
        GOOD.replace("1 OPTIONS", "1 INVITE"),
        GOOD.replace("1 OPTIONS", "4294967296 OPTIONS"),
        GOOD.replace("CSeq: 1 OPTIONS\r\n", ""),
        GOOD.replace("CSeq", "CSeq: 1 OPTIONS\r\nCSeq"),
        GOOD.replace("line.example", "line\0example"),
        GOOD.replace("\r\n\r\n", "\r\n" + "X: y\r\n" * 300 + "\r\n"),
        "SIP/2.0 999 No\r\nCSeq: 1 OPTIONS\r\n\r\n",
        "",
    ],
)
def test_malformed_message_is_seen_before_it_is_parsed(text):
    assert unusable(GOOD) is None
    assert unusable(text) is Drop.MALFORMED


def test_strongest_challenge_of_a_carrier_is_the_one_that_is_answered():
    asked = [
        'Digest realm="carrier.example", nonce="a", algorithm=MD5, qop="auth"',
        'Digest realm="carrier.example", nonce="b", algorithm=SHA-256, qop="auth"',
        'Digest realm="carrier.example", nonce="c", algorithm=SHA-512-256, qop="auth"',
    ]
    credentials = digest.Credentials(user="callward", secret="s3cret")
    facts = {"credentials": credentials, "method": "INVITE", "uri": "sip:x"}
    assert 'nonce="b"' in digest.answer(asked, **facts)
    assert digest.answer(asked[2:], **facts) is None
    assert digest.answer(["Basic realm=x"], **facts) is None


@pytest.mark.parametrize(
    ("host", "written"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "[2001:db8::1]"), ("[::1]", "[::1]")],
)
def test_host_is_written_into_an_address_as_the_standard_asks(host, written):
    assert headers.in_url(host) == written


class Soon:
    """Timers that a test turns by hand."""

    def __init__(self):
        self.asked, self.arrived = [], threading.Event()

    def soon(self, call):
        self.asked.append(call)
        self.arrived.set()

    def after(self, seconds, call):
        return lambda: None

    def turn(self):
        assert self.arrived.wait(5)
        self.arrived.clear()
        self.asked.pop()()


def test_name_of_a_carrier_is_looked_up_beside_the_loop_and_kept_when_the_look_up_fails(
    monkeypatch,
):
    found = iter(["192.0.2.7", None, "192.0.2.8", None])
    monkeypatch.setattr(endpoint, "_lookup", lambda _host: next(found))
    timers, changes = Soon(), []
    known = endpoint.HostLookup(timers, changed=lambda: changes.append(1))
    known.use(["carrier.example", "192.0.2.1"])
    assert known.address("carrier.example") is None
    seen = []
    for _ in range(3):
        timers.turn()
        seen.append(known.address("carrier.example"))
        known.use(["carrier.example"])
    assert seen == ["192.0.2.7", "192.0.2.7", "192.0.2.8"]
    assert known.address("192.0.2.1") == "192.0.2.1"
    assert len(changes) == 2
