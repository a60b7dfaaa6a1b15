"""What a short command costs the processor, from its first instruction to its last.

Each build runs `init` in an empty folder, then `staff list` there, then `policy lint`, as whole
processes that take turns, with compiled files of their own that are warm before anything counts.
Without another build the figures are printed and nothing is demanded.
Usage: python bench/startup.py [--beside CLONE] [--repeats 7]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench._support import Verdict, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AT_MOST = 0.5
ROOT = Path(__file__).parents[1]
COMMANDS = ("init", "staff list", "policy lint")


def main() -> None:
    """Measure, print, end with 1 when a demand was missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--beside", type=Path, help="a clone of another build, set up")
    parser.add_argument("--repeats", type=int, default=7)
    asked = parser.parse_args()
    builds = {"ours": ROOT} | ({"theirs": asked.beside.resolve()} if asked.beside else {})
    with tempfile.TemporaryDirectory(prefix="callward-bench-") as name:
        acts = _acts(builds, Path(name))
        interleaved(acts, repeats=1, measure=_processor_of_children)  # compiles every file
        found = interleaved(acts, repeats=asked.repeats, measure=_processor_of_children)
    _report(found, beside=asked.beside is not None)


def _acts(builds: Mapping[str, Path], folder: Path) -> dict[str, Callable[[], object]]:
    """The commands of every build, in an order in which each finds what it needs."""
    policy = folder / "policy.toml"  # as old as the older build, or it would not read it
    policy.write_bytes(
        (list(builds.values())[-1] / "policies/dermatology-clinic.toml").read_bytes()
    )
    acts: dict[str, Callable[[], object]] = {}
    for command in COMMANDS:
        words = [*command.split(), *([str(policy)] if command == "policy lint" else [])]
        for build, clone in builds.items():
            acts[f"{build} {command}"] = partial(_run, clone, words, folder / build)
    return acts


def _run(clone: Path, words: list[str], folder: Path) -> None:
    house = folder / "house"
    if words == ["init"] and house.exists():
        house.rename(folder / f"house-{len(list(folder.iterdir()))}")
    env = {**os.environ, "CALLWARD_DATA": str(house), "PYTHONPYCACHEPREFIX": str(folder / "pyc")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env.pop("PYTHONPATH", None)
    subprocess.run([clone / ".venv/bin/callward", *words], env=env, check=True, capture_output=True)


def _processor_of_children(act: Callable[[], object]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _report(found: Mapping[str, float], *, beside: bool) -> None:
    verdict = Verdict()
    for name, seconds in found.items():
        verdict.say(f"{name}: {seconds * 1000:,.0f} ms of processor")
    if not beside:
        sys.exit(0)
    for command in COMMANDS:
        ratio = found[f"ours {command}"] / found[f"theirs {command}"]
        verdict.demand_at_most(f"{command} beside the other build", found=ratio, limit=AT_MOST)
    verdict.end()


if __name__ == "__main__":
    main()
