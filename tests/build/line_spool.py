"""A real spool with calls in it, as the phone line leaves them: tones, ledgers and envelopes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from build.intake import LINE, MARA, House as IntakeHouse, open_context
from callward.kernel import clock
from callward.kernel.references import new_ref
from callward.line.call_envelope import CallFacts, envelope_of
from callward.line.call_ledger import LedgerBook
from callward.line.media.g711 import FRAME, RATE
from callward.line.ports import SpoolKey
from callward.line.spool import SealedSpool
from callward.line.spool_reader import SpoolReader
from callward.line.states import Codec, Entry, EvidenceKind, Party, RecordingFate
from callward.policy.vocabulary import Direction
from callward.telephony import ports
from callward.telephony.values import JournalCall
from callward.vault import services as vault

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from callward.controllers.selectors import ControllerView

PROMPT = "a" * 64


class SilentLine:
    """A line that takes every word and remembers it."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.call = new_ref()

    def __getattr__(self, name: str):
        def tell(*args: object, **kwargs: object) -> object:
            self.told.append((name, *args, *kwargs.values()))
            return self.call if name == "dial" else None

        return tell


@dataclass
class NoJournal:
    """A journal that is written by hand."""

    calls: list[JournalCall] = field(default_factory=list)

    def calls_of(self, *_between, controller):
        """Whatever was written."""
        return list(self.calls)


@dataclass(frozen=True, kw_only=True)
class Spooling:
    """A house with a vault, a spool, a journal, and a line that only listens."""

    house: IntakeHouse
    spool: Path
    journal: NoJournal
    line: SilentLine

    def names(self) -> list[str]:
        """What lies in the spool."""
        return sorted(path.name for path in self.spool.iterdir())


def spooling(top: Path, settings) -> Spooling:
    """Plug everything that collecting needs, below one folder."""
    settings.CALLWARD_DATA = top
    house = open_context(top)
    spool = top / "spool" / "line"
    spool.mkdir(parents=True, mode=0o700, exist_ok=True)
    reader = SpoolReader(spool, opener=vault.open_spool_key)
    journal, line = NoJournal(), SilentLine()
    ports.spool.bind(reader)
    ports.journal.bind(journal)
    ports.line.bind(line)
    return Spooling(house=house, spool=spool, journal=journal, line=line)


@dataclass(frozen=True, kw_only=True)
class Story:
    """How one call went; the defaults are a call in that was told and recorded."""

    controller: str
    policy_id: str
    seconds: float = 2.0
    direction: Direction = Direction.IN
    evidence: EvidenceKind = EvidenceKind.NONE_NEEDED
    fate: RecordingFate = RecordingFate.STORED
    refused: bool = False
    paused: bool = False
    blocked: bool = False
    answered: bool = True
    finished: bool = True
    agent: str | None = None
    redirects: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    began: datetime | None = None
    prompt: str = "announcement-inbound"


@dataclass(frozen=True, kw_only=True)
class Spooled:
    """What was put into the spool."""

    ref: UUID  # of the recording
    call: UUID
    ledger: bytes
    envelope: bytes


def tone(seconds: float, byte: int) -> bytes:
    """Nobody's voice: one A-law value all along."""
    return bytes([byte]) * int(seconds * RATE)


def put_call(into: Spooling, story: Story, *, tamper=lambda ledger: ledger) -> Spooled:
    """Leave one call in the spool as the line does; an unfinished one as a fallen line does."""
    began = story.began or clock.now() - timedelta(minutes=10)
    call, recording = new_ref(began), new_ref(began)
    book = _ledger(story, call, recording, began)
    facts = _facts(story, call, recording, began)
    ended = began + timedelta(seconds=story.seconds + 5)
    told = book.has(Entry.ANNOUNCEMENT_ENDED)
    evidence = story.evidence if book.has(Entry.OPENED) else None
    head = book.head
    raw = tamper(book.as_bytes())
    envelope = envelope_of(facts, ended=ended, head=head, told=told, evidence=evidence)
    _spool(into, story, recording, raw, envelope)
    into.journal.calls.append(JournalCall(ref=call, recording=recording))
    return Spooled(ref=recording, call=call, ledger=raw, envelope=envelope)


