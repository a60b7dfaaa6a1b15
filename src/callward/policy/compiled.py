"""What the engine runs by: the policy as plain values, and the questions it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callward.policy.vocabulary import (
    AGREE_KEY,
    REFUSE_KEY,
    STOP_KEY,
    Need,
    PlayRefusal,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from callward.kernel.calendar import Period
    from callward.policy.vocabulary import (
        Announce,
        ConsentMode,
        Destruction,
        Direction,
        OutboundReason,
        RefusalPath,
        RetentionKind,
        StartEvent,
    )
    from callward.policy.vocabulary_calls import PauseReason, Said
    from callward.policy.vocabulary_notice import Reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long something is kept, and from which event the count runs."""

    kind: RetentionKind
    period: Period
    start: StartEvent
    destroy: Destruction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRule:
    """How long a hold with this reason may suspend disposal, and when it is reviewed."""

    reason: str
    start: StartEvent
    max: Period
    review: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """Who may play a recording, why, and under which preconditions."""

    roles: frozenset[Role]
    purposes: frozenset[str]
    needs: frozenset[Need]
    playback: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRules:
    """To whom a copy may go, how it is asked for, and what happens to the other voices."""

    to: frozenset[str]
    other_voices: str
    channels: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a person is told and asked on a call of one direction, and why it may be made."""

    announce: Announce
    consent: ConsentMode
    refuse: RefusalPath | None
    says: frozenset[Said]
    languages: tuple[str, ...]
    early_media: bool
    reasons: frozenset[OutboundReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """The keys of a telephone that agree, refuse and stop."""

    agree: str = AGREE_KEY
    refuse: str = REFUSE_KEY
    stop: str = STOP_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRule:
    """For how long at most, and why, a recording may be paused."""

    max: Period
    reasons: frozenset[PauseReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailRules:
    """What governs a message left by voice; it is no recording of a conversation."""

    announce: Announce
    longest: Period | None
    purposes: frozenset[str]
    categories: frozenset[str]
    regions: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRules:
    """Everything that governs a recording from its announcement to its destruction."""

    directions: frozenset[Direction]
    numbers: frozenset[str]
    purposes: frozenset[str]
    categories: frozenset[str]
    basis_of: Mapping[str, str]
    consent: Mapping[Direction, ConsentMode]
    telling: Mapping[Direction, Telling]
    digits: Digits
    pause: PauseRule | None
    officer_unrecorded: bool
    access: AccessRules
    release: ReleaseRules
    regions: frozenset[str]
    unrecorded: frozenset[str]
    stop_within: Period
    match_within: Period
    imports: frozenset[str]
    max_bytes: int
    length_tolerance: Period
    source_deletion: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoPersonRule:
    """Who confirms an act that needs two, or how long it waits when there is nobody (D-19)."""

    second: Role | None
    delay: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRule:
    """The question “may this person play” with everything looked up beforehand."""

    purposes: frozenset[str]
    # A tuple: looking an enum member up in a set calls its hash in Python, which costs more.
    roles: tuple[Role, ...]
    needs: frozenset[Need]
    refusals: Mapping[frozenset[Need], PlayRefusal]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledPolicy:
    """One policy revision as the engine reads it; equal ids mean equal rules."""

    policy_id: str
    controller: str
    legal_name: str
    brand: str
    zone: ZoneInfo
    jurisdiction: str
    languages: tuple[str, ...]
    version: str
    effective: date
    previous: str | None
    recording: RecordingRules | None
    voicemail: VoicemailRules | None
    outbound_reasons: frozenset[OutboundReason]
    show_failure_after: Period | None
    reviews: Mapping[Reviewed, Period]
    rules: Mapping[str, RetentionRule]
    holds: Mapping[str, Mapping[str, HoldRule]]
    two_person: TwoPersonRule
    backup_life: Period
    key_backup_life: Period
    financial_year_ends: tuple[int, int]
    canonical: bytes = field(repr=False)
    play: PlayRule | None = field(repr=False, compare=False)


# Bound once: looking an enum member up by its class costs more than the whole question.
_RECORDS_NO_CALLS = PlayRefusal.RECORDS_NO_CALLS
_NO_PURPOSE = PlayRefusal.NO_PURPOSE
_PURPOSE_NOT_DECLARED = PlayRefusal.PURPOSE_NOT_DECLARED
_ROLE_NOT_ALLOWED = PlayRefusal.ROLE_NOT_ALLOWED


def may_play(
    policy: CompiledPolicy, *, role: Role, purpose: str | None, met: frozenset[Need]
) -> PlayRefusal | None:
    """Why a person of this role may not play a recording for this purpose; None when they may."""
    rule = policy.play
    if rule is None:
        return _RECORDS_NO_CALLS
    if purpose not in rule.purposes:
        return _PURPOSE_NOT_DECLARED if purpose else _NO_PURPOSE
    if role not in rule.roles:
        return _ROLE_NOT_ALLOWED
    if rule.needs <= met:
        return None
    return rule.refusals[met]
