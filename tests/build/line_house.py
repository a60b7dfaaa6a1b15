"""A phone line without a network: fake SIP, audio, spool and time behind the real switchboard."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from build.line import FakeWriter, Steady
from callward.kernel import clock
from callward.line.call_ledger import Ledger, verify
from callward.line.calls.switchboard import Switchboard
from callward.line.dial_permits import Permit
from callward.line.ports import MediaAddress, Target
from callward.line.snapshot import (
    Agent,
    ControllerLine,
    Did,
    Hours,
    Limits,
    NobodyThere,
    Outbound,
    Prompt,
    PromptOrigin,
    Queue,
    Snapshot,
    SpoolKey,
    Strategy,
    Trunk,
    Voicemail,
)
from callward.line.states import CallEvent, Codec, HangUp, Party
from callward.policy import compile_policy, load, policy_of
from callward.texts import prompt_texts

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from callward.policy.compiled import CompiledPolicy
    from callward.policy.vocabulary import PromptKey

POLICIES = Path(__file__).resolve().parents[2] / "policies"
NUMBER, OFFICER, MARA = "+442079460100", "+442079460150", "+442079460555"
PEER = MediaAddress(host="127.0.0.1", port=4000, codec=Codec.PCMA, telephone_event=101)
HELD = MediaAddress(
    host="127.0.0.1", port=4000, codec=Codec.PCMA, telephone_event=101, receives=False
)
AGENTS = ("ana", "boris", "petras")


class FakeTimers:
    """Time that passes when a test says so."""

    def __init__(self, fixed: clock.FixedClock, steady: Steady) -> None:
        self._fixed, self._steady = fixed, steady
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        entry = (self._steady.now + seconds, next(self._numbers), call)
        self._due.append(entry)

        def cancel() -> None:
            if entry in self._due:
                self._due.remove(entry)

        return cancel

    def soon(self, call: Callable[[], None]) -> None:
        self.after(0, call)

    def pass_(self, seconds: float = 0) -> None:
        until = self._steady.now + seconds
        while due := sorted(each for each in self._due if each[0] <= until):
            entry = due[0]
            self._due.remove(entry)
            self._move(entry[0])
            entry[2]()
        self._move(until)

    def _move(self, to: float) -> None:
        step = max(0.0, to - self._steady.now)
        self._steady.now += step
        self._fixed.advance(timedelta(seconds=step))


@lru_cache(maxsize=16)
def compiled_of(text: str) -> CompiledPolicy:
    """The same sample is compiled once for all tests."""
    return compile_policy(load(text))


@lru_cache(maxsize=16)
def texts_of(canonical: bytes, language: str) -> dict[PromptKey, str]:
    """What the line says under this policy."""
    return dict(prompt_texts(policy_of(canonical), language))


@dataclass(eq=False)
class FakeMediaLeg:
    """A port that plays nothing but remembers what it was asked to play."""

    port: int
    house: LineHouse
    playing: bytes = b""
    looping: bool = False
    done: Callable[[int, bool], None] | None = None
    sink: object = None
    party: Party | None = None
    other: FakeMediaLeg | None = None
    digit: Callable[[str], None] | None = None
    closed: bool = False
    received: int = 0
    lost: int = 0
    heard: list[str] = field(default_factory=list)

    def connect(self, media: MediaAddress) -> None:
        assert not self.closed

    def play(self, audio: bytes, *, done: Callable[[int, bool], None], loop: bool = False) -> None:
        self.hush()
        self.playing, self.looping, self.done = audio, loop, done
        self.heard.append(self.house.named(audio))

    def hush(self) -> None:
        done, self.done, self.playing = self.done, None, b""
        if done:  # comes later, from the media thread
            self.house.timers.soon(lambda: done(0, False))

    def end_of_prompt(self) -> None:
        done, frames = self.done, len(self.playing) // 160
        self.done, self.playing = None, b""
        assert done is not None
        done(frames, True)

    def relay(self, other: FakeMediaLeg | None) -> None:
        self.other = other

    def tap(self, sink: object, *, party: Party) -> None:
        self.sink, self.party = sink, party

    def on_digit(self, listener: Callable[[str], None]) -> None:
        self.digit = listener

    def listen_in_band(self, *, on: bool) -> None: ...

    def close(self) -> None:
        self.hush()
        self.closed = True

    def speak(self, word: bytes = b"\x11" * 160) -> None:
        self.received += 1
        if self.sink is not None:
            self.sink.frame(self.party, Codec.PCMA, word, self.house.steady.now)


@dataclass(eq=False)
class FakeLeg:
    """One dialog, played by the test."""

    house: LineHouse
    ref: str
    listener: object = None
    call_id: str = "one"
    asserted_number: str | None = MARA
    dialled_number: str | None = NUMBER
    redirects: tuple[str, ...] = ()
    trunk: str | None = None
    phone: str | None = None
    user_agent: str | None = None
    remote_address: str = "127.0.0.1"
    media: MediaAddress | None = PEER
    target: Target | None = None
    answered_with: int | None = None
    early_with: int | None = None
    rejected: int | None = None
    told: list[int] = field(default_factory=list)
    over: bool = False
    since: float = 0.0

    def ring(self, *, early_port: int | None = None) -> None:
        self.early_with = early_port

    def answer(self, *, port: int) -> None:
        self.answered_with = port
        self.house.timers.soon(lambda: self.listener.leg_acknowledged(self))

    def reject(self, code: int) -> None:
        self.rejected = code

    def hold(self, *, held: bool, port: int) -> None: ...
    def refer(self, target: str) -> None: ...
    def tell_transfer(self, code: int) -> None:
        self.told.append(code)

    def end(self) -> None:
        if not self.over:
            self.over = True
            self.listener.leg_ended(self, HangUp.BY_US, None)

    # What the peer does.

    def picks_up(self) -> None:
        self.listener.leg_answered(self, PEER)
        self.listener.leg_acknowledged(self)

    def hangs_up(self, why: HangUp = HangUp.BYE_FROM_PEER) -> None:
        if not self.over:
            self.over = True
            self.listener.leg_ended(self, why, None)


@dataclass
class FakeSpool:
    """Recordings and notes in memory."""

    full: bool = False
    broken: bool = False
    writers: dict[str, FakeWriter] = field(default_factory=dict)
    kept: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    def nearly_full(self) -> bool:
        return self.full

    def begin(self, ref: UUID, *, key: object, began: float, envelope: bytes) -> FakeWriter:
        if self.broken:
            raise OSError
        json.loads(envelope)
        return self.writers.setdefault(str(ref), FakeWriter(began=began))

    def keep(self, ref: UUID, *, key: object, ledger: bytes, envelope: bytes) -> None:
        assert str(ref) not in self.kept
        self.kept[str(ref)] = (ledger, envelope)


class LineHouse:
    """The switchboard of one controller with three agents, whose phones the test answers."""

    def __init__(
        self,
        folder: Path,
        fixed: clock.FixedClock,
        *,
        sample: str = "smart-metering",
        edits: tuple[tuple[str, str], ...] = (),
        voicemail: bool = False,
        hours: tuple[Hours, ...] = (),
        nobody: NobodyThere = NobodyThere.CALLBACK,
        strategy: Strategy = Strategy.LONGEST_IDLE,
        early: bool = False,
        without: tuple[PromptKey, ...] = (),
        silent: int = 86400,
    ) -> None:
        self.steady, self.folder = Steady(), folder
        self.timers = FakeTimers(fixed, self.steady)
        self.legs: list[FakeLeg] = []
        self.ports: list[FakeMediaLeg] = []
        self.spool = FakeSpool()
        self.events: list[tuple[CallEvent, dict[str, object]]] = []
        self.names: dict[bytes, str] = {}
        self._numbers = itertools.count(1)
        text = (POLICIES / f"{sample}.toml").read_text()
        for before, after in edits:
            assert before in text
            text = text.replace(before, after)
        self.compiled = compiled_of(text)
        line = self._line(voicemail, hours, nobody, strategy, without)
        self.snapshot = Snapshot(
            made_at=datetime(2026, 3, 28, tzinfo=UTC),
            limits=Limits(silent_seconds=silent),
            trunks=(
                Trunk(
                    ref="carrier",
                    host="127.0.0.1",
                    allow=("127.0.0.0/8",),
                    region="GB",
                    early_media=early,
                ),
            ),
            controllers=(line,),
        )
        self.board = Switchboard(
            media=self,
            spool=self.spool,
            timers=self.timers,
            snapshot=self.snapshot,
            folder=folder,
            steady=self.steady,
        )
        self.board.plug(self)
        self.board.listeners.append(lambda event, facts: self.events.append((event, facts)))

    def _line(self, voicemail, hours, nobody, strategy, without) -> ControllerLine:
        about = {"agents": AGENTS, "strategy": strategy, "nobody": nobody, "wait_seconds": 60}
        return ControllerLine(
            controller=self.compiled.controller,
            policy_id=self.compiled.policy_id,
            policy=self.compiled.canonical.decode(),
            languages=self.compiled.languages,
            dids=(
                Did(number=NUMBER, queue="main", languages=self.compiled.languages[:1]),
                Did(number=OFFICER, queue="main", officer=True),
            ),
            hours=hours,
            queues=(
                Queue(name="main", **about),
                Queue(name="unrecorded", **(about | {"agents": ("boris",)})),
                Queue(name="officer", **(about | {"agents": ("petras",), "always_open": True})),
            ),
            unrecorded_queue="unrecorded",
            officer_queue="officer",
            agents=tuple(
                Agent(ref=name, phone=f"phone-{name}", secret="secret", address="127.0.0.1")
                for name in AGENTS
            ),
            voicemail=Voicemail(longest_seconds=30) if voicemail else None,
            outbound=Outbound(trunk="carrier", caller=NUMBER),
            prompts=self._prompts(without),
            spool_keys=tuple(
                SpoolKey(day=day, epoch=f"spool:{day}", public="ab" * 32)
                for day in (date(2026, 3, 28) + timedelta(days=n) for n in range(4))
            ),
        )

    def _prompts(self, without) -> dict[str, dict[PromptKey, Prompt]]:
        own = self.folder / "prompts"
        own.mkdir(exist_ok=True)
        shelf: dict[str, dict[PromptKey, Prompt]] = {}
        for language in self.compiled.languages:
            for key, text in texts_of(self.compiled.canonical, language).items():
                audio = hashlib.sha256(f"{language}{key}".encode()).digest() * 5 * 50
                digest = hashlib.sha256(audio).hexdigest()
                self.names[audio] = f"{language}:{key}"
                (own / f"{digest}.al").write_bytes(audio)
                prompt = Prompt(
                    file=f"{digest}.al", origin=PromptOrigin.OWN, sha256=digest, text=text
                )
                if key not in without:
                    shelf.setdefault(language, {})[key] = prompt
        return shelf

    # The ports.

    def dial(self, target, *, caller, port, listener, ring_seconds, display=None) -> FakeLeg:
        leg = self._leg(listener=listener, target=target)
        leg.phone = target.user if target.trunk is None else None
        return leg

    def phone(self, user: str) -> Target | None:
        return Target(user=user, host="127.0.0.1", port=5070)

    def trunk(self, ref: str, number: str) -> Target | None:
        return Target(user=number, host="127.0.0.1", port=5080, trunk=ref)

    def open_leg(self, *, in_band: bool = False) -> FakeMediaLeg:
        self.ports.append(FakeMediaLeg(port=20000 + 2 * len(self.ports), house=self))
        return self.ports[-1]

    def _leg(self, **about: object) -> FakeLeg:
        leg = FakeLeg(house=self, ref=f"leg-{next(self._numbers)}", **about)
        leg.since = self.steady.now
        self.legs.append(leg)
        return leg

    # What tests do and see.

    def named(self, audio: bytes) -> str:
        return next((name for raw, name in self.names.items() if audio.startswith(raw)), "tone")

    def call_in(self, number: str = NUMBER) -> FakeLeg:
        """Mara calls; she is answered and hears the first words."""
        leg = self._leg(trunk="carrier", dialled_number=number)
        leg.listener = self.board.call_offered(leg)
        self.timers.pass_()
        return leg

    def permit(self, **changes: object) -> Permit:
        about = {
            "permit": "p-1",
            "controller": self.compiled.controller,
            "agent": "ana",
            "number": MARA,
            "reason": "complaint",
            "reference": "case-7",
            "expires_at": clock.now() + timedelta(minutes=2),
        }
        return Permit(**(about | changes))

    def call(self):
        """The newest running call."""
        return list(self.board._calls.values())[-1]

    def rings(self) -> list[str]:
        """The phones that ring now, by their agent."""
        return [
            leg.target.user.removeprefix("phone-")
            for leg in self.legs
            if leg.target
            and not leg.over
            and not leg.target.trunk
            and leg.media
            and not leg_up(leg)
        ]

    def hear_out(self, port: FakeMediaLeg | None = None) -> None:
        """Let what is being said come to its end, and what follows it."""
        port = port or self.call().outer.media
        while port.playing and not port.looping and not port.closed:
            port.end_of_prompt()
            self.timers.pass_()

    def call_rules(self):
        """The rules that the calls of this controller go by."""
        return self.board._profiles[self.compiled.controller].rules

    def press(self, digit: str) -> None:
        self.call().outer.media.digit(digit)
        self.timers.pass_()

    def pick_up(self, agent: str) -> FakeLeg:
        leg = next(
            each
            for each in reversed(self.legs)
            if each.target and each.target.user == f"phone-{agent}" and not each.over
        )
        leg.picks_up()
        self.timers.pass_()
        return leg

    def told(self, *events: CallEvent) -> list[CallEvent]:
        return [event for event, _ in self.events if event in events]

    def ledger(self) -> Ledger:
        """The ledger of the only call that has ended."""
        (raw, _envelope) = self.handed()
        return verify(raw)

    def handed(self) -> tuple[bytes, bytes]:
        finished = [each.finished for each in self.spool.writers.values() if each.finished]
        (one,) = [*finished, *self.spool.kept.values()]
        return one

    def frames(self) -> int:
        return sum(len(each.frames) for each in self.spool.writers.values())


def leg_up(leg: FakeLeg) -> bool:
    participants = [each for each in getattr(leg.listener, "participants", ()) if each.sip is leg]
    return any(each.up for each in participants)


WEEKDAYS = tuple(Hours(weekday=day, opens=time(8), closes=time(16, 30)) for day in range(5))
