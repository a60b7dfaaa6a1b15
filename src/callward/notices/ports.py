"""What stands behind the sentences; `promises` plugs it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.notices.states import CheckState
    from callward.texts.states import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceCheck:
    """The last result of one probe; one that is not public yet is not shown to visitors."""

    state: CheckState
    checked_at: datetime | None
    public: bool


class SentenceChecks(Protocol):
    """Answers for the probes that sentences name."""

    def state_of(self, controller_ref: Ref, probe: Probe, at: datetime) -> SentenceCheck:
        """The last result of a probe for a controller."""
        ...

    def states_of(self, controller_ref: Ref, at: datetime) -> Mapping[Probe, SentenceCheck]:
        """The last result of every probe that has looked at a controller."""
        ...

    def may_publish(self, controller_ref: Ref, at: datetime) -> tuple[str, ...]:
        """The codes of the red or stale probes that forbid to publish; none when it may be."""
        ...


checks: Port[SentenceChecks] = Port("notices.checks")
