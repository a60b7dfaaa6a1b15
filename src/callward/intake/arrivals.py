"""One arrival on its way in, and what is decided about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callward.intake.audio_probe import Probed
    from callward.intake.envelope import Envelope
    from callward.intake.inbox import Entry
    from callward.intake.models import Delivery
    from callward.intake.rules import ConsentClaim
    from callward.intake.states import QuarantineReason
    from callward.kernel.references import Ref
    from callward.retention.values import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file, or an upload, with what is known about it before a byte is read."""

    kind: str
    size: int
    name_key: bytes | None = None
    call_keys: tuple[bytes, ...] = ()
    envelope: Envelope | None = None
    cdr_ref: Ref | None = None
    entries: tuple[Entry, ...] = ()  # the recording and its sidecar, to be deleted together
    fault: QuarantineReason | None = None
    parts: Mapping[str, bytes] = field(default_factory=dict)  # sealed with it, such as its ledger
    incomplete: str = ""  # why its end is missing, where the source knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A candidate whose bytes were read, hashed and looked at."""

    candidate: Candidate
    audio: bytes
    sha256: bytes
    probed: Probed | None  # None: not a recording that can be played

    @property
    def mark(self) -> str:
        """What a second copy would show."""
        return f"sha256:{self.sha256.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """It comes in."""

    arrival: Arrival
    envelope: Envelope
    probed: Probed
    evidence: ConsentClaim
    plan: Plan
    delivery: Delivery  # its receipt, not yet saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """It waits for a person."""

    arrival: Arrival
    reason: QuarantineReason
    conflicts_with: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """It is here already."""

    arrival: Arrival
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """It was erased before its due day and may not come back."""

    arrival: Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDue:
    """It is past due and was never read."""

    candidate: Candidate


Verdict = Accepted | Suspect | Known | Erased | PastDue
