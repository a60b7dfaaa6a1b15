"""What stands behind the sentences; `promises` plugs it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from callward.kernel.ports import Port
from callward.notices.states import CheckState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from callward.kernel.references import Ref
    from callward.texts.states import CheckName


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceCheck:
    """The last result of one probe; one that is not public yet is not shown to visitors."""

    state: CheckState
    checked_at: datetime | None
    public: bool


# What says least for a sentence, first.
_WEAKEST_FIRST = (
    CheckState.RED,
    CheckState.STALE,
    CheckState.UNCHECKED,
    CheckState.GREEN,
    CheckState.NOT_APPLICABLE,
)


def weakest(checks: Iterable[SentenceCheck | None]) -> SentenceCheck | None:
    """The check that says least for a sentence that stands on all of them; None is not made yet."""
    return min(checks, key=_strength, default=None)


def _strength(check: SentenceCheck | None) -> tuple[int, bool]:
    """One that visitors may see stands before one that is kept from them yet."""
    if check is None:
        return _WEAKEST_FIRST.index(CheckState.UNCHECKED), False
    return _WEAKEST_FIRST.index(check.state), not check.public


class SentenceChecks(Protocol):
    """Answers for the probes that sentences name."""

    def states_of(self, controller_ref: Ref, at: datetime) -> Mapping[CheckName, SentenceCheck]:
        """The last result of every check that was made at a controller."""
        ...

    def may_publish(self, controller_ref: Ref, at: datetime) -> tuple[str, ...]:
        """The codes of the red or stale probes that forbid to publish; none when it may be."""
        ...


checks: Port[SentenceChecks] = Port("notices.checks")
