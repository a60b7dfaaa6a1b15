"""A bad network: packets late, twice, out of turn or never; each keeps its place in the record."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

import pytest

from build.rtp_peer import a_bench
from build.spooling import SpoolHouse, a_ref
from callward.line.media.g711 import FRAME, SILENCE
from callward.line.states import Party

WARM = 20  # turns in which the two clocks get to know each other, whatever else the machine does
COUNT = 75
LOST = {place for place in range(COUNT - 1) if place % 10 == 4}
LATE = {place for place in range(COUNT - 3) if place % 7 == 2}  # they come three turns later
TWICE = {place for place in range(COUNT) if place % 6 == 1}


class Through:
    """A gate that is open."""

    def __init__(self, writer) -> None:
        self.frame = writer.write


def spoken(place: int) -> bytes:
    return bytes([max(0, place + 1)]) * FRAME


def network() -> list[list[int]]:
    """What arrives in each turn of 20 ms."""
    warm = [[place] for place in range(-WARM, 0)]
    turns: list[list[int]] = [[] for _ in range(COUNT)]
    for place in range(COUNT):
        if place not in LOST:
            copies = 2 if place in TWICE else 1
            turns[place + 3 if place in LATE else place] += [place] * copies
    return warm + turns


@pytest.mark.req("S-01")
def test_every_frame_that_came_is_recorded_once_in_its_place_and_the_rest_is_silence(tmp_path):
    memory = Path(tempfile.mkdtemp(prefix="callward-test-", dir="/dev/shm"))
    house, ref = SpoolHouse(tmp_path / "spool", memory), a_ref()
    spool = house.spool()
    with a_bench() as bench:
        leg, other = bench.plane.open_leg(), bench.plane.open_leg()
        caller, agent = bench.peer(leg), bench.peer(other)
        leg.relay(other)
        begun = time.monotonic()
        writer = spool.begin(ref, key=house.key, began=begun - 0.1, envelope=b"")
        leg.tap(Through(writer), party=Party.OUTER)
        for turn, arriving in enumerate(network()):
            time.sleep(max(0, begun + turn * 0.02 - time.monotonic()))
            for place in arriving:
                caller.send(spoken(place), seq=9000 + place, stamp=FRAME * (place + WARM))
        bench.settle()
        assert bench.plane.figures().lost == len(LOST)
        passed_on = [packet.payload[0] - 1 for packet in agent.take(WARM + COUNT - len(LOST))]
        assert sorted(passed_on)[WARM:] == [place for place in range(COUNT) if place not in LOST]
    writer.finish(b"l\n", b"e")
    spool.stop()
    with house.reader().open(ref) as call:
        audio = b"".join(call.alaw(Party.OUTER))
    shutil.rmtree(memory, ignore_errors=True)
    start = audio.index(spoken(0))
    for place in range(COUNT):
        found = audio[start + place * FRAME : start + (place + 1) * FRAME]
        assert found == (SILENCE * FRAME if place in LOST else spoken(place)), place
