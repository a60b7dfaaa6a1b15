"""The whole phone line for the benches: a data folder with snapshot and prompts, peers by sipp.

The controller announces, asks nothing (its basis is no consent) and records; every agent has a
phone at a fixed address. Prompts are two seconds of a tone. Callers and agents each send a tone
without a pause, so any silence in a recording is a lost packet.
"""

from __future__ import annotations

import hashlib
import math
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from callward.kernel import clock
from callward.line.control_client import LineControl
from callward.line.errors import LineUnreachableError
from callward.line.media.g711 import FRAME, RATE, alaw_of
from callward.line.snapshot import (
    Agent,
    ControllerLine,
    Did,
    Limits,
    Listen,
    Prompt,
    PromptOrigin,
    Queue,
    Snapshot,
    SpoolKey,
    Trunk,
    write_snapshot,
)
from callward.line.spool_reader import SpoolReader
from callward.line.states import Party
from callward.policy import compile_policy, load
from callward.sealing.wrap import EpochKey, unwrap
from callward.texts import prompt_texts

if TYPE_CHECKING:
    from uuid import UUID

HERE = Path(__file__).parent
POLICY = HERE.parent / "policies" / "therapy-association.toml"
LOOPBACK, NUMBER = "127.0.0.1", "+442079460199"
PROMPT_SECONDS, TICKS = 2, os.sysconf("SC_CLK_TCK")


def tone(hertz: float, seconds: float) -> bytes:
    """A tone as A-law, without a single byte of silence."""
    turn = 2 * math.pi * hertz / RATE
    wave = (alaw_of(int(4000 * math.sin(turn * n + 0.4))) for n in range(round(seconds * RATE)))
    return bytes(byte if byte not in b"\xd5\x55" else 0xD4 for byte in wave)


def free_port() -> int:
    """A UDP port nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the recordings hold."""

    whole: int
    silent_frames: int
    frames: int
    shortest: float


