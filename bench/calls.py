"""Recorded calls on one core: relay, consent gate, two parties sealed while they speak.

One process of ours is pinned to one core, the far ends (a C program, two parties for each call,
50 packets a second each) to another. The limit is a C loop that only receives the same streams,
and beside it Python that only receives. Every packet tells its own delay, every recording is
opened and measured afterwards. Then the whole program, `callward line`, takes calls from sipp on
both ends: answer, announcement, agent's phone, recording, hang-up.
Usage: python bench/calls.py [--seconds 8] [--repeats 5] [--talk 60]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench._calls_house import LineHouse
from bench._support import Verdict

from callward.line.media.g711 import RATE
from callward.line.spool_reader import SpoolReader
from callward.line.states import Party
from callward.sealing.wrap import EpochKey, unwrap

HERE = Path(__file__).parent
STEPS, FULL, BEYOND = (50, 100, 150), 150, 300
P99_MS, VENDOR = 20.0, 175
OURS_CORE, PEERS_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
WHOLE_STEPS, RINGS_A_SECOND = (100, 150), 15
MISSING_SECONDS = 0.5  # a recording may be shorter than the talk by the opening of its gate


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What one turn of recorded calls gave."""

    calls: int
    seconds: float
    line: dict[str, float]
    peer: dict[str, float]
    missing: int

    @property
    def core_share(self) -> float:
        """The share of one core that was used."""
        return self.line["busy"] / self.seconds


def compiled(top: Path) -> Path:
    """The far ends, compiled here and now."""
    subprocess.run(["gcc", "-O2", "-o", top / "rtp", HERE / "_rtp.c"], check=True)
    return top / "rtp"


