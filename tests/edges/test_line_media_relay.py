"""The media plane passes audio on, plays prompts, hears digits once, and listens to no stranger."""

from __future__ import annotations

import itertools

import pytest

from build.rtp_peer import HEADER, a_bench
from build.tones import DTMF, tone
from callward.line.media.g711 import ALAW_TO_MULAW, MULAW_TO_ALAW
from callward.line.states import Codec, Party


class Sink:
    """A fake gate."""

    def __init__(self) -> None:
        self.frames: list[tuple[Party, Codec, bytes, float]] = []

    def frame(self, party, codec, payload, at) -> None:
        self.frames.append((party, codec, payload, at))


@pytest.fixture
def bench():
    with a_bench() as found:
        yield found


def two(bench, **second):
    one, other = bench.plane.open_leg(), bench.plane.open_leg()
    one.relay(other)
    other.relay(one)
    return one, other, bench.peer(one, ssrc=11), bench.peer(other, ssrc=22, **second)


def frames(count: int) -> list[bytes]:
    return [bytes([place]) * 160 for place in range(1, count + 1)]


def heard(bench, leg) -> list[str]:
    digits: list[str] = []
    leg.on_digit(digits.append)
    return digits


def test_two_parties_hear_each_other(bench):
    _one, _other, caller, agent = two(bench)
    for payload in frames(5):
        caller.send(payload)
        agent.send(payload[::-1])
    assert [packet.payload for packet in agent.take(5)] == frames(5)
    assert [packet.payload for packet in caller.take(5)] == frames(5)


def test_the_stream_towards_a_peer_is_one_source_without_gaps(bench):
    _one, _other, caller, agent = two(bench)
    for payload in frames(6):
        caller.send(payload)
    got = agent.take(6)
    assert len({packet.ssrc for packet in got}) == 1
    assert {(b.seq - a.seq) & 0xFFFF for a, b in itertools.pairwise(got)} == {1}
    assert {(b.stamp - a.stamp) & 0xFFFFFFFF for a, b in itertools.pairwise(got)} == {160}


def test_lost_and_reordered_packets_stay_visible_to_the_far_end(bench):
    _one, _other, caller, agent = two(bench)
    for step in (0, 1, 3, 2, 6):
        caller.send(b"x" * 160, seq=100 + step, stamp=1000 + 160 * step)
    got = agent.take(5)
    assert [(packet.seq - got[0].seq) & 0xFFFF for packet in got] == [0, 1, 3, 2, 6]
    assert [(packet.stamp - got[0].stamp) & 0xFFFFFFFF for packet in got] == [
        160 * step for step in (0, 1, 3, 2, 6)
    ]
    assert bench.plane.figures().lost == 2


def test_a_packet_that_comes_twice_is_passed_on_once(bench):
    _one, _other, caller, agent = two(bench)
    for seq in (1, 2, 2, 1, 3):
        caller.send(b"x" * 160, seq=seq, stamp=160 * seq)
    assert len(agent.take(3)) == 3
    assert agent.silent()
    assert bench.plane.figures().received == 3


def test_mu_law_and_a_law_understand_each_other(bench):
    one, _other, caller, agent = two(bench, kind=0)
    sink = Sink()
    one.tap(sink, party=Party.OUTER)
    caller.send(bytes(range(160)))
    agent.send(bytes(range(160)))
    at_agent, at_caller = agent.next(), caller.next()
    assert (at_agent.kind, at_agent.payload) == (0, bytes(range(160)).translate(ALAW_TO_MULAW))
    assert (at_caller.kind, at_caller.payload) == (8, bytes(range(160)).translate(MULAW_TO_ALAW))
    bench.settle()
    assert sink.frames[0][1:3] == (Codec.PCMA, bytes(range(160)))


