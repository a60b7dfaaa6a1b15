"""What is spooled comes out as it went in, and only for who holds the epoch's key."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from build.spooling import SpoolHouse, a_ref, wait_until
from callward.line import spool_writer
from callward.line.errors import (
    LedgerTamperedError,
    MemoryNotVolatileError,
    SpoolKeyGoneError,
    SpoolRunningError,
)
from callward.line.media.g711 import ALAW_TO_MULAW, pcm_of
from callward.line.spool import SealedSpool
from callward.line.spool_form import Gap, Kind, record, records
from callward.line.states import Codec, Party
from callward.line.volatile_keys import VolatileKeys, memory_for
from callward.sealing.errors import WrapBrokenError
from callward.sealing.wrap import EpochKey

PCMA = Codec.PCMA
SILENCE = 0xD5


@pytest.fixture
def house(tmp_path):
    memory = Path(tempfile.mkdtemp(prefix="callward-test-", dir="/dev/shm"))
    yield SpoolHouse(tmp_path / "spool", memory)
    shutil.rmtree(memory, ignore_errors=True)


@pytest.fixture
def spool(house):
    found = house.spool()
    yield found
    if not found._stopping.is_set():
        found.stop()


def frame(value: int) -> bytes:
    return bytes([value]) * 160


def spooled(house, spool, ref):
    spool.stop()
    assert house.reader().finished() == [ref]
    return house.reader().open(ref)


def heard(call, party) -> bytes:
    return b"".join(call.alaw(party))


@pytest.mark.req("S-01")
def test_each_party_comes_out_on_one_timeline_with_silence_filled(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=100.0, envelope=b"first")
    writer.write(Party.OUTER, PCMA, frame(1), 100.0)
    writer.write(Party.OUTER, PCMA, frame(2), 100.02)
    writer.write(Party.AGENT, PCMA, frame(9), 100.04)
    writer.write(Party.OUTER, PCMA, frame(3), 100.08)
    writer.finish(b"ledger\n", b"envelope")
    with spooled(house, spool, ref) as call:
        silence = bytes([SILENCE]) * 160
        outer, agent = heard(call, Party.OUTER), heard(call, Party.AGENT)
        assert outer == frame(1) + frame(2) + silence * 2 + frame(3)
        assert agent == silence * 2 + frame(9) + silence * 2
        assert (call.whole, call.has_audio, call.seconds) == (True, True, 0.1)
        assert (call.ledger, call.envelope) == (b"ledger\n", b"envelope")
        assert b"".join(call.pcm(Party.OUTER)) == pcm_of(outer)


def test_frames_out_of_turn_find_their_place(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    for place in (0, 2, 1, 4, 3):
        writer.write(Party.OUTER, PCMA, frame(place), place * 0.02)
    writer.finish(b"", b"")
    with spooled(house, spool, ref) as call:
        assert heard(call, Party.OUTER) == b"".join(frame(place) for place in range(5))


@given(order=st.permutations(range(12)), absent=st.sets(st.integers(0, 11)), offset=st.floats(0, 9))
@settings(max_examples=25, deadline=None)
def test_whatever_the_order_every_frame_stands_in_its_own_place(order, absent, offset):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        house = SpoolHouse(Path(name) / "spool", Path(name) / "memory")
        spool, ref = house.spool(), a_ref()
        writer = spool.begin(ref, key=house.key, began=offset, envelope=b"")
        for place in order:
            if place not in absent:
                writer.write(Party.AGENT, PCMA, frame(place + 1), offset + place * 0.02)
        writer.finish(b"", b"")
        with spooled(house, spool, ref) as call:
            audio = heard(call, Party.AGENT)
            for place in range(call.samples // 160):
                expected = SILENCE if place in absent else place + 1
                assert audio[place * 160 : place * 160 + 160] == bytes([expected]) * 160


def test_mu_law_is_kept_as_a_law(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    writer.write(Party.OUTER, Codec.PCMU, frame(0x33).translate(ALAW_TO_MULAW), 0.0)
    writer.finish(b"", b"")
    with spooled(house, spool, ref) as call:
        assert heard(call, Party.OUTER) == frame(0x33)


@pytest.mark.req("K-04")
def test_a_frame_from_before_the_gate_opened_is_left_out(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=10.0, envelope=b"")
    writer.write(Party.OUTER, PCMA, frame(1), 9.98)
    writer.write(Party.OUTER, PCMA, frame(2), 10.0)
    writer.finish(b"", b"")
    with spooled(house, spool, ref) as call:
        assert heard(call, Party.OUTER) == frame(2)


def test_a_pause_keeps_its_time_and_its_label(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=5.0, envelope=b"")
    writer.write(Party.OUTER, PCMA, frame(1), 5.0)
    writer.gap(began=5.02, ended=65.0, label="card-payment")
    writer.write(Party.OUTER, PCMA, frame(2), 65.0)
    writer.finish(b"", b"")
    with spooled(house, spool, ref) as call:
        assert call.gaps == (Gap(began=160, ended=480_000, label="card-payment"),)
        audio = heard(call, Party.OUTER)
        assert len(audio) == 480_160
        assert set(audio[160:480_000]) == {SILENCE}
        assert audio[-160:] == frame(2)
        assert len(heard(call, Party.AGENT)) == len(audio)


def test_hours_come_out_piece_by_piece(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    for second in range(0, 3600, 10):
        writer.write(Party.OUTER, PCMA, frame(second % 100 + 1), float(second))
    writer.finish(b"", b"")
    with spooled(house, spool, ref) as call:
        pieces = list(call.alaw(Party.OUTER))
        assert max(map(len, pieces)) <= 8000
        audio = b"".join(pieces)
        assert len(audio) == 3590 * 8000 + 160
        assert audio[3590 * 8000 :] == frame(91)


@pytest.mark.req("C-28")
def test_nothing_readable_lies_in_any_file(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"+442079460001 Mara")
    writer.note(b"line of the ledger")
    for place in range(400):
        writer.write(Party.OUTER, PCMA, b"audio in clear!!" * 10, place * 0.02)
    wait_until(lambda: (house.folder / f"{ref}.part").stat().st_size > 4096)
    seen = {path.name: path.read_bytes() for path in house.files()}
    assert {Path(name).suffix for name in seen} == {".part", ".key"}
    writer.finish(b"ledger in clear", b"Mara again")
    spool.stop()
    seen |= {path.name: path.read_bytes() for path in house.files()}
    for content in seen.values():
        for clear in (b"audio in clear", b"ledger", b"Mara", b"4420"):
            assert clear not in content


@pytest.mark.req("C-28")
def test_the_locked_key_is_on_no_disk_until_the_call_has_ended(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    assert not (house.folder / f"{ref}.key").exists()
    assert (house.memory / f"{ref}.key").stat().st_mode & 0o777 == 0o600
    writer.finish(b"", b"")
    spool.stop()
    assert (house.folder / f"{ref}.key").exists()
    assert not house.memory.exists()


@pytest.mark.req("K-05")
def test_an_abandoned_call_leaves_nothing_and_its_key_is_written_over(house, spool, monkeypatch):
    secret = bytes(range(32))
    monkeypatch.setattr(spool_writer, "new_key", lambda: secret)
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    for place in range(100):
        writer.write(Party.OUTER, PCMA, frame(7), place * 0.02)
    wait_until(lambda: (house.folder / f"{ref}.part").stat().st_size > 4096)
    with (house.memory / f"{ref}.key").open("rb") as still_open:
        writer.abandon()
        assert still_open.read().strip(b"\0") == b""
    assert house.files() == []
    writer.write(Party.OUTER, PCMA, frame(7), 3.0)
    writer.note(b"late")
    writer.finish(b"", b"")
    writer.abandon()
    spool.stop()
    assert house.files() == []
    assert house.reader().finished() == house.reader().unfinished() == []


def test_a_refused_call_is_kept_without_audio_under_the_same_name(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    writer.write(Party.OUTER, PCMA, frame(7), 0.0)
    writer.abandon()
    spool.keep(ref, key=house.key, ledger=b"refused\n", envelope=b"call")
    with spooled(house, spool, ref) as call:
        assert (call.has_audio, call.samples) == (False, 0)
        assert list(call.alaw(Party.OUTER)) == []
        assert (call.whole, call.ledger, call.envelope) == (True, b"refused\n", b"call")


def test_long_ledgers_and_envelopes_come_out_whole(house, spool):
    ref, ledger, envelope = a_ref(), b"l" * 200_000 + b"\n", b"e" * 70_000
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"x" * 80_000)
    writer.finish(ledger, envelope)
    with spooled(house, spool, ref) as call:
        assert (call.ledger, call.envelope) == (ledger, envelope)


def test_a_running_call_is_not_given_out(house, spool):
    ref = a_ref()
    spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    assert house.reader().finished() == house.reader().unfinished() == []
    with pytest.raises(SpoolRunningError), house.reader().open(ref):
        pass
    with pytest.raises(SpoolRunningError):
        house.reader().discard(ref)


@pytest.mark.crash
def test_what_was_left_unfinished_is_salvaged_with_its_ledger(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"envelope so far")
    writer.note(b'{"entry":"call-begun"}')
    for place in range(100):
        writer.write(Party.OUTER, PCMA, frame(place + 1), place * 0.02)
    writer.note(b'{"entry":"opened"}')
    wait_until(lambda: not writer._waiting and not writer._sealer.waiting)
    spool.stop()
    assert house.reader().finished() == []
    assert house.reader().unfinished() == [ref]
    with house.reader().open(ref) as call:
        assert not call.whole
        assert call.damaged_bytes == 0
        assert call.ledger == b'{"entry":"call-begun"}\n{"entry":"opened"}\n'
        assert call.envelope == b"envelope so far"
        assert heard(call, Party.OUTER) == b"".join(frame(place + 1) for place in range(100))
    house.reader().discard(ref)
    assert house.files() == []


def test_a_part_whose_key_went_with_the_machine_is_named_and_can_be_discarded(house, spool):
    ref = a_ref()
    spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    spool.stop()
    (house.memory / f"{ref}.key").unlink()
    with pytest.raises(SpoolKeyGoneError), house.reader().open(ref):
        pass
    house.reader().discard(ref)
    assert house.files() == []


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"schema":"callward.spool-key/1"}'])
def test_a_key_file_that_is_none_is_named(house, spool, content):
    ref = a_ref()
    spool.keep(ref, key=house.key, ledger=b"", envelope=b"")
    spool.stop()
    (house.folder / f"{ref}.key").write_bytes(content)
    with pytest.raises(SpoolKeyGoneError), house.reader().open(ref):
        pass


def test_the_key_of_another_call_or_epoch_does_not_open(house, spool):
    one, other = sorted([a_ref(), a_ref()])
    spool.keep(one, key=house.key, ledger=b"", envelope=b"")
    spool.keep(other, key=house.key, ledger=b"", envelope=b"")
    spool.stop()
    (house.folder / f"{one}.key").write_bytes((house.folder / f"{other}.key").read_bytes())
    with pytest.raises(SpoolKeyGoneError), house.reader().open(one):
        pass
    content = json.loads((house.folder / f"{other}.key").read_bytes()) | {"ref": str(one)}
    (house.folder / f"{one}.key").write_text(json.dumps(content))
    with pytest.raises(WrapBrokenError), house.reader().open(one):
        pass
    identity = house.epoch.public
    stranger = EpochKey.generate()
    house.epoch = EpochKey(private=stranger.private, public=identity)
    with pytest.raises(WrapBrokenError), house.reader().open(other):
        pass


def test_a_ledger_that_does_not_hold_is_refused_by_name(house, spool):
    ref = a_ref()
    spool.keep(ref, key=house.key, ledger=b"not a ledger\n", envelope=b"")
    with spooled(house, spool, ref) as call, pytest.raises(LedgerTamperedError):
        call.verified_ledger()


def test_keys_of_running_calls_are_kept_on_no_disk(house, tmp_path):
    with pytest.raises(MemoryNotVolatileError):
        SealedSpool(tmp_path / "spool", memory=tmp_path / "memory").start()


def test_a_folder_in_memory_that_others_may_read_is_refused(house):
    house.memory.chmod(0o755)
    with pytest.raises(MemoryNotVolatileError):
        VolatileKeys(house.memory).prepare()
    house.memory.chmod(0o700)


def test_line_and_worker_find_the_same_place_in_memory(tmp_path):
    assert memory_for(tmp_path / "spool") == memory_for(tmp_path / "x" / ".." / "spool")
    assert memory_for(tmp_path / "spool") != memory_for(tmp_path / "other")


def test_a_disk_that_is_nearly_full_says_so(house):
    assert not SealedSpool(house.memory, reserve=0).nearly_full()
    assert SealedSpool(house.memory, reserve=1 << 62).nearly_full()


def test_a_second_call_of_the_same_name_harms_not_the_first(house, spool):
    ref = a_ref()
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    with pytest.raises(FileExistsError):
        spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    writer.write(Party.OUTER, PCMA, frame(5), 0.0)
    writer.finish(b"l", b"e")
    with spooled(house, spool, ref) as call:
        assert heard(call, Party.OUTER) == frame(5)


def test_a_fault_in_one_call_leaves_it_to_be_salvaged_and_the_others_alone(house, spool, caplog):
    one, other = a_ref(), a_ref()
    broken = spool.begin(one, key=house.key, began=0.0, envelope=b"")
    writer = spool.begin(other, key=house.key, began=0.0, envelope=b"")
    broken.write("nobody", PCMA, frame(5), 0.0)
    wait_until(lambda: broken.failed)
    writer.write(Party.OUTER, PCMA, frame(6), 0.0)
    writer.finish(b"l", b"e")
    broken.finish(b"l", b"e")
    spool.stop()
    assert (house.reader().finished(), house.reader().unfinished()) == ([other], [one])
    assert len(caplog.records) == 1


def test_a_full_disk_that_is_emptied_again_loses_nothing(house, spool, monkeypatch):
    ref, full = a_ref(), [True]
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    write = spool_writer.os.pwrite

    def pwrite(descriptor, content, place):
        if full[0] and place:
            raise OSError(28, "No space left on device")
        return write(descriptor, content[:1000], place)

    monkeypatch.setattr(spool_writer.os, "pwrite", pwrite)
    for place in range(200):
        writer.write(Party.OUTER, PCMA, frame(place % 200), place * 0.02)
    wait_until(lambda: len(writer._sealed) > 20_000)
    full[0] = False
    assert not writer.failed
    writer.finish(b"l\n", b"e")
    with spooled(house, spool, ref) as call:
        expected = b"".join(frame(place % 200) for place in range(200))
        assert heard(call, Party.OUTER) == expected


def test_a_disk_that_stays_full_leaves_the_call_to_be_salvaged(house, spool, monkeypatch):
    ref = a_ref()
    monkeypatch.setattr(spool_writer, "_BACKLOG", 10_000)
    writer = spool.begin(ref, key=house.key, began=0.0, envelope=b"")
    for place in range(100):
        writer.write(Party.OUTER, PCMA, frame(1), place * 0.02)
    wait_until(lambda: (house.folder / f"{ref}.part").stat().st_size > 8192)

    def pwrite(descriptor, content, place):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool_writer.os, "pwrite", pwrite)
    for place in range(100, 300):
        writer.write(Party.OUTER, PCMA, frame(1), place * 0.02)
    wait_until(lambda: writer.failed)
    monkeypatch.undo()
    writer.finish(b"l\n", b"e")
    spool.stop()
    assert house.reader().unfinished() == [ref]
    with house.reader().open(ref) as call:
        assert not call.whole
        assert 1.0 < call.seconds < 2.5


def test_records_are_read_however_they_are_cut():
    written = (
        record(Kind.ENTRY, b"one") + bytes(20) + record(Kind.AUDIO, b"two" * 50, place=7, channel=1)
    )
    for size in (1, 2, 7, 50, 1000):
        cut = [written[at : at + size] for at in range(0, len(written), size)]
        assert [(each.kind, each.place, each.channel, each.content) for each in records(cut)] == [
            (Kind.ENTRY, 0, 0, b"one"),
            (Kind.AUDIO, 7, 1, b"two" * 50),
        ]
    assert len(list(records([written[:-1]]))) == 1
