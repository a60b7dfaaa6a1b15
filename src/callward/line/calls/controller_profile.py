"""Everything that calls of one controller need: its rules, its prompts, its people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.kernel import clock
from callward.line.errors import SpoolKeyMissingError
from callward.line.ports import SpoolKey
from callward.line.prompt_library import load_prompts
from callward.line.rules import ConsentEvidence, message_rules_of, require_evidence, rules_of
from callward.line.states import EvidenceKind
from callward.policy import from_canonical
from callward.policy.vocabulary import ConsentMode, Direction, PromptKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from callward.kernel.errors import CallwardError
    from callward.line.prompt_library import PromptLibrary
    from callward.line.rules import CallRules
    from callward.line.snapshot import ControllerLine

ANNOUNCEMENTS = {
    Direction.IN: PromptKey.ANNOUNCEMENT_INBOUND,
    Direction.OUT: PromptKey.ANNOUNCEMENT_OUTBOUND,
}
_ALWAYS_NEEDED = (
    PromptKey.GOES_ON_UNRECORDED,
    PromptKey.UNRECORDED_WAYS,
    PromptKey.RECORDING_STOPPED,
)
_BEST = {
    ConsentMode.KEYPRESS: EvidenceKind.DIGIT,
    ConsentMode.SPOKEN: EvidenceKind.SPOKEN_AND_CLICKED,
    ConsentMode.CONTINUED: EvidenceKind.ANNOUNCED_AND_CONTINUED,
    ConsentMode.NONE: EvidenceKind.NONE_NEEDED,
}
ASKING = frozenset({ConsentMode.KEYPRESS, ConsentMode.SPOKEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerProfile:
    """One controller as its calls see it; a new snapshot makes new ones for calls to come."""

    line: ControllerLine
    rules: CallRules
    message_rules: CallRules | None
    longest_message: float | None
    prompts: PromptLibrary

    def needed(self, direction: Direction) -> tuple[PromptKey, ...]:
        """The prompts without which a call of this direction is not recorded."""
        asked = self.rules.telling_of(direction).consent in ASKING
        question = (PromptKey.CONSENT_QUESTION,) if asked else ()
        return (ANNOUNCEMENTS[direction], *question, *_ALWAYS_NEEDED)

    def require_able(self, direction: Direction, *, language: str, at: datetime) -> None:
        """Refuse to intend a recording that could never be allowed; raises what stands against."""
        telling = self.rules.telling_of(direction)
        kind = _BEST.get(telling.consent, EvidenceKind.DIGIT)
        by = self.rules.digits.agree if kind is EvidenceKind.DIGIT else "agent"
        best = ConsentEvidence(kind=kind, announcement="-", language=language, complete=True, by=by)
        require_evidence(self.rules, best, direction=direction, at=at)
        self.prompts.require(language, self.needed(direction))

    def spool_key(self) -> SpoolKey:
        """The key of today (UTC); raises SpoolKeyMissingError."""
        key = self.line.spool_key(clock.now().date())
        if key is None:
            raise SpoolKeyMissingError
        return SpoolKey(epoch=key.epoch, public=key.public_key)

    def faults(self) -> Iterator[CallwardError]:
        """What stands against recording, whoever calls."""
        yield from self.rules.faults.values()
        yield from self.prompts.faults.values()


def profile_of(line: ControllerLine, *, own: Path) -> ControllerProfile:
    """Compile the policy and read the prompts of one controller."""
    compiled = from_canonical(line.policy.encode())
    voicemail = compiled.voicemail
    longest = voicemail.longest if voicemail else None
    return ControllerProfile(
        line=line,
        rules=rules_of(compiled),
        message_rules=message_rules_of(compiled),
        longest_message=longest.as_timedelta().total_seconds() if longest else None,
        prompts=load_prompts(line, own=own),
    )
