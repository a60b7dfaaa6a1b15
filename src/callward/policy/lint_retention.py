"""Lint rules on retention, floors and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import EVIDENCE_WORDS, countable, ever_later
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import ENDLESS_WORDS, RetentionKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Hold, Retain


def every_rule(policy: Policy) -> Iterator[tuple[str, Retain | None, RetentionKind]]:
    """Every retention rule of a policy: where, what, and of which kind it must be."""
    cap, deadline = RetentionKind.CAP, RetentionKind.DEADLINE
    for name, activity in policy.activity.items():
        yield f"activity.{name}.retain", activity.retain, cap
        if activity.floor:
            yield f"activity.{name}.floor", activity.floor, RetentionKind.FLOOR
        if activity.intake:
            yield f"activity.{name}.intake.quarantine", activity.intake.quarantine, cap
            yield f"activity.{name}.intake.raw", activity.intake.raw, cap
    for kind, paper in policy.record.items():
        yield f"record.{kind}.retain", paper.retain, cap
    for recipient in policy.recipient:
        if recipient.delete:
            yield f"recipient.{recipient.id}.delete", recipient.delete, deadline
    yield "backup.data", policy.backup.kept, cap
    yield "backup.keys", policy.backup.keys, cap


def _every_hold(policy: Policy) -> Iterator[tuple[str, Hold]]:
    for name, activity in policy.activity.items():
        for hold in activity.hold:
            yield f"activity.{name}.hold.{hold.reason}", hold


@checks(
    Rule(
        code="X-21",
        article="GDPR 13(2)(a)",
        fact=gettext_noop("%(where)s lacks its kind, its period or the event it counts from."),
        mend=gettext_noop("Write it as { kind = cap, period = P6M, start = call.initiated }."),
    )
)
def _incomplete_retention(policy: Policy) -> Iterator[Trouble]:
    for where, retain, _kind in every_rule(policy):
        if retain is None or None in (retain.kind, retain.period, retain.start):
            yield Trouble(where)


@checks(
    Rule(
        code="P-10",
        article="GDPR 5(1)(e)",
        fact=gettext_noop("%(where)s must be a rule of the kind %(kind)s."),
        mend=gettext_noop(
            "Put caps under retain, floors under floor, duties to delete under delete."
        ),
    )
)
def _wrong_kind(policy: Policy) -> Iterator[Trouble]:
    for where, retain, kind in every_rule(policy):
        if retain and retain.kind and retain.kind is not kind and not _is_bare_floor(where, retain):
            yield Trouble(where, {"kind": kind})


@checks(
    Rule(
        code="L-15",
        article="GDPR 5(1)(e), 13(2)(a)",
        fact=gettext_noop("%(where)s has no end, or no day on which it is looked at again."),
        mend=gettext_noop("Give a period, for example P6M; a hold needs max and review."),
    )
)
def _endless(policy: Policy) -> Iterator[Trouble]:
    for where, retain, _kind in every_rule(policy):
        if retain and retain.period in ENDLESS_WORDS:
            yield Trouble(where)
    for where, hold in _every_hold(policy):
        if countable(hold.max) is None or countable(hold.review) is None:
            yield Trouble(where)


@checks(
    Rule(
        code="P-11",
        article="GDPR 5(1)(e)",
        fact=gettext_noop("%(where)s says how long at least, but not how long at most."),
        mend=gettext_noop("Put the floor under floor and a cap under retain."),
    )
)
def _floor_without_cap(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        bare = activity.retain and activity.retain.kind is RetentionKind.FLOOR
        if bare or (activity.floor and activity.retain is None):
            yield Trouble(f"activity.{name}.retain")


@checks(
    Rule(
        code="X-24",
        article="GDPR 6(3)",
        fact=gettext_noop("%(where)s orders to keep without naming the law that does."),
        mend=gettext_noop("Add law = the key of the law, or take the floor out."),
    )
)
def _floor_without_law(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if activity.floor and activity.floor.law is None:
            yield Trouble(f"activity.{name}.floor")


@checks(
    Rule(
        code="X-15",
        article="GDPR 5(1)(e), 6(1)(c)",
        fact=gettext_noop(
            "%(where)s ends before the floor beside it, or counts from another event."
        ),
        mend=gettext_noop(
            "Count both from one event and make the cap at least the floor plus P1D."
        ),
    )
)
def _cap_below_floor(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        floor, cap = activity.floor, activity.retain
        if floor is None or cap is None:
            continue
        least, most = countable(floor.period), countable(cap.period)
        if least is None or most is None:
            continue
        if floor.start != cap.start or ever_later(least, most, spare_days=1):
            yield Trouble(f"activity.{name}.retain")


@checks(
    Rule(
        code="P-13",
        article="GDPR 5(1)(e)",
        fact=gettext_noop("%(where)s is reviewed only after it has ended."),
        mend=gettext_noop("Make review shorter than max."),
    )
)
def _late_review(policy: Policy) -> Iterator[Trouble]:
    for where, hold in _every_hold(policy):
        review, longest = countable(hold.review), countable(hold.max)
        if review and longest and ever_later(review, longest):
            yield Trouble(where)


@checks(
    Rule(
        code="P-14",
        article="D-08",
        fact=gettext_noop("%(where)s has two rules for one reason."),
        mend=gettext_noop("Keep one of them."),
    )
)
def _twice_the_same_hold(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        reasons = [hold.reason for hold in activity.hold]
        if len(reasons) != len(set(reasons)):
            yield Trouble(f"activity.{name}.hold")


@checks(
    Rule(
        code="X-11",
        article="GDPR 5(1)(b), 5(1)(e)",
        fact=gettext_noop("%(where)s serves as evidence (%(purpose)s) but has no hold rule."),
        mend=gettext_noop("Add a hold with max and review, or drop the purpose."),
    )
)
def _evidence_without_hold(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        for purpose in sorted(activity.purposes):
            if not activity.hold and _is_evidence(policy, purpose):
                yield Trouble(f"activity.{name}", {"purpose": purpose})


def _is_evidence(policy: Policy, name: str) -> bool:
    declared = policy.purpose.get(name)
    return bool(EVIDENCE_WORDS & set(name.split("-"))) or bool(declared and declared.evidence)


def _is_bare_floor(where: str, retain: Retain) -> bool:
    # P-11 says it better.
    return where.startswith("activity.") and retain.kind is RetentionKind.FLOOR
