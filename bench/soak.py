"""An hour of calls that come and go: memory and open files stay flat, and nothing is lost.

The whole program, `callward line`, with sipp on both ends. Each call talks for a minute; every
recording is opened, measured and taken away as the worker does. Not part of `scripts/bench all`.
Usage: scripts/bench soak [--minutes 60] [--calls 20]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench._calls_house import LineHouse
from bench._support import Verdict

from callward.kernel import clock

TALK, EVERY = 60.0, 15.0
GROWTH_MB, P99_MS = 8.0, 20.0


@dataclass
class Samples:
    """What was seen along the way."""

    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    recordings: int = 0
    silent_frames: int = 0

    def take(self, house: LineHouse) -> None:
        """Look at the line, and take away what it has finished."""
        self.memory.append(house.memory_mb())
        self.files.append(house.files())
        found = house.look(discard=True)
        self.recordings += found.whole
        self.silent_frames += found.silent_frames

    def growth(self) -> float:
        """Megabytes between the second quarter and the last; the first is warming up."""
        quarter = max(1, len(self.memory) // 4)
        before, after = self.memory[quarter : 2 * quarter], self.memory[-quarter:]
        return statistics.median(after) - statistics.median(before or after)


def soak(house: LineHouse, minutes: float, calls: int) -> tuple[Samples, int, int]:
    """Let calls come and go; the samples, how many calls there were, and sipp's complaint."""
    samples, count = Samples(), max(calls, round(calls * minutes * 60 / TALK))
    started = clock.stopwatch()
    caller = house.ring(max(os.sched_getaffinity(0)), rate=max(1, round(calls / 10)), calls=count)
    while caller.poll() is None:
        time.sleep(EVERY)
        samples.take(house)
        passed = (clock.stopwatch() - started) / 60
        print(
            f"  {passed:5.1f} min: {samples.memory[-1]:.1f} MB, {samples.files[-1]} files,"
            f" {samples.recordings} recordings, p99 {house.media()['delay_p99_ms']:.1f} ms",
            flush=True,
        )
    house.wait_for(0)
    samples.take(house)
    return samples, count, caller.returncode


def main() -> None:
    """Measure, print, and end non-zero when something is not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--calls", type=int, default=20)
    asked = parser.parse_args()
    verdict = Verdict()
    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        house = LineHouse(Path(name), calls=asked.calls, talk=TALK)
        try:
            house.open(min(os.sched_getaffinity(0)))
            idle = house.files()
            samples, count, code = soak(house, asked.minutes, asked.calls)
            figures = house.media()
        finally:
            house.close()
    verdict.say(f"soak: {count} calls of {TALK:.0f} s, {asked.calls} at a time")
    verdict.demand_at_most("sipp's complaints", found=code, limit=0, unit="")
    verdict.demand_at_most("missing recordings", found=count - samples.recordings, limit=0, unit="")
    lost = figures["lost"] + samples.silent_frames
    verdict.demand_at_most("lost packets", found=lost, limit=0, unit="")
    verdict.demand_at_most("memory grown by", found=samples.growth(), limit=GROWTH_MB, unit=" MB")
    left = samples.files[-1] - idle
    verdict.demand_at_most("files left open", found=left, limit=0, unit="")
    p99 = figures["delay_p99_ms"]
    verdict.demand_at_most("p99", found=p99, limit=P99_MS, unit=" ms")
    verdict.end()


if __name__ == "__main__":
    main()
