"""What the policy lets the line do with one call, decided before anybody speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.line.errors import AsksTooLateError, EvidenceMissingError
from callward.line.states import EvidenceKind
from callward.policy import policy_of
from callward.policy.compiled import Digits, Telling
from callward.policy.vocabulary import Announce, Basis, ConsentMode, Direction, RefusalPath

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from callward.policy.compiled import CompiledPolicy, PauseRule, VoicemailRules
    from callward.policy.vocabulary import OutboundReason

_CONTINUED_NEEDS = "L-01"
_USUAL_DIGITS = Digits(agree="1", refuse="9", stop="8")
_TELLS_IN_TIME = {Direction.IN: Announce.BEFORE_CONNECT, Direction.OUT: Announce.ON_CONNECT}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRules:
    """Everything about recording that holds for every call of one controller."""

    controller: str
    policy_id: str
    zone: ZoneInfo
    telling: Mapping[Direction, Telling]  # also those that tell too late: `faults` says which
    faults: Mapping[Direction, AsksTooLateError]
    numbers: frozenset[str]
    digits: Digits
    pause: PauseRule | None
    reasons: frozenset[OutboundReason]
    rests_on_consent: bool
    continued_until: date | None
    officer_unrecorded: bool

    def telling_of(self, direction: Direction) -> Telling:
        """How this direction is told; raises AsksTooLateError for one that tells too late."""
        if fault := self.faults.get(direction):
            raise fault
        return self.telling[direction]

    def refusal_of(self, direction: Direction) -> RefusalPath:
        """What a refusal does; a policy that names no path is served by the one that stays."""
        told = self.telling.get(direction)
        return (told.refuse if told else None) or RefusalPath.GO_ON_UNRECORDED

    def declares(self, number: str) -> bool:
        """Whether calls of this number may be recorded at all (M-01)."""
        return not self.numbers or number in self.numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvidence:
    """What was said and answered before a recording starts."""

    kind: EvidenceKind
    announcement: str  # the digest of the prompt that was played
    language: str
    complete: bool
    by: str = ""  # the digit, or the agent who clicked


def rules_of(compiled: CompiledPolicy) -> CallRules:
    """The rules of a call; a policy without call recording gives none to record by."""
    recording = compiled.recording
    telling = recording.telling if recording else {}
    purposes = recording.purposes if recording else frozenset[str]()
    return CallRules(
        controller=compiled.controller,
        policy_id=compiled.policy_id,
        zone=compiled.zone,
        telling=telling,
        faults=_faults(telling),
        numbers=recording.numbers if recording else frozenset(),
        digits=recording.digits if recording else _USUAL_DIGITS,
        pause=recording.pause if recording else None,
        reasons=compiled.outbound_reasons,
        rests_on_consent=_rests_on_consent(compiled, purposes),
        continued_until=_waived_until(compiled, _CONTINUED_NEEDS),
        officer_unrecorded=recording.officer_unrecorded if recording else True,
    )


def message_rules_of(compiled: CompiledPolicy) -> CallRules | None:
    """The rules of a message left by voice: told, then recorded; None where none is taken."""
    voicemail = compiled.voicemail
    if voicemail is None:
        return None
    telling = {Direction.IN: _telling_of_message(voicemail, compiled.languages)}
    return CallRules(
        controller=compiled.controller,
        policy_id=compiled.policy_id,
        zone=compiled.zone,
        telling=telling,
        faults=_faults(telling),
        numbers=frozenset(),
        digits=compiled.recording.digits if compiled.recording else _USUAL_DIGITS,
        pause=None,
        reasons=frozenset(),
        rests_on_consent=_rests_on_consent(compiled, voicemail.purposes),
        continued_until=None,
        officer_unrecorded=True,
    )


_ENOUGH: Mapping[ConsentMode, frozenset[EvidenceKind]] = {
    ConsentMode.KEYPRESS: frozenset({EvidenceKind.DIGIT}),
    ConsentMode.SPOKEN: frozenset({EvidenceKind.DIGIT, EvidenceKind.SPOKEN_AND_CLICKED}),
    ConsentMode.CONTINUED: frozenset(EvidenceKind) - {EvidenceKind.NONE_NEEDED},
    ConsentMode.NONE: frozenset({EvidenceKind.NONE_NEEDED}),
    # Nothing that happens in a call can show these two.
    ConsentMode.PER_CHANNEL: frozenset(),
    ConsentMode.WRITTEN: frozenset(),
}


def require_evidence(
    rules: CallRules, evidence: ConsentEvidence, *, direction: Direction, at: datetime
) -> None:
    """Refuse to open without what the policy asks for; raises EvidenceMissingError."""
    telling = rules.telling_of(direction)
    if not (evidence.complete and evidence.announcement):
        raise EvidenceMissingError(why="not-told")
    if evidence.kind not in _ENOUGH[telling.consent]:
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


def _waived(rules: CallRules, at: datetime) -> bool:
    until = rules.continued_until
    return until is not None and at.astimezone(rules.zone).date() <= until


def _telling_of_message(voicemail: VoicemailRules, languages: tuple[str, ...]) -> Telling:
    return Telling(
        announce=voicemail.announce,
        consent=ConsentMode.NONE,
        refuse=RefusalPath.END_CALL,
        says=frozenset(),
        languages=languages,
        early_media=False,
        reasons=frozenset(),
    )


def _faults(telling: Mapping[Direction, Telling]) -> dict[Direction, AsksTooLateError]:
    return {
        way: AsksTooLateError(direction=str(way), announce=str(rule.announce))
        for way, rule in telling.items()
        if rule.announce is not _TELLS_IN_TIME.get(way, rule.announce)
    }


def _rests_on_consent(compiled: CompiledPolicy, purposes: frozenset[str]) -> bool:
    written = policy_of(compiled.canonical).purpose
    return any(written[name].basis is Basis.CONSENT for name in purposes)


def _waived_until(compiled: CompiledPolicy, code: str) -> date | None:
    waivers = policy_of(compiled.canonical).waiver
    return max((waiver.until for waiver in waivers if waiver.code == code), default=None)
