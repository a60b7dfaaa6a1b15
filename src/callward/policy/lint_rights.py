"""Lint rules on rights, contacts, breaches and the papers that Callward itself makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import (
    ANSWER_HABIT,
    ANSWER_LIMIT,
    AUTHORITY_LIMIT,
    EXTENSION_HABIT,
    EXTENSION_LIMIT,
    PROVIDER_LIMIT,
    countable,
    ever_later,
)
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import (
    Basis,
    BreachItem,
    Channel,
    RecordKind,
    Right,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.kernel.calendar import Period
    from callward.policy.schema import Policy

# A missing right of access is G-08.
_ALWAYS_OWED = frozenset(
    {
        Right.RECTIFICATION,
        Right.ERASURE,
        Right.RESTRICTION,
        Right.COMPLAINT,
    }
)
_PAPERS = (RecordKind.RIGHTS_CASE, RecordKind.CONSENT, RecordKind.AUDIT, RecordKind.TRAINING)


@checks(
    Rule(
        code="L-07",
        article="GDPR 12(2)",
        fact=gettext_noop("%(where)s offers %(channel)s, for which there is no address or number."),
        mend=gettext_noop("Give the controller a value for it, or take the channel out."),
    )
)
def _empty_channel(policy: Policy) -> Iterator[Trouble]:
    for where, channels in _channel_lists(policy):
        for channel in sorted(channels):
            if not _reachable(policy, channel):
                yield Trouble(where, {"channel": channel})


def _channel_lists(policy: Policy) -> Iterator[tuple[str, frozenset[Channel]]]:
    yield "rights.channels", policy.rights.channels
    for name, activity in policy.activity.items():
        yield f"activity.{name}.unrecorded", activity.unrecorded
        if activity.release:
            yield f"activity.{name}.release.channels", activity.release.channels


def _reachable(policy: Policy, channel: Channel) -> bool:
    officer = getattr(policy.dpo, channel, None)
    return bool(getattr(policy.controller, channel) or officer)


@checks(
    Rule(
        code="P-23",
        article="GDPR 12(2)",
        fact=gettext_noop("%(where)s names no channel for requests."),
        mend=gettext_noop("Add channels, for example email and post."),
    )
)
def _no_channel(policy: Policy) -> Iterator[Trouble]:
    if not policy.rights.channels:
        yield Trouble("rights.channels")


@checks(
    Rule(
        code="X-07",
        article="GDPR 12(3)",
        fact=gettext_noop("%(where)s does not say how soon a request is answered."),
        mend=gettext_noop("Add answer = P1M or shorter."),
    )
)
def _no_answer_time(policy: Policy) -> Iterator[Trouble]:
    if countable(policy.rights.answer) is None:
        yield Trouble("rights.answer")


@checks(
    Rule(
        code="X-08",
        article="GDPR 12(3)",
        fact=gettext_noop("%(where)s is later than the law allows."),
        mend=gettext_noop("Answer within P1M; extend by P2M at most."),
    )
)
def _late_answer(policy: Policy) -> Iterator[Trouble]:
    for where, period, limit, habit in _answer_times(policy):
        if ever_later(period, limit) and ever_later(period, habit):
            yield Trouble(where)


@checks(
    Rule(
        code="L-30",
        article="GDPR 12(3)",
        fact=gettext_noop("%(where)s counts days where the law counts months."),
        mend=gettext_noop("Nothing must be done: the engine takes the earlier of the two."),
        severity=Severity.WARNING,
    )
)
def _days_for_months(policy: Policy) -> Iterator[Trouble]:
    for where, period, limit, habit in _answer_times(policy):
        if ever_later(period, limit) and not ever_later(period, habit):
            yield Trouble(where)


def _answer_times(policy: Policy) -> Iterator[tuple[str, Period, Period, Period]]:
    if answer := countable(policy.rights.answer):
        yield "rights.answer", answer, ANSWER_LIMIT, ANSWER_HABIT
    if extend := countable(policy.rights.extend):
        yield "rights.extend", extend, EXTENSION_LIMIT, EXTENSION_HABIT


@checks(
    Rule(
        code="P-24",
        article="GDPR 13(2)(b)-(d)",
        fact=gettext_noop("%(where)s leaves out %(right)s."),
        mend=gettext_noop("Add it: the law gives it whether or not the notice says so."),
    )
)
def _missing_right(policy: Policy) -> Iterator[Trouble]:
    bases = {purpose.basis for purpose in policy.purpose.values()}
    owed = set(_ALWAYS_OWED)
    if Basis.CONSENT in bases:
        owed |= {Right.WITHDRAWAL, Right.PORTABILITY}
    if bases & {Basis.LEGITIMATE_INTEREST, Basis.PUBLIC_TASK}:
        owed |= {Right.OBJECTION}
    for right in sorted(owed - policy.rights.all):
        yield Trouble("rights.all", {"right": right})


@checks(
    Rule(
        code="L-38",
        article="GDPR 20(1)(a)",
        fact=gettext_noop(
            "%(where)s offers portability though nothing rests on consent or contract."
        ),
        mend=gettext_noop("Keep it as a voluntary offer, or take A20 out."),
        severity=Severity.WARNING,
    )
)
def _needless_portability(policy: Policy) -> Iterator[Trouble]:
    bases = {purpose.basis for purpose in policy.purpose.values()}
    owed_or_open = {Basis.CONSENT, Basis.CONTRACT, None}  # L-35 asks for a basis first
    if Right.PORTABILITY in policy.rights.all and not bases & owed_or_open:
        yield Trouble("rights.all")


@checks(
    Rule(
        code="G-12",
        article="GDPR 18",
        fact=gettext_noop(
            "%(where)s does not say whether a restriction stops the retention clock."
        ),
        mend=gettext_noop("Add restriction_clock = runs or stops."),
        severity=Severity.WARNING,
    )
)
def _silent_restriction(policy: Policy) -> Iterator[Trouble]:
    if policy.rights.restriction_clock is None:
        yield Trouble("rights.restriction_clock")


@checks(
    Rule(
        code="G-06",
        article="GDPR 13(1)(a)-(b), 37",
        fact=gettext_noop("%(where)s is missing."),
        mend=gettext_noop("Add it; where no officer is due, say no_officer = not-required."),
    )
)
def _unnamed_controller(policy: Policy) -> Iterator[Trouble]:
    if policy.controller.registration is None:
        yield Trouble("controller.registration")
    if policy.controller.no_officer is None and not has_officer(policy):
        yield Trouble("dpo")


def has_officer(policy: Policy) -> bool:
    """Whether a protection officer can be reached in any way."""
    return bool(policy.dpo and (policy.dpo.email or policy.dpo.phone or policy.dpo.post))


@checks(
    Rule(
        code="P-26",
        article="GDPR 33(1)",
        fact=gettext_noop("%(where)s is missing or later than 72 hours."),
        mend=gettext_noop("Set authority = PT72H or shorter."),
    )
)
def _late_breach_notice(policy: Policy) -> Iterator[Trouble]:
    authority = countable(policy.breach.authority)
    if authority is None or ever_later(authority, AUTHORITY_LIMIT):
        yield Trouble("breach.authority")


@checks(
    Rule(
        code="L-13",
        article="Reg. 611/2013, 2(2)",
        fact=gettext_noop("%(where)s is missing or later than 24 hours for a telephony provider."),
        mend=gettext_noop("Set authority_as_provider = PT24H."),
        severity=Severity.WARNING,
    )
)
def _late_provider_notice(policy: Policy) -> Iterator[Trouble]:
    notice = countable(policy.breach.authority_as_provider)
    late = notice is None or ever_later(notice, PROVIDER_LIMIT)
    if policy.controller.telephony_provider and late:
        yield Trouble("breach.authority_as_provider")


@checks(
    Rule(
        code="L-12",
        article="GDPR 33(3), 34(2)",
        fact=gettext_noop("%(where)s leaves out %(item)s."),
        mend=gettext_noop("Add it to what a breach notice says."),
    )
)
def _short_breach_notice(policy: Policy) -> Iterator[Trouble]:
    told = {f"told.{who}": items for who, items in policy.breach.told.items()}
    for where, items in {"contents": policy.breach.contents, **told}.items():
        for item in sorted(frozenset(BreachItem) - items):
            yield Trouble(f"breach.{where}", {"item": item})


@checks(
    Rule(
        code="G-16",
        article="GDPR 13(2)(a)",
        fact=gettext_noop("%(where)s has no period."),
        mend=gettext_noop("Add [%(where)s] with retain."),
    )
)
def _papers_without_period(policy: Policy) -> Iterator[Trouble]:
    for kind in _PAPERS:
        if kind not in policy.record:
            yield Trouble(f"record.{kind}")


@checks(
    Rule(
        code="P-30",
        article="D-19",
        fact=gettext_noop("%(where)s names neither a second person nor a countable delay."),
        mend=gettext_noop("Add second = dpo, or delay = P2D."),
    )
)
def _nobody_second(policy: Policy) -> Iterator[Trouble]:
    rule = policy.two_person
    delayed = countable(rule.delay) is not None
    if (rule.delay is not None and not delayed) or not (rule.second or delayed):
        yield Trouble("two_person")
