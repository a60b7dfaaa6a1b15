"""One spooled call, opened and judged, before anything of it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.intake.services import parse_envelope
from callward.line.states import Party, RecordingFate
from callward.telephony.collection.ledger_evidence import Judged, judge

if TYPE_CHECKING:
    from callward.intake.services import Envelope
    from callward.kernel.references import Ref
    from callward.telephony.ports import Spooled

_HEAD = re.compile(r"[0-9a-f]{64}")
_KEPT = frozenset({RecordingFate.STORED, RecordingFate.DEGRADED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCall:
    """A call with its envelope and what its ledger proves."""

    ref: Ref
    envelope: Envelope
    judged: Judged
    raw_ledger: bytes
    whole: bool
    spooled: Spooled

    @property
    def has_audio(self) -> bool:
        """Whether there is audio that may come in, or that a person must look at.

        A refused call brings none, whatever lies in its spool.
        """
        if not self.spooled.has_audio:
            return False
        return self.judged.ledger is None or self.judged.fate in _KEPT

    @property
    def fate(self) -> RecordingFate:
        """What became of its recording."""
        told = self.judged.fate
        if told in _KEPT and not self.spooled.has_audio:
            return RecordingFate.FAILED  # the ledger says it was recorded, and nothing is there
        if told is RecordingFate.STORED and not self.whole:
            return RecordingFate.DEGRADED
        return told or RecordingFate.FAILED

    @property
    def fault(self) -> str:
        """What is wrong with it, in a word; empty when nothing is."""
        if self.judged.fault:
            return f"ledger-{self.judged.fault}"[:40]
        if self.spooled.has_audio and not self.has_audio:
            return "audio-after-refusal"
        return "" if self.whole else "line-fell"

    def channels(self) -> tuple[bytes, bytes]:
        """What was heard of the outer party and of the agent."""
        outer, agent = (self.spooled.alaw(party) for party in (Party.OUTER, Party.AGENT))
        return b"".join(outer), b"".join(agent)


def arriving(ref: Ref, spooled: Spooled) -> OpenedCall:
    """Read what the line says of a call, and hold its ledger against it."""
    envelope = parse_envelope(spooled.envelope)
    head = _HEAD.search(envelope.consent.evidence or "")
    judged = judge(
        spooled.ledger,
        call=envelope.source_call_id,
        # A fallen line wrote the envelope before the ledger's end, so its head is an older one.
        head=head[0] if head and spooled.whole else None,
    )
    return OpenedCall(
        ref=ref,
        envelope=envelope,
        judged=judged,
        raw_ledger=spooled.ledger,
        whole=spooled.whole,
        spooled=spooled,
    )
