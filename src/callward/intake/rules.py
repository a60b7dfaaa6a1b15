"""Which arrival may come in, and why another waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.calls.states import Told
from callward.intake.states import QuarantineReason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from callward.intake.audio_probe import Probed
    from callward.intake.envelope import Envelope
    from callward.kernel.references import Ref
    from callward.policy import RecordingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a signed source declaration covers."""

    ref: Ref
    system: str
    account: str
    line: str
    directions: frozenset[str]
    begins_at: datetime
    ends_at: datetime | None

    def covers(self, envelope: Envelope) -> bool:
        """Whether this call is one of those that the signer spoke about."""
        source, line = envelope.source, envelope.did
        return (
            self.system == source.system
            and self.account in {"*", source.account}
            and str(envelope.direction) in self.directions
            and (not self.line or line is None or self.line in envelope.numbers)
            and self.begins_at <= envelope.started_at
            and (self.ends_at is None or envelope.started_at < self.ends_at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentClaim:
    """What stands behind a recording: what the person was told, and which declaration says so."""

    told: Told
    declaration: Declared | None = None


def evidence_for(
    envelope: Envelope, declared: Iterable[Declared]
) -> ConsentClaim | QuarantineReason:
    """What shows that the person was told (D-16), or why nothing does."""
    told = envelope.consent.basis
    if told in {Told.ANNOUNCED, Told.ASKED}:
        return ConsentClaim(told=told)
    if told is Told.NONE:
        return QuarantineReason.CONSENT_NONE
    covering = next((each for each in declared if each.covers(envelope)), None)
    if covering is None:
        return QuarantineReason.NO_DECLARATION
    return ConsentClaim(told=Told.ASSERTED, declaration=covering)


def why_not_recorded(
    envelope: Envelope, rules: RecordingRules, evidence: ConsentClaim
) -> QuarantineReason | None:
    """Why the policy would never have recorded this call (S-01, M-01)."""
    if str(envelope.direction) not in {str(each) for each in rules.directions}:
        return QuarantineReason.DIRECTION_NOT_RECORDED
    numbers = envelope.numbers
    if evidence.declaration and evidence.declaration.line and envelope.did is None:
        numbers |= {evidence.declaration.line}  # the signer names the one line of this source
    if rules.numbers and not rules.numbers & numbers:
        return QuarantineReason.NUMBER_NOT_RECORDED
    return None


def why_not_these_bytes(envelope: Envelope, *, sha256: bytes, size: int) -> QuarantineReason | None:
    """Why these bytes are not the ones that the envelope describes."""
    media = envelope.media
    if media.sha256 is not None and bytes.fromhex(media.sha256) != sha256:
        return QuarantineReason.DIGEST_DIFFERS
    if media.bytes is not None and media.bytes != size:
        return QuarantineReason.DIGEST_DIFFERS
    return None


def why_not_this_length(
    envelope: Envelope, probed: Probed, rules: RecordingRules
) -> QuarantineReason | None:
    """Why the audio is not as long as the call."""
    promised = envelope.media.seconds
    expected = float(envelope.talk_seconds) if promised is None else promised
    tolerance = rules.length_tolerance.as_timedelta().total_seconds()
    if probed.truncated or abs(probed.seconds - expected) > tolerance:
        return QuarantineReason.LENGTH_DIFFERS
    return None
