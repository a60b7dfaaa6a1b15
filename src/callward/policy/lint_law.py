"""Lint rules on authorities, laws and statutory periods: what stands in the maintained tables."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import TRAFFIC_TERMS, countable, ever_later
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.tables import (
    AUTHORITIES,
    Matter,
    authority_of,
    ceiling_in,
    floor_in,
    law_named,
)
from callward.policy.vocabulary import Right, Severity
from callward.policy.vocabulary_notice import BreachRecipient

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from callward.kernel.calendar import Period
    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity
    from callward.policy.schema_parties import TypedAuthority
    from callward.policy.tables import Authority

_NO_REPLY = ("noreply", "no-reply")
_MISSPELT = 0.8
_TO_THE_AUTHORITY = (BreachRecipient.AUTHORITY, BreachRecipient.AUTHORITY_AS_PROVIDER)


@checks(
    Rule(
        code="L-33",
        article="GDPR 13(2)(d), 77",
        fact=gettext_noop("%(where)s is typed by hand or is in no row of the maintained tables."),
        mend=gettext_noop(
            "Take it out and name the key of a row; a new country or law is a new row."
        ),
    )
)
def _typed_by_hand(policy: Policy) -> Iterator[Trouble]:
    if policy.jurisdiction not in AUTHORITIES:
        yield Trouble("jurisdiction")
    if policy.authority is not None:
        yield Trouble("authority")
    if policy.holidays:
        yield Trouble("holidays")
    for where, key in _laws(policy):
        if law_named(key) is None:
            yield Trouble(where)


def _laws(policy: Policy) -> Iterator[tuple[str, str | None]]:
    named: list[tuple[str, str | None]] = [
        *((f"purpose.{name}.law", each.law) for name, each in policy.purpose.items()),
        *((f"activity.{name}.floor.law", each) for name, each in _floor_laws(policy)),
        *((f"control.{kind}.law", each.law) for kind, each in policy.control.items()),
        *((f"breach.cites.{who}", key) for who, key in policy.breach.cites.items()),
        *(
            (f"rights.cites.{right}", key)
            for right, key in policy.rights.cites.items()
            if right is not Right.COMPLAINT  # L-10 says it better
        ),
        ("dpo.law", policy.dpo.law if policy.dpo else None),
    ]
    return ((where, key) for where, key in named if key is not None)


def _floor_laws(policy: Policy) -> Iterator[tuple[str, str | None]]:
    for name, activity in policy.activity.items():
        yield name, activity.floor.law if activity.floor else None


def _typed(policy: Policy) -> Iterator[tuple[TypedAuthority, Authority]]:
    known = authority_of(policy.jurisdiction)
    if policy.authority and known:
        yield policy.authority, known


@checks(
    Rule(
        code="L-04",
        article="GDPR 13(2)(d)",
        fact=gettext_noop("%(where)s is not the e-mail address of the authority."),
        mend=gettext_noop("Take the table authority out; the right contact is printed by itself."),
    )
)
def _wrong_authority_mail(policy: Policy) -> Iterator[Trouble]:
    for typed, known in _typed(policy):
        if typed.email and typed.email.lower() != known.email:
            yield Trouble("authority.email")


@checks(
    Rule(
        code="L-05",
        article="GDPR 13(2)(d)",
        fact=gettext_noop("%(where)s is not the address of the authority."),
        mend=gettext_noop("Take the table authority out; the right contact is printed by itself."),
        severity=Severity.WARNING,
    )
)
def _wrong_authority_address(policy: Policy) -> Iterator[Trouble]:
    for typed, known in _typed(policy):
        if typed.address and not _is_one_of(typed.address, known.addresses.values()):
            yield Trouble("authority.address")


@checks(
    Rule(
        code="L-06",
        article="GDPR 12(1), 13(2)(d)",
        fact=gettext_noop("%(where)s is missing, misspelt, or not the name of the authority."),
        mend=gettext_noop("Take the table authority out; write a sender of mail as noreply@…."),
    )
)
def _wrong_authority_name(policy: Policy) -> Iterator[Trouble]:
    for typed, known in _typed(policy):
        if typed.name and not _is_one_of(typed.name, known.names.values()):
            yield Trouble("authority.name")
        if typed.address is None:
            yield Trouble("authority.address")
    sender = (policy.controller.sender or "").partition("@")[0].lower()
    if sender not in _NO_REPLY and any(_is_misspelt(sender, right) for right in _NO_REPLY):
        yield Trouble("controller.sender")


def _is_one_of(text: str, known: Iterable[str]) -> bool:
    return _letters(text) in {_letters(each) for each in known}


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def _is_misspelt(word: str, right: str) -> bool:
    return SequenceMatcher(None, word, right).ratio() >= _MISSPELT


@checks(
    Rule(
        code="L-09",
        article="GDPR 32, 37-39",
        fact=gettext_noop("%(where)s rests on a law that does not govern it."),
        mend=gettext_noop(
            "Name gdpr-37, gdpr-38 or gdpr-39 for the officer, gdpr-32 for security."
        ),
    )
)
def _wrong_law(policy: Policy) -> Iterator[Trouble]:
    cited = [("dpo.law", policy.dpo.law if policy.dpo else None, Matter.OFFICER)]
    cited += [
        (f"control.{kind}.law", control.law, Matter.SECURITY)
        for kind, control in policy.control.items()
    ]
    for where, key, matter in cited:
        law = law_named(key)
        if law and matter not in law.matters:
            yield Trouble(where)


@checks(
    Rule(
        code="L-10",
        article="GDPR 77, 13(2)(d)",
        fact=gettext_noop("%(where)s does not give the right that it is cited for."),
        mend=gettext_noop("Name gdpr-77, gdpr-13-2-d or gdpr-14-2-e for the complaint."),
    )
)
def _wrong_right_cited(policy: Policy) -> Iterator[Trouble]:
    for right, key in policy.rights.cites.items():
        law = law_named(key)
        matter = Matter.COMPLAINT if right is Right.COMPLAINT else Matter.RIGHT
        wrong = law is not None and matter not in law.matters
        if wrong or (law is None and right is Right.COMPLAINT):
            yield Trouble(f"rights.cites.{right}")


@checks(
    Rule(
        code="L-11",
        article="GDPR 33, 34",
        fact=gettext_noop("%(where)s is the law for telling somebody else of a breach."),
        mend=gettext_noop("Name gdpr-33 for the authority and gdpr-34 for the persons."),
        severity=Severity.WARNING,
    )
)
def _wrong_breach_law(policy: Policy) -> Iterator[Trouble]:
    for who, key in policy.breach.cites.items():
        law = law_named(key)
        to_authority = who in _TO_THE_AUTHORITY
        matter = Matter.BREACH_TO_AUTHORITY if to_authority else Matter.BREACH_TO_PERSON
        if law and matter not in law.matters:
            yield Trouble(f"breach.cites.{who}")


@checks(
    Rule(
        code="L-14",
        article="cw:floors",
        fact=gettext_noop("%(where)s is longer than %(law)s orders today."),
        mend=gettext_noop("Ask counsel, and shorten it to %(period)s."),
        severity=Severity.WARNING,
    )
)
def _longer_than_law(policy: Policy) -> Iterator[Trouble]:
    for name, activity, statutory, law in _statutory(policy):
        written = countable(activity.floor.period if activity.floor else None)
        if written and ever_later(written, statutory):
            facts = {"law": law, "period": str(statutory)}
            yield Trouble(f"activity.{name}.floor", facts)


@checks(
    Rule(
        code="P-12",
        article="GDPR 6(1)(c)",
        fact=gettext_noop("%(where)s ends before %(law)s allows it."),
        mend=gettext_noop("Keep it for %(period)s at least."),
    )
)
def _shorter_than_law(policy: Policy) -> Iterator[Trouble]:
    for name, activity, statutory, law in _statutory(policy):
        written = countable(activity.floor.period if activity.floor else None)
        if written and ever_later(statutory, written):
            facts = {"law": law, "period": str(statutory)}
            yield Trouble(f"activity.{name}.floor", facts)


def _statutory(policy: Policy) -> Iterator[tuple[str, Activity, Period, str]]:
    # Only floors that count from the event of the law can be compared with it.
    for name, activity in policy.activity.items():
        floor = activity.floor
        row = floor_in(floor.law, on=policy.effective) if floor else None
        statutory = countable(row.period) if row else None
        if floor and row and statutory and floor.start is row.start:
            yield name, activity, statutory, row.law


@checks(
    Rule(
        code="L-41",
        article="ePrivacy 6, cw:ceilings",
        fact=gettext_noop("%(where)s keeps traffic data longer than %(law)s may allow."),
        mend=gettext_noop("Ask counsel; give call records a cap of their own within %(period)s."),
        severity=Severity.WARNING,
    )
)
def _traffic_kept_too_long(policy: Policy) -> Iterator[Trouble]:
    is_carrier = policy.controller.telephony_provider  # the ceiling binds carriers alone
    row = ceiling_in(policy.jurisdiction, on=policy.effective) if is_carrier else None
    most = countable(row.period) if row else None
    traffic = {name for name, each in policy.category.items() if each.dpv in TRAFFIC_TERMS}
    for name, activity in policy.activity.items():
        if row and most and activity.categories & traffic and _is_longer(activity, most):
            yield Trouble(f"activity.{name}.retain", {"law": row.law, "period": row.period})


def _is_longer(activity: Activity, most: Period) -> bool:
    written = [each for each in (activity.retain, activity.floor) if each]
    periods = [period for each in written if (period := countable(each.period))]
    # From the end of a contract even the ceiling itself is too late: the calls were earlier.
    late_start = any(each.start == "contract.ended" and each.kind == "floor" for each in written)
    return late_start or any(ever_later(period, most) for period in periods)
