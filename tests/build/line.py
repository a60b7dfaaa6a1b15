"""Rules, prompts and fakes for the tests of the phone line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from callward.kernel.calendar import Period
from callward.line.rules import CallRules, ConsentEvidence
from callward.line.states import Codec, EvidenceKind, Party
from callward.policy.compiled import Digits, PauseRule, Telling
from callward.policy.vocabulary import Announce, ConsentMode, Direction, OutboundReason, RefusalPath
from callward.policy.vocabulary_calls import PauseReason

if TYPE_CHECKING:
    from datetime import date

PROMPT = "ab" * 32


def rules(
    *,
    mode: ConsentMode = ConsentMode.KEYPRESS,
    refuse: RefusalPath = RefusalPath.GO_ON_UNRECORDED,
    rests_on_consent: bool = False,
    continued_until: date | None = None,
    numbers: frozenset[str] = frozenset(),
) -> CallRules:
    """The rules of a controller that asks both ways in the same manner."""

    def telling(announce: Announce) -> Telling:
        return Telling(
            announce=announce,
            consent=mode,
            refuse=refuse,
            says=frozenset(),
            languages=("ro",),
            early_media=False,
            reasons=frozenset(),
        )

    return CallRules(
        controller="smart-metering",
        policy_id="sha256:" + "cd" * 32,
        zone=ZoneInfo("Europe/Bucharest"),
        telling={
            Direction.IN: telling(Announce.BEFORE_CONNECT),
            Direction.OUT: telling(Announce.ON_CONNECT),
        },
        faults={},
        numbers=numbers,
        digits=Digits(agree="1", refuse="9", stop="8"),
        pause=PauseRule(max=Period(seconds=60), reasons=frozenset({PauseReason.CARD_PAYMENT})),
        reasons=frozenset({OutboundReason.BOOKING, OutboundReason.COMPLAINT}),
        rests_on_consent=rests_on_consent,
        continued_until=continued_until,
        officer_unrecorded=True,
    )


def evidence(kind: EvidenceKind = EvidenceKind.DIGIT, **changes: object) -> ConsentEvidence:
    """Evidence that is enough where this kind is."""
    by = {EvidenceKind.DIGIT: "1", EvidenceKind.SPOKEN_AND_CLICKED: "ana"}.get(kind, "")
    given = {"kind": kind, "announcement": PROMPT, "language": "ro", "complete": True, "by": by}
    return ConsentEvidence(**(given | changes))


@dataclass
class FakeWriter:
    """A spool in memory that remembers every frame and every order."""

    began: float = 0.0
    frames: list[tuple[Party, bytes, float]] = field(default_factory=list)
    gaps: list[tuple[float, float, str]] = field(default_factory=list)
    notes: list[bytes] = field(default_factory=list)
    finished: tuple[bytes, bytes] | None = None
    abandoned: bool = False
    failed: bool = False

    def write(self, party: Party, codec: Codec, payload: bytes, at: float) -> None:
        assert self.finished is None
        assert not self.abandoned
        self.frames.append((party, payload, at))

    def gap(self, *, began: float, ended: float, label: str) -> None:
        self.gaps.append((began, ended, label))

    def note(self, line: bytes) -> None:
        assert self.finished is None
        assert not self.abandoned
        self.notes.append(line)

    def finish(self, ledger: bytes, envelope: bytes) -> None:
        assert self.finished is None
        assert not self.abandoned
        self.finished = (ledger, envelope)

    def abandon(self) -> None:
        self.abandoned = True
        self.frames.clear()


@dataclass
class Steady:
    """A steady clock that tests move."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now
