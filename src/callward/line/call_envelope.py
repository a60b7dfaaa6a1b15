"""What one call says about itself in the form of the one door: `callward.intake/1`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from callward.line.states import EvidenceKind
    from callward.policy.vocabulary import Direction

SCHEMA: Final = "callward.intake/1"
SYSTEM: Final = "line"
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
_MOST_LEGS = 64
_MOST_PARTIES = 16
OUTER_CHANNEL, AGENT_CHANNEL = 0, 1

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


@dataclass(slots=True, kw_only=True)
class ParticipantFacts:
    """One peer's part in the call."""

    role: str
    began: datetime
    ended: datetime | None = None


@dataclass(slots=True, kw_only=True)
class CallFacts:
    """What is known of a call so far; its numbers leave the line only sealed."""

    call: str
    recording: str
    controller: str
    direction: Direction
    began: datetime
    outer_number: str | None = None
    did: str | None = None
    redirects: tuple[str, ...] = ()
    queue: str | None = None
    agent: str | None = None
    answered: datetime | None = None
    connected: datetime | None = None
    disposition: str = "no-answer"
    legs: list[ParticipantFacts] = field(default_factory=list)


def envelope_of(
    facts: CallFacts, *, ended: datetime, head: str, told: bool, evidence: EvidenceKind | None
) -> bytes:
    """The envelope; its evidence names the head of the ledger, so that both hold each other."""
    content: dict[str, Json] = {
        "schema": SCHEMA,
        "source": {"system": SYSTEM, "account": facts.controller},
        "source_call_id": facts.call,
        "recording_id": facts.recording,
        "direction": str(facts.direction),
        "started_at": _instant(facts.began),
        "ended_at": _instant(ended),
        "parties": _parties(facts),
        "disposition": facts.disposition,
        "talk_seconds": _talk(facts, ended),
        "consent": {"basis": _basis(evidence, told=told), "evidence": _proof(head, evidence)},
        "legs": [_leg(each) for each in facts.legs[:_MOST_LEGS]],
    }
    if facts.answered:
        content["answered_at"] = _instant(facts.answered)
    named = {"did": _number(facts.did), "queue": facts.queue, "agent": facts.agent}
    content |= {name: value for name, value in named.items() if value}
    return json.dumps(content, ensure_ascii=False, sort_keys=True).encode()


def _basis(evidence: EvidenceKind | None, *, told: bool) -> str:
    asked = evidence is not None and evidence in {"digit", "spoken-and-clicked"}
    return "asked" if asked else "announced" if told else "none"


def _proof(head: str, evidence: EvidenceKind | None) -> str:
    return f"ledger sha256:{head} {evidence or 'none'}"


def _parties(facts: CallFacts) -> list[Json]:
    outer = "caller" if facts.direction == "in" else "callee"
    first: dict[str, Json] = {"role": outer, "channel": OUTER_CHANNEL}
    if number := _number(facts.outer_number):
        first["number"] = number
    parties: list[Json] = [first, {"role": "agent", "channel": AGENT_CHANNEL}]
    others = [number for each in facts.redirects if (number := _number(each))]
    parties += [{"role": "other", "number": number} for number in others]
    return parties[:_MOST_PARTIES]


def _number(text: str | None) -> str | None:
    return text if text and _NUMBER.fullmatch(text) else None


def _talk(facts: CallFacts, ended: datetime) -> int:
    return max(0, int((ended - facts.connected).total_seconds())) if facts.connected else 0


def _leg(leg: ParticipantFacts) -> Json:
    began: dict[str, Json] = {"role": leg.role, "started_at": _instant(leg.began)}
    return began | ({"ended_at": _instant(leg.ended)} if leg.ended else {})


def _instant(at: datetime) -> str:
    return at.isoformat()