@pytest.mark.parametrize("host", ["127.0.0.2", "127.0.1.1"])
def test_audio_from_a_strangers_address_is_dropped(bench, host):
    one, _other, caller, agent = two(bench)
    sink = Sink()
    one.tap(sink, party=Party.OUTER)
    stranger = bench.peer(host=host)
    stranger.towards = caller.towards
    stranger.send(b"s" * 160)
    caller.send(b"c" * 160)
    stranger.send(b"s" * 160)
    assert agent.next().payload == b"c" * 160
    assert agent.silent()
    assert [frame[2] for frame in sink.frames] == [b"c" * 160]
    agent.send(b"a" * 160)
    assert stranger.silent()


def test_nothing_is_heard_before_the_peer_is_known(bench):
    leg, sink = bench.plane.open_leg(), Sink()
    leg.tap(sink, party=Party.OUTER)
    early = bench.peer()
    early.towards = leg.port
    early.send(b"e" * 160)
    bench.settle()
    assert sink.frames == []


def test_a_second_port_of_the_same_host_does_not_take_over_a_running_stream(bench):
    one, _other, caller, agent = two(bench)
    caller.send(b"c" * 160)
    assert agent.next().payload == b"c" * 160
    rival = bench.peer()
    rival.towards = one.port
    rival.send(b"r" * 160)
    caller.send(b"d" * 160)
    assert agent.next().payload == b"d" * 160


def test_a_peer_behind_a_port_translation_is_answered_where_it_speaks_from(bench):
    one, _other, _caller, agent = two(bench)
    mapped = bench.peer()
    mapped.towards = one.port
    mapped.send(b"m" * 160)
    assert agent.next().payload == b"m" * 160
    agent.send(b"a" * 160)
    assert mapped.next().payload == b"a" * 160


@pytest.mark.parametrize("kind", [96, 101, 120])
def test_each_digit_comes_once_under_the_peers_own_number(bench, kind):
    one, _other, caller, _agent = two(bench, telephone_event=101)
    one.connect(caller.address(telephone_event=kind))
    digits = heard(bench, one)
    for key in "9911*#A":
        caller.digit(key, kind=kind)
    bench.run_waiting()
    assert digits == list("9911*#A")


def test_digits_are_neither_passed_on_nor_tapped_and_leave_no_gap(bench):
    one, _other, caller, agent = two(bench)
    sink = Sink()
    one.tap(sink, party=Party.OUTER)
    caller.send(b"a" * 160)
    caller.digit("5")
    caller.send(b"b" * 160)
    before, after = agent.take(2)
    assert (before.payload, after.payload) == (b"a" * 160, b"b" * 160)
    assert (after.seq - before.seq) & 0xFFFF == 1
    assert agent.silent()
    assert [frame[2] for frame in sink.frames] == [b"a" * 160, b"b" * 160]


def test_a_late_copy_of_an_older_digit_is_not_a_new_one(bench):
    one, _other, caller, _agent = two(bench)
    digits = heard(bench, one)
    for seq, stamp, event in ((1, 800, 1), (3, 1600, 2), (4, 1600, 2), (2, 800, 1)):
        caller.send(bytes([event, 0x8A, 3, 0x20]), kind=101, seq=seq, stamp=stamp)
    bench.run_waiting()
    assert digits == ["1", "2"]


@pytest.mark.parametrize("key", list("0123456789*#ABCD"))
def test_tones_are_heard_as_digits_where_the_carrier_sends_them(bench, key):
    leg = bench.plane.open_leg(in_band=True)
    caller, digits = bench.peer(leg), heard(bench, leg)
    sound = tone(*DTMF[key], seconds=0.1) + tone(300, seconds=0.1)
    for _ in range(2):
        for begin in range(0, len(sound), 160):
            caller.send(sound[begin : begin + 160])
    bench.run_waiting()
    assert digits == [key, key]


