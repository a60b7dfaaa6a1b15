"""SDP: what is read from a stranger's text, and what we write, never surprises anybody."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings, strategies as st

from callward.line.sip.errors import UnusableSdpError
from callward.line.sip.sdp import Ours, read_sdp, write_answer, write_offer
from callward.line.sip.sip_leg import OfferAnswer
from callward.line.states import Codec

HEAD = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
AUDIO = "m=audio 4000 RTP/AVP 8 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"
OURS = Ours(host="192.0.2.1", port=20000, session=7, version=1)


def test_first_codec_of_the_offer_is_taken_and_its_own_event_type_echoed():
    media = read_sdp(HEAD + AUDIO).media
    assert (media.host, media.port, media.codec, media.telephone_event) == (
        "192.0.2.7",
        4000,
        Codec.PCMA,
        96,
    )


def test_codec_in_use_is_kept_when_it_is_offered_again():
    assert read_sdp(HEAD + AUDIO, preferred=Codec.PCMU).media.codec is Codec.PCMU


@pytest.mark.parametrize(
    ("line", "sends", "receives"),
    [
        ("a=sendrecv", True, True),
        ("a=sendonly", True, False),
        ("a=recvonly", False, True),
        ("a=inactive", False, False),
        ("c=IN IP4 0.0.0.0", True, False),
    ],
)
def test_direction_and_old_hold_are_read(line, sends, receives):
    media = read_sdp(f"{HEAD}{AUDIO}{line}\r\n").media
    assert (media.sends, media.receives) == (sends, receives)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=1",
        HEAD,
        HEAD + "m=audio 0 RTP/AVP 8\r\n",
        HEAD + "m=audio 70000 RTP/AVP 8\r\n",
        HEAD + "m=audio 4000 RTP/SAVP 8\r\n",
        HEAD + "m=audio 4000 RTP/AVP 18 96\r\n",
        HEAD + "m=video 4000 RTP/AVP 8\r\n",
        HEAD + "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 G729/8000\r\n",
        HEAD + "m=audio\r\n",
        HEAD.replace("192.0.2.7", "carrier.example") + AUDIO,
        HEAD.replace("192.0.2.7", "239.1.1.1") + AUDIO,
        HEAD.replace("c=IN IP4 192.0.2.7\r\n", "") + AUDIO,
        HEAD + AUDIO + "a=x\r\n" * 300,
        HEAD + AUDIO + "a=" + "x" * 9000,
    ],
)
def test_what_is_not_plain_g711_is_refused(text):
    with pytest.raises(UnusableSdpError):
        read_sdp(text)


def test_every_other_stream_is_refused_in_its_place():
    offer = read_sdp(HEAD + "m=video 5000 RTP/AVP 31\r\n" + AUDIO + "m=text 5002 RTP/AVP 98\r\n")
    lines = [line for line in write_answer(OURS, offer).splitlines() if line.startswith("m=")]
    assert lines == [
        "m=video 0 RTP/AVP 31",
        "m=audio 20000 RTP/AVP 8 96",
        "m=text 0 RTP/AVP 98",
    ]


def test_version_grows_only_when_what_we_say_changes():
    talk = OfferAnswer("192.0.2.1")
    talk.port = 20000
    first, again = talk.offer(), talk.offer()
    talk.held = True
    held = talk.offer()
    assert first == again
    assert " 1 IN IP4" in first.splitlines()[1]
    assert " 2 IN IP4" in held.splitlines()[1]
    assert "a=sendonly" in held


def test_refused_offer_changes_nothing():
    talk = OfferAnswer("192.0.2.1")
    talk.answer(HEAD + AUDIO)
    before = talk.peer
    with pytest.raises(UnusableSdpError):
        talk.answer(HEAD)
    assert talk.peer is before


@given(
    codec=st.sampled_from(list(Codec)),
    port=st.integers(1, 65535),
    events=st.one_of(st.none(), st.integers(96, 127)),
    host=st.ip_addresses(v=4).filter(lambda each: not (each.is_multicast or each.is_unspecified)),
    sends=st.booleans(),
    receives=st.booleans(),
)
def test_what_we_write_we_read_back(codec, port, events, host, sends, receives):
    ours = Ours(host=str(host), port=port, session=1, version=1, sends=sends, receives=receives)
    media = read_sdp(write_offer(ours, codec=codec, events=events)).media
    assert (media.host, media.port, media.codec) == (str(host), port, codec)
    assert media.telephone_event == (events or 101)
    assert (media.sends, media.receives) == (sends, receives)


PIECES = st.one_of(
    st.sampled_from(
        [
            "v=0",
            "m=audio 4000 RTP/AVP 8",
            "m=audio ",
            "c=IN IP4 ",
            "c=IN IP6 ::1",
            "a=rtpmap:",
            "8 PCMA/8000",
            "a=sendonly",
            "\r\n",
            "\n",
            " ",
            "/",
            ":",
            "٣",
            "²",
            "0",
            "-1",
            "9" * 5000,
            "m=",
            "c=",
            "a=",
            "IN IP4 192.0.2.7",
            "101 telephone-event/8000",
        ]
    ),
    st.text(max_size=20),
)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=25).map("".join))
@example("m=audio ٣ RTP/AVP ٨")
@example("m=audio 1²/2 RTP/AVP ²")
def test_no_text_whatever_brings_the_reader_down(tail):
    for text in (tail, "v=0\r\n" + tail, HEAD + tail, HEAD + AUDIO + tail):
        try:
            read = read_sdp(text)
        except UnusableSdpError:
            continue
        answer = write_answer(OURS, read)
        assert answer.count("m=audio 20000") == 1
        assert "\n" not in answer.replace("\r\n", "")
        assert answer.isascii()
