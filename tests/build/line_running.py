"""The whole phone line in a process of its own, with a data folder, and who may open its spool."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time as clock_time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from build.sip_peers import PHONE_SECRET, free_port
from build.tones import tone
from callward.line.control_client import LineControl
from callward.line.errors import LineUnreachableError, SpoolRunningError
from callward.line.snapshot import (
    Agent,
    ControllerLine,
    Did,
    Hours,
    Limits,
    Listen,
    Outbound,
    Prompt,
    PromptOrigin,
    Queue,
    Snapshot,
    SpoolKey,
    Trunk,
    Voicemail,
    write_snapshot,
)
from callward.line.spool_reader import SpooledCall, SpoolReader
from callward.policy import compile_policy, load, policy_of
from callward.sealing.wrap import EpochKey, key_id, unwrap
from callward.texts import prompt_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

SOURCE = Path(__file__).resolve().parents[2] / "src"
POLICIES = SOURCE.parent / "policies"
NUMBER, OFFICER = "+442079460100", "+442079460150"
PROMPT_HERTZ, PROMPT_SECONDS = 700, 0.4


@dataclass
class Running:
    """One line; its clock is the real one, for it is a process of its own."""

    folder: Path
    port: int
    carrier: int
    sample: str
    limits: dict[str, object] = field(default_factory=dict)
    agents: tuple[str, ...] = ("ana",)
    homes: dict[str, int] = field(default_factory=dict)  # phones that need no registration
    closed: bool = False  # no hour of today is an opening hour, and messages are taken
    epoch: EpochKey = field(default_factory=EpochKey.generate)
    process: subprocess.Popen[str] | None = None
    said: str = ""

    def write(self) -> None:
        """Write the snapshot as the house side does."""
        (self.folder / "line" / "prompts").mkdir(parents=True, exist_ok=True)
        write_snapshot(self._snapshot(), self.folder / "line" / "line.json")

    def _snapshot(self) -> Snapshot:
        begin = free_port()
        compiled = compile_policy(load((POLICIES / f"{self.sample}.toml").read_text()))
        self.compiled = compiled
        today = datetime.now(UTC).date()
        line = ControllerLine(
            controller=compiled.controller,
            policy_id=compiled.policy_id,
            policy=compiled.canonical.decode(),
            languages=compiled.languages,
            dids=(
                Did(number=NUMBER, queue="main", languages=compiled.languages[:1]),
                Did(number=OFFICER, queue="main", officer=True, languages=compiled.languages[:1]),
            ),
            queues=(
                Queue(name="main", agents=self.agents, ring_seconds=15, wait_seconds=60),
                Queue(name="unrecorded", agents=self.agents, ring_seconds=15),
            ),
            unrecorded_queue="unrecorded",
            hours=self._hours(today) if self.closed else (),
            voicemail=Voicemail() if self.closed else None,
            agents=tuple(
                Agent(
                    ref=name,
                    phone=name,
                    secret=PHONE_SECRET,
                    address="127.0.0.1" if name in self.homes else None,
                    port=self.homes.get(name, 5060),
                )
                for name in self.agents
            ),
            outbound=Outbound(trunk="carrier", caller=NUMBER),
            prompts=self._prompts(),
            spool_keys=tuple(
                SpoolKey(day=day, epoch=f"spool-{day}", public=self.epoch.public.hex())
                for day in (today, today + timedelta(days=1))
            ),
        )
        return Snapshot(
            made_at=datetime.now(UTC),
            listen=Listen(port=self.port, rtp_from=begin, rtp_to=min(begin + 400, 65000)),
            limits=Limits(**{"free_megabytes": 16, "calls_per_second": 100, **self.limits}),
            trunks=(
                Trunk(
                    ref="carrier",
                    host="127.0.0.1",
                    port=self.carrier,
                    allow=("127.0.0.1/32",),
                    region="GB",
                ),
            ),
            controllers=(line,),
        )

    def _hours(self, today: date) -> tuple[Hours, ...]:
        return (
            Hours(weekday=(today.weekday() + 3) % 7, opens=clock_time(8), closes=clock_time(9)),
        )

    def _prompts(self) -> dict[str, dict[Any, Prompt]]:
        audio = tone(PROMPT_HERTZ, seconds=PROMPT_SECONDS)
        digest = hashlib.sha256(audio).hexdigest()
        (self.folder / "line" / "prompts" / f"{digest}.al").write_bytes(audio)
        policy = policy_of(self.compiled.canonical)
        return {
            language: {
                key: Prompt(file=f"{digest}.al", origin=PromptOrigin.OWN, sha256=digest, text=text)
                for key, text in prompt_texts(policy, language).items()
            }
            for language in self.compiled.languages
        }

    def start(self) -> None:
        """Start the program and wait until it listens."""
        environment = {
            **os.environ,
            "CALLWARD_DATA": str(self.folder),
            "PYTHONPATH": str(SOURCE),
            "CALLWARD_LINE_DRAIN": "2",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callward.line"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def control(self) -> LineControl:
        """A connection of the house side."""
        until = time.monotonic() + 20
        while True:
            try:
                return LineControl(self.folder / "line" / "control.sock", patience=10)
            except LineUnreachableError:
                assert self.process is not None
                assert self.process.poll() is None, self.process.stderr.read()
                assert time.monotonic() < until, "the line does not listen"
                time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 15) -> int:
        """Tell it to end, and take what it said."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
            raise
        if self.process.stderr is not None and not self.process.stderr.closed:
            self.said += self.process.stderr.read()
            self.process.stderr.close()
        return code

    def hear(self, words: str) -> None:
        """Wait until it has said these words."""
        assert self.process is not None
        assert self.process.stderr is not None
        while words not in self.said:
            line = self.process.stderr.readline()
            assert line, self.said
            self.said += line

    def reader(self) -> SpoolReader:
        """The worker's side of the spool."""
        return SpoolReader(self.folder / "spool" / "line", opener=self._open)

    def _open(self, wrapped: bytes, *, epoch: str, key_id: bytes, context: bytes) -> bytes:
        assert epoch.startswith("spool-")
        assert key_id == identity(self.epoch.public)
        return unwrap(wrapped, self.epoch.private, context)

    @contextlib.contextmanager
    def spooled(self, *, seconds: float = 10) -> Iterator[SpooledCall]:
        """The one finished call."""
        reader = self.reader()
        until = time.monotonic() + seconds
        while not (found := reader.finished()):
            assert time.monotonic() < until, "no call was spooled"
            time.sleep(0.05)
        assert len(found) == 1
        with _patiently(reader, found[0]) as call:
            yield call
        reader.discard(found[0])


@contextlib.contextmanager
def _patiently(reader: SpoolReader, ref: UUID) -> Iterator[SpooledCall]:
    """Open a call whose writer may be about to let go of it."""
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            try:
                call = stack.enter_context(reader.open(ref))
                break
            except SpoolRunningError:
                time.sleep(0.05)
        yield call


def identity(public: bytes) -> bytes:
    """How a key is known."""
    return key_id(public)


@contextlib.contextmanager
def running_line(folder: Path, **named: Any) -> Iterator[Running]:
    """A line that serves; it is ended afterwards, and must end well."""
    line = Running(
        folder=folder,
        port=free_port(),
        carrier=free_port(),
        **{"sample": "smart-metering", **named},
    )
    line.write()
    line.start()
    try:
        line.control().close()
        yield line
        assert line.stop() == 0, line.said
    finally:
        assert line.process is not None
        if line.process.poll() is None:
            line.process.kill()
            line.process.wait(5)
        if line.process.stderr is not None:
            line.process.stderr.close()
