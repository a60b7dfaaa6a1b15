"""Single values on their way into a compiled policy: present and countable, or refused.

Every rule about how long something is kept stands here too, by the path that names it.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from callward.kernel.calendar import Period, parse_period
from callward.policy.compiled import HoldRule, RetentionRule
from callward.policy.errors import PolicyIncompleteError
from callward.policy.vocabulary import ENDLESS_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity, Hold, Retain

    Written = Iterator[tuple[str, Retain | None]]

Value = TypeVar("Value")


def needed(key: str, value: Value | None) -> Value:
    """The value; raises PolicyIncompleteError when the file does not give one."""
    if value is None:
        raise PolicyIncompleteError(key=key)
    return value


def needed_period(key: str, text: str | None) -> Period:
    """The period; raises PolicyIncompleteError when it is absent or has no end."""
    if text is None or text in ENDLESS_WORDS:
        raise PolicyIncompleteError(key=key)
    return parse_period(text)


def needed_rule(key: str, retain: Retain | None) -> RetentionRule:
    """The retention rule; raises PolicyIncompleteError without kind, period or start."""
    rule = needed(key, retain)
    return RetentionRule(
        kind=needed(f"{key}.kind", rule.kind),
        period=needed_period(f"{key}.period", rule.period),
        start=needed(f"{key}.start", rule.start),
        destroy=rule.destroy,
    )


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