def started(core: int, *command: object) -> subprocess.Popen[str]:
    """A program pinned to a core that is talked to line by line."""
    return subprocess.Popen(
        ["taskset", "-c", str(core), *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ours(*words: object) -> subprocess.Popen[str]:
    """One of our programs, on our core."""
    return started(OURS_CORE, sys.executable, HERE / "_calls_line.py", *words)


def told(program: subprocess.Popen[str], line: str) -> None:
    """Tell a program something."""
    assert program.stdin is not None
    program.stdin.write(line)
    program.stdin.flush()


def heard(program: subprocess.Popen[str]) -> str:
    """What a program says next."""
    assert program.stdout is not None
    return program.stdout.readline()


def result(program: subprocess.Popen[str]) -> dict[str, float]:
    """What a program says at its end."""
    found: dict[str, float] = json.loads(heard(program))
    program.wait()
    return found


def limit(tool: Path, streams: int, seconds: float, *, python: bool) -> float:
    """Seconds of a core for each second of receiving, in C or in Python."""
    sink = (
        ours("drain", streams, seconds)
        if python
        else started(OURS_CORE, tool, "sink", streams, seconds)
    )
    source = started(PEERS_CORE, tool, "source", streams, seconds)
    heard(source)
    told(source, heard(sink))
    result(source)
    return result(sink)["busy"] / seconds


def turn(tool: Path, calls: int, seconds: float) -> Turn:
    """Relay and record so many calls, and look at what is there afterwards."""
    epoch = EpochKey.generate()
    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        line = ours("record", calls, seconds, name, epoch.public.hex())
        peer = started(PEERS_CORE, tool, "peer", calls, seconds)
        told(line, heard(peer))
        told(peer, heard(line))
        found, at_peer = result(line), result(peer)
        missing = calls - good_recordings(Path(name), epoch, seconds)
    return Turn(calls=calls, seconds=seconds, line=found, peer=at_peer, missing=missing)


def good_recordings(folder: Path, epoch: EpochKey, seconds: float) -> int:
    """Recordings that open, are whole, and hold both parties to the end."""

    def opener(wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes:  # noqa: ARG001  # one key is all there is
        return unwrap(wrapped, private, context)

    private, good = epoch.private, 0
    reader = SpoolReader(folder, opener=opener)
    for ref in reader.finished():
        with reader.open(ref) as call:
            spoken = [
                sum(len(piece) - piece.count(b"\xd5") for piece in call.alaw(party)) / RATE
                for party in Party
            ]
            good += call.whole and min(spoken) > seconds - MISSING_SECONDS
    return good


def tell(verdict: Verdict, each: Turn) -> None:
    """One line for one number of calls."""
    verdict.say(
        f"  {each.calls:3} calls: {100 * each.core_share:5.1f} % of one core"
        f" ({100 * each.core_share / each.calls:.3f} % a call), relayed within"
        f" {each.peer['p50_ms']:.1f} / {each.peer['p99_ms']:.1f} / {each.peer['p999_ms']:.1f} ms"
        f" (half / 99 % / 99.9 %), memory {each.line['memory_mb']:.0f} MB,"
        f" lost {each.peer['lost'] + each.peer['sent'] - each.peer['came']:.0f}"
        f" of {each.peer['sent']:.0f}, missing recordings {each.missing}"
    )


def judge(verdict: Verdict, turns: list[Turn]) -> None:
    """What is demanded of every number of calls."""
    lost = sum(each.peer["sent"] - each.peer["came"] for each in turns)
    verdict.demand_at_most("lost packets", found=lost, limit=0, unit="")
    missing = sum(each.missing for each in turns)
    verdict.demand_at_most("missing recordings", found=missing, limit=0, unit="")
    for calls in STEPS:
        p99 = statistics.median(each.peer["p99_ms"] for each in turns if each.calls == calls)
        verdict.demand_at_most(f"p99 at {calls} calls", found=p99, limit=P99_MS, unit=" ms")


def whole(verdict: Verdict, calls: int, talk: float) -> None:
    """The same from the first INVITE to the last BYE, with independent peers."""
    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        house = LineHouse(Path(name), calls=calls, talk=talk + calls / RINGS_A_SECOND)
        try:
            house.open(OURS_CORE)
            share, caller = talking(house, talk)
            figures, found = house.media(), house.look()
            memory = house.memory_mb()
        finally:
            house.close()
    verdict.say(
        f"whole program, sipp on both ends, {calls} calls talking {talk:.0f} s together:"
        f" {100 * share:.1f} % of one core, memory {memory:.0f} MB, late ticks"
        f" {figures['late_ticks']:.0f}, {found.frames} frames recorded of {found.whole} calls"
    )
    verdict.demand_at_most("  sipp's complaints", found=caller, limit=0, unit="")
    lost = figures["lost"] + found.silent_frames
    verdict.demand_at_most("  lost packets", found=lost, limit=0, unit="")
    verdict.demand_at_most("  missing recordings", found=calls - found.whole, limit=0, unit="")
    verdict.demand_at_most("  p99", found=figures["delay_p99_ms"], limit=P99_MS, unit=" ms")


def talking(house: LineHouse, talk: float) -> tuple[float, int]:
    """The share of a core while all talk, and how the callers' program ended."""
    caller = house.ring(PEERS_CORE, rate=RINGS_A_SECOND)
    house.wait_for(house.calls)
    before = house.processor()
    time.sleep(talk)
    share = (house.processor() - before) / talk
    code = caller.wait(house.talk + 30)
    house.wait_for(0)
    return share, code


def main() -> None:
    """Measure, print, and end non-zero when a demand is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--talk", type=float, default=60.0)
    asked = parser.parse_args()
    os.environ["PYTHONPATH"] = str(HERE.parent)
    verdict = Verdict()
    one_core(verdict, asked.seconds, asked.repeats)
    for calls in WHOLE_STEPS:
        whole(verdict, calls, asked.talk)
    verdict.end()


def one_core(verdict: Verdict, seconds: float, repeats: int) -> None:
    """Relay, gate and spool alone, beside receiving alone."""
    turns, limits = list[Turn](), {False: list[float](), True: list[float]()}
    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        tool = compiled(Path(name))
        for _ in range(repeats):
            for python, found in limits.items():
                found.append(limit(tool, 2 * FULL, seconds, python=python))
            turns += [turn(tool, calls, seconds) for calls in STEPS]
        beyond = turn(tool, BEYOND, seconds)
    verdict.say(f"calls: one process on one core, {repeats} turns of {seconds:.0f} s")
    for each in turns[-len(STEPS) :]:
        tell(verdict, each)
    tell(verdict, beyond)
    in_c, in_python = (statistics.median(limits[python]) for python in (False, True))
    share = statistics.median(each.core_share for each in turns if each.calls == FULL)
    verdict.say(
        f"receiving alone, {2 * FULL} streams: C {100 * in_c:.1f} %, Python {100 * in_python:.1f} %"
        f" of a core; ours, which also sends, records and seals: {100 * share:.1f} %"
    )
    verdict.say(f"beside the C limit: {share / in_c:.1f}x; beside Python: {share / in_python:.1f}x")
    verdict.say(f"calls that would fill the core: {FULL / share:.0f} (best vendor: {VENDOR})")
    judge(verdict, turns)
    verdict.demand("recorded calls on one core", found=FULL, at_least=150, unit="")


if __name__ == "__main__":
    main()