def _ledger(story: Story, call: UUID, recording: UUID, began: datetime) -> LedgerBook:
    book, second = LedgerBook(), timedelta(seconds=1)
    first = {"controller": story.controller, "policy": story.policy_id, **story.facts}
    way = str(story.direction)
    book.add(
        Entry.CALL_BEGUN, at=began, call=str(call), recording=str(recording), direction=way, **first
    )
    if story.answered:
        book.add(Entry.ANNOUNCEMENT_BEGUN, at=began + second, announcement=PROMPT, language="en")
        book.add(
            Entry.ANNOUNCEMENT_ENDED,
            at=began + 3 * second,
            announcement=PROMPT,
            frames=100,
            prompt=story.prompt,
        )
        _answer(book, story, began + 4 * second)
    if story.finished:
        end = began + timedelta(seconds=story.seconds + 5)
        fate = RecordingFate.ABSENT if not story.answered else story.fate
        book.add(Entry.SHUT, at=end, fate=str(fate), why="bye-from-peer")
    return book


def _answer(book: LedgerBook, story: Story, at: datetime) -> None:
    if story.refused:
        book.add(Entry.REFUSED, at=at, by="9")
        return
    if story.blocked:
        book.add(Entry.BLOCKED, at=at, why="disk-nearly-full")
        return
    if story.fate is RecordingFate.ABSENT:
        return
    book.add(Entry.AGREED, at=at, by="1")
    book.add(Entry.OPENED, at=at, evidence=str(story.evidence), announcement=PROMPT)
    if story.paused:
        book.add(Entry.PAUSED, at=at + timedelta(seconds=0.5), reason="card-payment")
        book.add(Entry.RESUMED, at=at + timedelta(seconds=1), reason="card-payment", by="agent")


def _facts(story: Story, call: UUID, recording: UUID, began: datetime) -> CallFacts:
    connected = began + timedelta(seconds=4)
    return CallFacts(
        call=str(call),
        recording=str(recording),
        controller=story.controller,
        direction=story.direction,
        began=began,
        outer_number=MARA,
        did=LINE,
        redirects=story.redirects,
        queue="front",
        agent=story.agent,
        answered=began + timedelta(seconds=1) if story.answered else None,
        connected=connected if story.answered else None,
        disposition="answered" if story.answered else "no-answer",
    )


def _spool(into: Spooling, story: Story, ref: UUID, ledger: bytes, envelope: bytes) -> None:
    day = clock.now().date()
    epoch = vault.spool_epoch(day)
    key = SpoolKey(epoch=epoch, public=vault.prepare_epochs([epoch])[epoch])
    spool = SealedSpool(into.spool, reserve=0)
    spool.start()
    recorded = story.fate in {RecordingFate.STORED, RecordingFate.DEGRADED} and story.answered
    if not recorded or story.refused or story.blocked:
        spool.keep(ref, key=key, ledger=ledger, envelope=envelope)
    else:
        writer = spool.begin(ref, key=key, began=0.0, envelope=envelope)
        for line in ledger.splitlines():
            writer.note(line)
        _frames(writer, story.seconds)
        if story.finished:
            writer.finish(ledger, envelope)
    spool.stop()


def _frames(writer, seconds: float) -> None:
    for number in range(int(seconds * RATE / FRAME)):
        at = number * FRAME / RATE
        writer.write(Party.OUTER, Codec.PCMA, tone(FRAME / RATE, 0x55), at)
        writer.write(Party.AGENT, Codec.PCMA, tone(FRAME / RATE, 0x2A), at)


def story_of(controller: ControllerView, policy_id: str, **changes) -> Story:
    """A story of this controller."""
    return Story(controller=controller.slug, policy_id=policy_id, **changes)
