"""Every rule of a policy about how long something is kept, by the path that names it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from callward.policy.compiled import HoldRule
from callward.policy.compiled_values import needed_period, needed_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callward.policy.compiled import RetentionRule
    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity, Hold, Retain

    Written = Iterator[tuple[str, Retain | None]]


def rules_of(policy: Policy) -> Mapping[str, RetentionRule]:
    """Caps and floors of every activity, its intake and every record, each by its path."""
    return MappingProxyType({path: needed_rule(path, rule) for path, rule in _written(policy)})


def _written(policy: Policy) -> Written:
    for name, activity in sorted(policy.activity.items()):
        yield from _of_activity(f"activity.{name}", activity)
    for kind, paper in sorted(policy.record.items()):
        yield f"record.{kind}.retain", paper.retain


def _of_activity(here: str, activity: Activity) -> Written:
    yield f"{here}.retain", activity.retain
    if activity.floor:
        yield f"{here}.floor", activity.floor
    if activity.intake:
        yield f"{here}.intake.quarantine", activity.intake.quarantine
        yield f"{here}.intake.raw", activity.intake.raw


def holds_of(policy: Policy) -> Mapping[str, Mapping[str, HoldRule]]:
    """What may stop disposal, by activity and reason."""
    return MappingProxyType(
        {name: _holds(f"activity.{name}", each.hold) for name, each in policy.activity.items()}
    )


def _holds(here: str, holds: tuple[Hold, ...]) -> Mapping[str, HoldRule]:
    return MappingProxyType(
        {
            str(hold.reason): HoldRule(
                reason=str(hold.reason),
                start=hold.start,
                max=needed_period(f"{here}.hold.max", hold.max),
                review=needed_period(f"{here}.hold.review", hold.review),
            )
            for hold in holds
        }
    )
