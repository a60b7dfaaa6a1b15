"""Packets are counted, ordered and placed in time whatever the network does to them."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings, strategies as st

from build.tones import DTMF, tone
from callward.line.media.dtmf import DtmfDetector, TelephoneEvents
from callward.line.media.g711 import alaw_of
from callward.line.media.media_leg import FramePlacement
from callward.line.media.media_plane import Delays
from callward.line.media.rtp import Incoming, Outgoing, payload_of
from callward.line.states import Codec


def arrivals(incoming: Incoming, seqs: list[int]) -> list[int]:
    return [seq for seq in seqs if incoming.admit(seq & 0xFFFF)]


@given(
    start=st.integers(0, 0xFFFF),
    sent=st.integers(1, 200),
    gone=st.sets(st.integers(1, 198)),
    swaps=st.lists(st.integers(0, 198), max_size=20),
)
@settings(max_examples=100, deadline=None)
def test_each_packet_is_taken_once_and_every_loss_is_counted(start, sent, gone, swaps):
    order = [place for place in range(sent) if place not in gone or place == sent - 1]
    for swap in swaps:
        if 0 < swap < len(order) - 1:
            order[swap], order[swap + 1] = order[swap + 1], order[swap]
    order[0], order[order.index(0)] = 0, order[0]
    incoming = Incoming(1, start)
    twice = [start + place for each in order for place in (each, each)]
    assert arrivals(incoming, twice) == [start + place for place in order]
    assert incoming.lost == sent - len(order)


def test_a_sender_that_begins_anew_loses_nothing():
    incoming = Incoming(1, 100)
    assert arrivals(incoming, [100, 101, 40_000, 40_001]) == [100, 101, 40_000, 40_001]
    assert incoming.lost == 0


def test_a_long_loss_is_counted_in_flat_memory():
    incoming = Incoming(1, 0)
    seqs = [place for begin in range(0, 60_000, 2000) for place in (begin, begin + 1)]
    arrivals(incoming, seqs)
    assert incoming.lost == 58_002 - len(seqs)
    assert len(incoming._absent) <= 512


def header(fields: tuple[int, int, int, int]) -> tuple[int, int]:
    _first, seq, stamp, _ssrc = fields
    return seq, stamp


def test_the_stream_to_a_peer_goes_on_through_prompt_feed_and_prompt():
    outgoing, feed = Outgoing(), Incoming(9, 500)
    own = [header(outgoing.next_header(0x8008, 160, place * 0.02)) for place in (1, 2)]
    passed = [
        header(outgoing.header_like(feed, 0x8008, 500 + place, 160 * place, 1 + place * 0.02))
        for place in range(2)
    ]
    assert outgoing.begins_spurt
    own += [*passed, header(outgoing.next_header(32776, 160, 2.0))]
    assert [(seq - own[0][0]) & 0xFFFF for seq, _ in own] == [0, 1, 2, 3, 4]
    steps = [(after[1] - before[1]) & 0xFFFFFFFF for before, after in itertools.pairwise(own)]
    assert steps == [160, 7680, 160, 7840]


@given(jitter=st.lists(st.floats(0, 0.03), min_size=100, max_size=100), first=st.floats(0, 1e6))
@settings(max_examples=50, deadline=None)
def test_jitter_moves_no_frame(jitter, first):
    placer = FramePlacement()
    places = [
        placer.place((4_294_967_000 + 160 * n) & 0xFFFFFFFF, first + n * 0.02 + late)
        for n, late in enumerate(jitter)
    ]
    for n, place in enumerate(places):
        assert place - places[0] == pytest.approx(n * 0.02, abs=1e-4)
    assert abs(places[-1] - first - 99 * 0.02) < 0.041


def test_a_frame_out_of_turn_belongs_where_its_timestamp_says():
    placer = FramePlacement()
    found = [placer.place(160 * n, 5 + at * 0.02) for at, n in enumerate((0, 1, 3, 2, 4))]
    assert [round((each - found[0]) * 50) for each in found] == [0, 1, 3, 2, 4]


def test_a_packet_that_comes_late_keeps_the_time_at_which_it_was_spoken():
    placer = FramePlacement()
    for n in range(50):
        placer.place(160 * n, 10 + n * 0.02)
    assert placer.place(160 * 50, 10 + 50 * 0.02 + 1.5) == pytest.approx(11.0, abs=0.001)


@pytest.mark.parametrize("drift", [-100e-6, 100e-6])
def test_a_peers_running_clock_is_held_to_ours_over_an_hour(drift):
    placer = FramePlacement()
    worst = 0.0
    for n in range(180_000):
        now = n * 0.02 * (1 + drift)
        worst = max(worst, abs(placer.place((160 * n) & 0xFFFFFFFF, now) - now))
    assert worst < 0.06


def test_a_pause_without_timestamps_goes_on_where_the_clock_is():
    placer = FramePlacement()
    placer.place(0, 100.0)
    assert placer.place(160, 105.0) == pytest.approx(105.0)


def test_delays_are_told_by_share():
    delays = Delays()
    assert delays.share_ms(0.99) == 0
    for tenths in range(1000):
        delays.add(tenths / 10_000 + 1e-6)
    assert delays.share_ms(0.5) == pytest.approx(50, abs=0.2)
    assert delays.share_ms(0.99) == pytest.approx(99, abs=0.2)
    delays.add(-1)
    delays.add(1e6)
    assert delays.share_ms(1) == pytest.approx(1000.1)


@pytest.mark.parametrize(
    ("packet", "payload"),
    [
        (bytes.fromhex("80080001") + bytes(8) + b"abc", b"abc"),
        (bytes.fromhex("82080001") + bytes(8) + b"ccccddddabc", b"abc"),
        (bytes.fromhex("90080001") + bytes(8) + b"\0\0\0\1eeeeabc", b"abc"),
        (bytes.fromhex("a0080001") + bytes(8) + b"abc\0\0\3", b"abc"),
        (bytes.fromhex("00080001") + bytes(8) + b"abc", None),
        (bytes.fromhex("a0080001") + bytes(8) + b"abc\xff", None),
        (bytes.fromhex("8f080001") + bytes(8), None),
    ],
)
def test_a_payload_is_found_in_every_lawful_header(packet, payload):
    assert payload_of(packet) == payload


@given(packet=st.binary(min_size=12, max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_packet_breaks_the_reader(packet):
    found = payload_of(packet)
    assert found is None or found in packet


@given(events=st.lists(st.tuples(st.binary(max_size=6), st.integers(0, 3)), max_size=20))
def test_no_event_comes_twice(events):
    ear = TelephoneEvents()
    heard = [(stamp, key) for body, stamp in events if (key := ear.hear(body, 1, stamp))]
    assert len(heard) == len(set(heard)) or len(heard) > 8


def listen(sound: bytes, *, frame: int = 160) -> list[str]:
    ear = DtmfDetector()
    found = (ear.hear(sound[at : at + frame], Codec.PCMA) for at in range(0, len(sound), frame))
    return [key for key in found if key]


@pytest.mark.parametrize("key", sorted(DTMF))
@pytest.mark.parametrize("drift", [0.985, 1.0, 1.015])
def test_a_key_is_heard_within_the_tolerance_of_the_standard(key, drift):
    low, high = DTMF[key]
    assert listen(tone(low * drift, high * drift, seconds=0.1)) == [key]


@pytest.mark.parametrize("level", [0.02, 0.5, 0.98])
def test_a_key_is_heard_loud_and_quiet(level):
    assert listen(tone(*DTMF["9"], seconds=0.08, level=level)) == ["9"]


def test_a_key_held_long_is_one_digit_and_pressed_again_another():
    pause = tone(100, seconds=0.06, level=0.001)
    assert listen(tone(*DTMF["5"], seconds=2) + pause + tone(*DTMF["5"], seconds=0.1)) == ["5", "5"]


def test_a_glimpse_of_a_tone_is_no_digit():
    assert listen(tone(*DTMF["5"], seconds=0.02) + bytes([0xD5]) * 800) == []


def vowel(pitch: float, formants: tuple[int, ...]) -> bytes:
    def sample(n: int) -> int:
        total = 0.0
        for harmonic in range(1, 25):
            hertz = pitch * harmonic * (1 + 0.01 * math.sin(n / 900))
            near = sum(1 / (1 + ((hertz - each) / 90) ** 2) for each in formants)
            total += near * math.sin(2 * math.pi * hertz * n / 8000)
        return max(-32000, min(32000, int(total * 6000)))

    return bytes(alaw_of(sample(n)) for n in range(4000))


@pytest.mark.parametrize(
    "sound",
    [
        vowel(120, (700, 1220)),
        vowel(210, (850, 1350)),
        vowel(95, (940, 1480)),
        tone(697, seconds=0.5),
        tone(425, seconds=0.5),
        tone(350, 440, seconds=0.5),
        tone(697, 770, 1209, seconds=0.5),
    ],
    ids=["man", "woman", "low", "one tone", "ringing", "dial tone", "three tones"],
)
def test_speech_and_other_tones_are_no_digits(sound):
    assert listen(sound) == []
