"""Single values on their way into a compiled policy: present and countable, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from callward.kernel.calendar import Period, parse_period
from callward.policy.compiled import RetentionRule
from callward.policy.errors import PolicyIncompleteError
from callward.policy.vocabulary import ENDLESS_WORDS

if TYPE_CHECKING:
    from callward.policy.schema_activity import Retain

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
