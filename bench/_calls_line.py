"""The line's side of the calls benchmark, in a process of its own that is pinned to one core.

`record CALLS SECONDS FOLDER PUBLIC` relays and records with gate and sealed spool;
`drain STREAMS SECONDS` only receives, the least that Python can do. Reads the peers' ports, prints
its own, and at the end its figures as JSON.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import select
import socket
import sys
import time
from pathlib import Path
from uuid import uuid4

from callward.kernel import clock
from callward.line.call_ledger import LedgerBook
from callward.line.consent_gate import ConsentGate
from callward.line.media.media_plane import PythonMedia
from callward.line.ports import MediaAddress, SpoolKey
from callward.line.rules import ConsentEvidence, rules_of
from callward.line.spool import SealedSpool
from callward.line.states import Codec, Entry, EvidenceKind, Party
from callward.policy import compile_policy, load
from callward.policy.vocabulary import Direction

POLICY = Path(__file__).parent.parent / "policies" / "smart-metering.toml"
PROMPT = "ab" * 32


def say(line: str) -> None:
    """Tell the benchmark something at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def figures(busy: float, **more: float) -> str:
    """What it cost, and what came of it."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    files = len(list(Path("/proc/self/fd").iterdir()))
    return json.dumps({"busy": busy, "memory_mb": memory, "files": files, **more})


class Calls:
    """Calls in the middle of their talk: told, agreed, both parties up, gate open."""

    def __init__(self, folder: Path, public: bytes) -> None:
        self.spool = SealedSpool(folder)
        self.spool.start()
        self.plane = PythonMedia("127.0.0.1", soon=queue.SimpleQueue().put)
        self.plane.start()
        self._key = SpoolKey(epoch="spool/2026-03-29", public=public)
        self._rules = rules_of(compile_policy(load(POLICY.read_bytes())))
        self.gates: list[ConsentGate] = []
        self.ports: list[int] = []

    def join(self, ports: tuple[int, int]) -> None:
        """Put one call through and record it."""
        ref, ledger = uuid4(), LedgerBook()
        gate = ConsentGate(
            rules=self._rules, direction=Direction.IN, ledger=ledger, steady=clock.stopwatch
        )
        legs = self.plane.open_leg(), self.plane.open_leg()
        for leg, port, other, party in zip(legs, ports, legs[::-1], Party, strict=True):
            leg.connect(
                MediaAddress(host="127.0.0.1", port=port, codec=Codec.PCMA, telephone_event=101)
            )
            leg.relay(other)
            leg.tap(gate, party=party)
            self.ports.append(leg.port)
        told = {"asset": PROMPT, "complete": True}
        ledger.add(Entry.CALL_BEGUN, at=clock.now(), call=str(ref))
        ledger.add(Entry.ANNOUNCEMENT_ENDED, at=clock.now(), **told)
        ledger.add(Entry.AGREED, at=clock.now())
        yes = ConsentEvidence(
            kind=EvidenceKind.DIGIT, announcement=PROMPT, language="ro", complete=True, by="1"
        )
        gate.open(
            yes,
            at=clock.now(),
            begin=lambda began: self.spool.begin(ref, key=self._key, began=began, envelope=b"{}"),
        )
        self.gates.append(gate)

    def end(self) -> None:
        """Hang up everywhere."""
        for gate in self.gates:
            gate.end(at=clock.now(), why="bye", envelope=lambda: b"{}")


def record(calls: int, seconds: float, folder: str, public: str) -> None:
    """Relay and record, and say what it took."""
    ports = [int(port) for port in sys.stdin.readline().split()]
    both = Calls(Path(folder), bytes.fromhex(public))
    for place in range(calls):
        both.join((ports[2 * place], ports[2 * place + 1]))
    time.sleep(0.3)
    before = time.process_time()
    say(" ".join(map(str, both.ports)))
    time.sleep(seconds + 0.2)
    busy = time.process_time() - before
    found = both.plane.figures()
    both.end()
    both.spool.stop()
    both.plane.stop()
    say(figures(busy, p99_ms=found.delay_p99_ms, lost=found.lost, late_ticks=found.late_ticks))


def drain(streams: int, seconds: float) -> None:
    """Receive and do nothing with it."""
    waiting, channels, came = select.epoll(), {}, 0
    for _ in range(streams):
        channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        channel.settimeout(0)
        channel.bind(("127.0.0.1", 0))
        channels[channel.fileno()] = channel
        waiting.register(channel.fileno(), select.EPOLLIN)
    before, end = time.process_time(), clock.stopwatch() + seconds + 0.5
    say(" ".join(str(channel.getsockname()[1]) for channel in channels.values()))
    while clock.stopwatch() < end:
        time.sleep(0.005)
        while ready := waiting.poll(0):
            for number, _events in ready:
                channels[number].recvfrom(2048)
                came += 1
    say(figures(time.process_time() - before, came=came))


def main() -> None:
    """Do what the arguments say."""
    if os.environ.get("BENCH_CORE"):
        os.sched_setaffinity(0, {int(os.environ["BENCH_CORE"])})
    act, count, seconds, *rest = sys.argv[1:]
    if act == "record":
        record(int(count), float(seconds), *rest)
    else:
        drain(int(count), float(seconds))


if __name__ == "__main__":
    main()
