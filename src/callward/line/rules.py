"""What the policy lets the line do with one call, decided before anybody speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from callward.line.errors import AsksTooLateError, EvidenceMissingError
from callward.line.states import EvidenceKind
from callward.policy import RECORDING_ACTIVITY
from callward.policy.schema import Policy
from callward.policy.vocabulary import Announce, Basis, ConsentMode, Direction, RefusalPath

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from callward.policy.compiled import CompiledPolicy
    from callward.policy.schema_activity import Activity, Inbound, Outbound

_CONTINUED_NEEDS = "L-01"
_TELLS_IN_TIME = {Direction.IN: Announce.BEFORE_CONNECT, Direction.OUT: Announce.ON_CONNECT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How one direction is told and asked, and what a refusal does."""

    consent: ConsentMode
    refuse: RefusalPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """The keys that mean something during a call."""

    agree: str = "1"
    refuse: str = "9"
    stop: str = "8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why a recording may be paused, and for how long at most."""

    longest_seconds: float
    reasons: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """Everything about recording that holds for every call of one controller."""

    controller: str
    policy_id: str
    zone: ZoneInfo
    telling: Mapping[Direction, Telling]
    faults: Mapping[Direction, AsksTooLateError]
    numbers: frozenset[str]
    digits: Digits
    pause: Pause | None
    reasons: frozenset[str]
    rests_on_consent: bool
    continued_until: date | None
    officer_unrecorded: bool

    def telling_of(self, direction: Direction) -> Telling:
        """How this direction is told; raises AsksTooLateError for one that tells too late."""
        if fault := self.faults.get(direction):
            raise fault
        return self.telling[direction]

    def declares(self, number: str) -> bool:
        """Whether calls of this number may be recorded at all (M-01)."""
        return not self.numbers or number in self.numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was said and answered before a recording starts."""

    kind: EvidenceKind
    announcement: str  # the digest of the prompt that was played
    language: str
    complete: bool
    by: str = ""  # the digit, or the agent who clicked


def rules_of(compiled: CompiledPolicy) -> CallRules:
    """Read the rules of the line out of a compiled policy."""
    policy = Policy.model_validate_json(compiled.canonical)
    activity = policy.activity.get(RECORDING_ACTIVITY)
    tellings = _tellings(activity) if activity else {}
    return CallRules(
        controller=compiled.controller,
        policy_id=compiled.policy_id,
        zone=compiled.zone,
        telling={way: _telling(rule) for way, rule in tellings.items()},
        faults=_faults(tellings),
        numbers=activity.numbers if activity else frozenset(),
        digits=Digits(),
        pause=None,
        reasons=_reasons(activity),
        rests_on_consent=_rests_on_consent(policy, activity),
        continued_until=_waived_until(policy, _CONTINUED_NEEDS),
        officer_unrecorded=True,
    )


def require_evidence(
    rules: CallRules, evidence: Evidence, *, direction: Direction, at: datetime
) -> None:
    """Refuse to open without what the policy asks for; raises EvidenceMissingError."""
    telling = rules.telling_of(direction)
    if not (evidence.complete and evidence.announcement):
        raise EvidenceMissingError(why="not-told")
    if evidence.kind not in _enough(telling.consent):
        raise EvidenceMissingError(why=f"{telling.consent}-needs-another-answer")
    match evidence.kind:
        case EvidenceKind.NONE_NEEDED if rules.rests_on_consent:
            raise EvidenceMissingError(why="the-basis-is-consent")
        case EvidenceKind.ANNOUNCED_AND_CONTINUED if not _waived(rules, at):
            raise EvidenceMissingError(why="no-waiver")
        case EvidenceKind.DIGIT if evidence.by != rules.digits.agree:
            raise EvidenceMissingError(why="another-digit")
        case EvidenceKind.SPOKEN_AND_CLICKED if not evidence.by:
            raise EvidenceMissingError(why="nobody-clicked")
        case _:
            return


def _enough(mode: ConsentMode) -> frozenset[EvidenceKind]:
    answers = {EvidenceKind.DIGIT, EvidenceKind.SPOKEN_AND_CLICKED}
    match mode:
        case ConsentMode.KEYPRESS:
            return frozenset({EvidenceKind.DIGIT})
        case ConsentMode.SPOKEN:
            return frozenset(answers)
        case ConsentMode.CONTINUED:
            return frozenset(answers | {EvidenceKind.ANNOUNCED_AND_CONTINUED})
        case ConsentMode.NONE:
            return frozenset({EvidenceKind.NONE_NEEDED})
        case ConsentMode.PER_CHANNEL | ConsentMode.WRITTEN:
            return frozenset()  # nothing that happens in a call can show it
        case _:
            assert_never(mode)


def _waived(rules: CallRules, at: datetime) -> bool:
    until = rules.continued_until
    return until is not None and at.astimezone(rules.zone).date() <= until


def _tellings(activity: Activity) -> dict[Direction, Inbound | Outbound]:
    written = {Direction.IN: activity.inbound, Direction.OUT: activity.outbound}
    return {way: rule for way, rule in written.items() if rule and way in activity.directions}


def _telling(rule: Inbound | Outbound) -> Telling:
    # A policy that names no path is served by the one that keeps the caller.
    return Telling(consent=rule.consent, refuse=rule.refuse or RefusalPath.GO_ON_UNRECORDED)


def _faults(tellings: Mapping[Direction, Inbound | Outbound]) -> dict[Direction, AsksTooLateError]:
    return {
        way: AsksTooLateError(direction=str(way), announce=str(rule.announce))
        for way, rule in tellings.items()
        if rule.announce is not _TELLS_IN_TIME[way]
    }


def _reasons(activity: Activity | None) -> frozenset[str]:
    if activity is None or activity.outbound is None:
        return frozenset()
    return frozenset(map(str, activity.outbound.reasons))


def _rests_on_consent(policy: Policy, activity: Activity | None) -> bool:
    names = activity.purposes if activity else frozenset[str]()
    return any(policy.purpose[name].basis is Basis.CONSENT for name in names)


def _waived_until(policy: Policy, code: str) -> date | None:
    dates = [waiver.until for waiver in policy.waiver if waiver.code == code]
    return max(dates, default=None)