def test_tones_are_ignored_where_they_are_not_enabled_or_events_come_too(bench):
    leg = bench.plane.open_leg()
    caller, digits = bench.peer(leg), heard(bench, leg)
    sound = tone(*DTMF["9"], seconds=0.1)
    for begin in range(0, len(sound), 160):
        caller.send(sound[begin : begin + 160])
    bench.settle()
    leg.listen_in_band(on=True)
    caller.digit("9")
    for begin in range(0, len(sound), 160):
        caller.send(sound[begin : begin + 160])
    bench.run_waiting()
    assert digits == ["9"]


def test_a_digit_that_comes_as_tones_and_as_an_event_is_one_digit(bench):
    leg = bench.plane.open_leg(in_band=True)
    caller, digits = bench.peer(leg), heard(bench, leg)
    sound = tone(*DTMF["9"], seconds=0.06)
    for begin in range(0, len(sound), 160):
        caller.send(sound[begin : begin + 160])
    caller.digit("9")
    caller.digit("9")
    bench.run_waiting()
    assert digits == ["9", "9"]


@pytest.mark.req("K-01")
def test_a_prompt_is_played_whole_and_counted(bench):
    leg = bench.plane.open_leg()
    caller = bench.peer(leg)
    told: list[tuple[int, bool]] = []
    leg.play(bytes(range(1, 11)) * 48, done=lambda *found: told.append(found))
    got = caller.take(3)
    bench.run_one()
    assert told == [(3, True)]
    assert b"".join(packet.payload for packet in got) == bytes(range(1, 11)) * 48
    assert [packet.marker for packet in got] == [True, False, False]


def test_a_prompt_reaches_a_mu_law_peer_in_its_own_form(bench):
    leg = bench.plane.open_leg()
    caller = bench.peer(leg, kind=0)
    leg.play(bytes(range(160)), done=lambda _sent, _whole: None)
    assert caller.next().payload == bytes(range(160)).translate(ALAW_TO_MULAW)


@pytest.mark.parametrize("ending", ["hush", "close"])
def test_a_broken_off_prompt_is_told_as_incomplete_exactly_once(bench, ending):
    leg = bench.plane.open_leg()
    caller = bench.peer(leg)
    told: list[tuple[int, bool]] = []
    leg.play(b"p" * 80_000, done=lambda *found: told.append(found))
    caller.take(3)
    getattr(leg, ending)()
    leg.close()
    leg.close()
    bench.run_waiting()
    ((sent, whole),) = told
    assert 3 <= sent < 500
    assert not whole


def test_music_goes_round_until_it_is_hushed(bench):
    leg = bench.plane.open_leg()
    caller = bench.peer(leg)
    leg.play(b"m" * 320, done=lambda _sent, _whole: None, loop=True)
    assert {packet.payload for packet in caller.take(6)} == {b"m" * 160}


def test_nobody_speaks_into_a_prompt_and_the_stream_goes_on_behind_it(bench):
    one, _other, caller, agent = two(bench)
    agent.send(b"1" * 160)
    caller.next()
    one.play(b"p" * 480, done=lambda _sent, _whole: None)
    first = caller.next()
    agent.send(b"2" * 160)
    rest = caller.take(2)
    bench.run_one()
    agent.send(b"3" * 160)
    last = caller.next()
    assert {packet.payload for packet in (first, *rest)} == {b"p" * 160}
    assert last.payload == b"3" * 160
    seqs = [packet.seq for packet in (first, *rest, last)]
    assert {(b - a) & 0xFFFF for a, b in itertools.pairwise(seqs)} == {1}
    assert (last.stamp - rest[-1].stamp) & 0xFFFFFFFF < 8000


def test_a_peer_on_hold_is_sent_nothing(bench):
    _one, other, caller, agent = two(bench)
    other.connect(agent.address(receives=False))
    caller.send(b"c" * 160)
    assert agent.silent()
    other.connect(agent.address())
    bench.settle()
    caller.send(b"d" * 160)
    assert agent.next().payload == b"d" * 160