class LineHouse:
    """One data folder, its line, and its peers."""

    def __init__(self, top: Path, *, calls: int, talk: float) -> None:
        self.top, self.calls, self.talk = top, calls, talk
        self.sip, self.agents, self.carrier = free_port(), free_port(), free_port()
        self._epoch = EpochKey.generate()
        self._line: subprocess.Popen[bytes] | None = None
        self._peers: list[subprocess.Popen[bytes]] = []
        (top / "line" / "prompts").mkdir(parents=True)
        write_snapshot(self._snapshot(), top / "line" / "line.json")
        for name, hertz in (("caller", 1000), ("agent", 1500)):
            (top / f"{name}.al").write_bytes(tone(hertz, 2))

    @property
    def spool(self) -> Path:
        """Where the line leaves its calls."""
        return self.top / "spool" / "line"

    def _snapshot(self) -> Snapshot:
        compiled = compile_policy(load(POLICY.read_bytes()))
        agents = tuple(
            Agent(
                ref=f"agent-{n}", phone=f"phone{n}", secret="-", address=LOOPBACK, port=self.agents
            )
            for n in range(self.calls + self.calls // 2)
        )
        line = ControllerLine(
            controller=compiled.controller,
            policy_id=compiled.policy_id,
            policy=compiled.canonical.decode(),
            languages=("en",),
            dids=(Did(number=NUMBER, queue="day", languages=("en",)),),
            queues=(
                Queue(name="day", agents=tuple(each.ref for each in agents), always_open=True),
            ),
            agents=agents,
            prompts={"en": self._prompts()},
            spool_keys=tuple(self._spool_keys()),
        )
        return Snapshot(
            made_at=clock.now(),
            listen=Listen(port=self.sip),
            limits=Limits(concurrent_calls=2 * self.calls, calls_per_second=200, free_megabytes=0),
            trunks=(
                Trunk(
                    ref="carrier",
                    host=LOOPBACK,
                    port=self.carrier,
                    allow=(f"{LOOPBACK}/32",),
                    region="GB",
                ),
            ),
            controllers=(line,),
        )

    def _prompts(self) -> dict[object, Prompt]:
        sound = tone(440, PROMPT_SECONDS)
        digest = hashlib.sha256(sound).hexdigest()
        (self.top / "line" / "prompts" / f"{digest}.al").write_bytes(sound)
        return {
            key: Prompt(file=f"{digest}.al", origin=PromptOrigin.OWN, sha256=digest, text=text)
            for key, text in prompt_texts(load(POLICY.read_bytes()), "en").items()
        }

    def _spool_keys(self) -> list[SpoolKey]:
        today = datetime.now(UTC).date().toordinal()  # the bench lives in real time
        days = [datetime.fromordinal(today + more).date() for more in (-1, 0, 1)]
        public = self._epoch.public.hex()
        return [SpoolKey(day=day, epoch=f"spool-{day}", public=public) for day in days]

    def open(self, core: int) -> None:
        """Start the line on one core, and wait until it answers."""
        environment = os.environ | {"CALLWARD_DATA": str(self.top), "SIPLOG_BEND": "none"}
        command = ["taskset", "-c", str(core), sys.executable, "-m", "callward.line"]
        self._line = subprocess.Popen(command, env=environment)
        until = clock.stopwatch() + 20
        while clock.stopwatch() < until:
            try:
                self.status()
            except LineUnreachableError:
                time.sleep(0.1)
            else:
                return
        raise TimeoutError

    def status(self) -> dict[str, object]:
        """What the line says of itself."""
        with LineControl(self.top / "line" / "control.sock") as line:
            return dict(line.status())

    def media(self) -> dict[str, float]:
        """The line's figures of its audio."""
        return cast("dict[str, float]", self.status()["media"])

    def wait_for(self, calls: int) -> None:
        """Wait until so many calls are up, and what they left is settled."""
        until = clock.stopwatch() + 60
        while len(cast("list[object]", self.status()["calls"])) != calls:
            if clock.stopwatch() > until:
                raise TimeoutError
            time.sleep(0.2)
        time.sleep(2)

    def processor(self) -> float:
        """Seconds of a core that the line has used."""
        assert self._line is not None
        words = Path(f"/proc/{self._line.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS

    def memory_mb(self) -> float:
        """Megabytes that the line holds."""
        assert self._line is not None
        text = Path(f"/proc/{self._line.pid}/status").read_text()
        return int(text.partition("VmRSS:")[2].split()[0]) / 1024

    def files(self) -> int:
        """Files and sockets that the line has open."""
        assert self._line is not None
        return len(list(Path(f"/proc/{self._line.pid}/fd").iterdir()))

    def ring(self, core: int, *, rate: int, calls: int | None = None) -> subprocess.Popen[bytes]:
        """Let the callers call, this many a second; their program ends with the last call."""
        count = calls or self.calls
        agent = self._sipp("agent", core, self.agents, "-m", str(count))
        more = ("-m", str(count), "-l", str(self.calls), "-r", str(rate), "-s", NUMBER)
        more += ("-d", str(round(1000 * self.talk)), f"{LOOPBACK}:{self.sip}")
        caller = self._sipp("caller", core, self.carrier, *more)
        self._peers += [agent, caller]
        return caller

    def _sipp(self, scenario: str, core: int, port: int, *more: str) -> subprocess.Popen[bytes]:
        command = [
            "taskset",
            "-c",
            str(core),
            "sipp",
            "-sf",
            str(HERE / "peers" / f"{scenario}.xml"),
        ]
        command += [
            "-i",
            LOOPBACK,
            "-p",
            str(port),
            "-mi",
            LOOPBACK,
            "-mp",
            str(free_port()),
            "-nostdin",
        ]
        command += ["-timer_resol", "5"]
        command += ["-trace_err", "-error_file", f"{scenario}.err", *more]
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(command, cwd=self.top, stdout=nowhere, stderr=nowhere)

    def close(self) -> None:
        """End everything that was started here."""
        for peer in self._peers:
            if peer.poll() is None:
                peer.kill()
            peer.wait()
        if self._line is not None and self._line.poll() is None:
            self._line.terminate()
            self._line.wait(30)

    def look(self, *, discard: bool = False) -> Found:
        """Open every recording and count what is silent between its first and its last sound."""
        reader = SpoolReader(self.spool, opener=self._opener)
        whole = silent = frames = 0
        shortest = math.inf
        for ref in reader.finished():
            seconds, missed, all_frames = self._measured(reader, ref)
            whole += seconds > 0
            silent, frames = silent + missed, frames + all_frames
            shortest = min(shortest, seconds) if seconds else shortest
            if discard:
                reader.discard(ref)
        return Found(whole=whole, silent_frames=silent, frames=frames, shortest=shortest)

    def _measured(self, reader: SpoolReader, ref: UUID) -> tuple[float, int, int]:
        silence, missed, frames, seconds = b"\xd5" * FRAME, 0, 0, math.inf
        with reader.open(ref) as call:
            if not (call.whole and call.has_audio):
                return 0.0, 0, 0
            for party in Party:
                sound = b"".join(call.alaw(party)).strip(b"\xd5")
                missed += sound.count(silence)
                frames += len(sound) // FRAME
                seconds = min(seconds, len(sound) / RATE)
        return seconds, missed, frames

    def _opener(self, wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes:  # noqa: ARG002  # one key is all there is
        return unwrap(wrapped, self._epoch.private, context)
