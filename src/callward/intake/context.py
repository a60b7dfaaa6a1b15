"""What every way in asks first: whose calls, under which policy, with which signed word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from callward.controllers import selectors as controllers
from callward.intake import source_declarations
from callward.intake.cdr import CdrRules
from callward.intake.errors import RecordsNoCallsError
from callward.kernel import calendar

if TYPE_CHECKING:
    from datetime import datetime

    from callward.intake.rules import Declared
    from callward.kernel.actors import Actor
    from callward.kernel.references import Ref
    from callward.policy import CompiledPolicy, RecordingRules


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeContext:
    """One intake: everything that stays the same for each arrival."""

    controller_ref: Ref
    policy: CompiledPolicy
    rules: RecordingRules
    declared: tuple[Declared, ...]
    actor: Actor
    at: datetime

    @property
    def cdr_rules(self) -> CdrRules:
        """How this controller's call records are read."""
        lines = frozenset(declared.line for declared in self.declared if declared.line)
        return CdrRules(
            zone=self.policy.zone,
            region=self.policy.jurisdiction,
            own=self.rules.numbers | lines,
        )

    def wait_ends_at(self, first_seen_at: datetime) -> datetime:
        """Until when a recording waits for its call record, and the other way round."""
        return calendar.deadline_end(first_seen_at, self.rules.match_within, zone=self.policy.zone)


def open_context(
    controller_ref: Ref, *, actor: Actor, at: datetime, policy_id: str | None = None
) -> IntakeContext:
    """Ask the policy in force, or the one named; raises RecordsNoCallsError when it has none."""
    if policy_id is None:
        policy = controllers.policy_in_force(controller_ref, at=at)
    else:
        policy = controllers.policy(policy_id)
    if policy.recording is None:
        raise RecordsNoCallsError
    return IntakeContext(
        controller_ref=controller_ref,
        policy=policy,
        rules=policy.recording,
        declared=source_declarations.declared_by(controller_ref, at=at),
        actor=actor,
        at=at,
    )