def test_a_new_source_of_the_same_peer_goes_on_in_the_same_stream(bench):
    _one, _other, caller, agent = two(bench)
    caller.send(b"a" * 160)
    first = agent.next()
    caller.ssrc, caller.seq, caller.stamp = 99, 7, 7
    caller.send(b"b" * 160)
    second = agent.next()
    assert second.ssrc == first.ssrc
    assert (second.seq - first.seq) & 0xFFFF == 1
    assert bench.plane.figures().lost == 0


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\x80",
        bytes(12),
        b"\x40" + bytes(171),
        b"\x80\xc8" + bytes(26),  # RTCP
        b"\x9f\x08" + bytes(12),  # promises contributors that are not there
        b"\xa0\x08" + bytes(11) + b"\xff",  # padding longer than the packet
        b"\x90\x08" + bytes(10) + b"\x00\x00\xff\xff",  # extension longer than the packet
        b"\x80\x12" + bytes(60),  # G.729
        b"\x80\x65" + bytes(10),  # an event too short
        b"\x80\x65" + bytes(10) + b"\xff\xff\xff\xff",  # an unknown event
        bytes(range(256)) * 8,
    ],
)
def test_malformed_packets_harm_nobody(bench, packet):
    one, _other, caller, agent = two(bench)
    digits = heard(bench, one)
    caller.raw(packet)
    caller.send(b"c" * 160)
    assert agent.next().payload == b"c" * 160
    assert digits == []
    assert bench.plane._faults == 0


@pytest.mark.parametrize(
    "head",
    [
        b"\x81\x08",  # one contributor
        b"\x90\x08",  # an extension
        b"\xa0\x08",  # padding
    ],
)
def test_lawful_headers_of_any_form_are_read(bench, head):
    _one, _other, caller, agent = two(bench)
    body = HEADER.pack(head[0], head[1], 5, 160, 11)
    middle = {0x81: b"cccc", 0x90: b"\xbe\xde\x00\x01eeee", 0xA0: b""}[head[0]]
    caller.raw(body + middle + b"x" * 160 + (b"\x00\x00\x00\x04" if head[0] == 0xA0 else b""))
    assert agent.next().payload == b"x" * 160


def test_the_ports_are_even_and_from_the_given_range():
    with a_bench(ports=range(41000, 41008)) as bench:
        legs = [bench.plane.open_leg() for _ in range(4)]
        assert {leg.port for leg in legs} == {41000, 41002, 41004, 41006}
        with pytest.raises(Exception, match="no free port"):
            bench.plane.open_leg()
        legs[0].close()
        bench.settle()
        assert bench.plane.open_leg().port == 41000


def test_a_listener_that_fails_stops_nobody_elses_call(bench, caplog):
    class Failing:
        def frame(self, party, codec, payload, at):
            raise RuntimeError

    one, _other, caller, agent = two(bench)
    one.tap(Failing(), party=Party.OUTER)
    for payload in frames(3):
        caller.send(payload)
    assert [packet.payload for packet in agent.take(3)] == frames(3)
    bench.settle()
    assert bench.plane._faults == 3
    assert len(caplog.records) == 1


def test_a_flood_is_cut_and_keeps_neither_prompts_nor_others_waiting(bench):
    one, _other, caller, agent = two(bench)
    sink = Sink()
    one.tap(sink, party=Party.OUTER)
    third = bench.plane.open_leg()
    listener = bench.peer(third)
    third.play(b"p" * 16_000, done=lambda _sent, _whole: None)
    for _ in range(4000):
        caller.send(b"f" * 160)
    assert {packet.payload for packet in listener.take(20)} == {b"p" * 160}
    bench.settle()
    assert len(sink.frames) <= 1200
    agent.send(b"a" * 160)
    assert caller.next().payload == b"a" * 160


def test_the_figures_tell_how_long_packets_waited(bench):
    _one, _other, caller, agent = two(bench)
    for payload in frames(20):
        caller.send(payload)
    agent.take(20)
    bench.settle()
    figures = bench.plane.figures()
    assert (figures.received, figures.relayed, figures.legs_open) == (20, 20, 2)
    assert 0 < figures.delay_p99_ms < 100
