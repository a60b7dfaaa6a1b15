"""Lint rules on purposes, legal bases and categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import (
    CATCH_ALL_TERMS,
    CATCH_ALL_WORDS,
    LISTENING_IN_TERMS,
)
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.tables import ACTIVITY_TERMS, CATEGORY_TERMS, PURPOSE_TERMS
from callward.policy.vocabulary import RECORDING_ACTIVITY, Basis, ConsentMode, Severity
from callward.policy.vocabulary_notice import Interest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_activity import Activity

_NOT_BY_TELEPHONE = frozenset({ConsentMode.PER_CHANNEL, ConsentMode.WRITTEN})
_TERMS_OF = {
    "category": CATEGORY_TERMS,
    "purpose": PURPOSE_TERMS | CATCH_ALL_TERMS,
    "activity": ACTIVITY_TERMS,
}


@checks(
    Rule(
        code="L-16",
        article="GDPR 5(1)(b)",
        fact=gettext_noop("%(where)s is open to anything."),
        mend=gettext_noop("Name each purpose and its own term."),
    )
)
def _catch_all_purpose(policy: Policy) -> Iterator[Trouble]:
    for name, purpose in policy.purpose.items():
        if purpose.dpv in CATCH_ALL_TERMS or CATCH_ALL_WORDS & set(name.split("-")):
            yield Trouble(f"purpose.{name}")


@checks(
    Rule(
        code="P-01",
        article="cw:terms",
        fact=gettext_noop("%(where)s is not in the maintained table of terms."),
        mend=gettext_noop("Choose a term of DPV 2.3, or of our own namespace cw:."),
    )
)
def _unknown_term(policy: Policy) -> Iterator[Trouble]:
    for table, terms in _TERMS_OF.items():
        for name, row in getattr(policy, table).items():
            if row.dpv not in terms:
                yield Trouble(f"{table}.{name}.dpv")


@checks(
    Rule(
        code="P-02",
        article="GDPR 5(1)(b)",
        fact=gettext_noop("%(where)s is declared and never used."),
        mend=gettext_noop("Use it in an activity, or leave it out."),
        waivable=True,
    )
)
def _unused_purpose(policy: Policy) -> Iterator[Trouble]:
    used = {name for activity in policy.activity.values() for name in activity.purposes}
    for name in policy.purpose.keys() - used:
        yield Trouble(f"purpose.{name}")


@checks(
    Rule(
        code="P-03",
        article="GDPR 13(1)(c)",
        fact=gettext_noop("%(where)s uses %(missing)s, which is not declared."),
        mend=gettext_noop("Declare it, with its legal basis where it is a purpose."),
    )
)
def _undeclared_name(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        for purpose in activity.purposes - policy.purpose.keys():
            yield Trouble(f"activity.{name}.purposes", {"missing": f"purpose.{purpose}"})
        for category in activity.categories - policy.category.keys():
            yield Trouble(f"activity.{name}.categories", {"missing": f"category.{category}"})
        for other in activity.stays_in - policy.activity.keys():
            yield Trouble(f"activity.{name}.stays_in", {"missing": f"activity.{other}"})
    for purpose in (policy.staff.purposes if policy.staff else frozenset()) - policy.purpose.keys():
        yield Trouble("staff.purposes", {"missing": f"purpose.{purpose}"})


@checks(
    Rule(
        code="P-05",
        article="GDPR 5(1)(b)",
        fact=gettext_noop("%(where)s has no purpose or no category."),
        mend=gettext_noop("Say why it is done and with which data."),
    )
)
def _aimless_activity(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if not activity.purposes or not activity.categories:
            yield Trouble(f"activity.{name}")


@checks(
    Rule(
        code="P-34",
        article="GDPR 5(1)(c)",
        fact=gettext_noop("%(where)s is declared and never used."),
        mend=gettext_noop("Use it in an activity, or leave it out."),
        severity=Severity.WARNING,
    )
)
def _unused_category(policy: Policy) -> Iterator[Trouble]:
    used = {name for activity in policy.activity.values() for name in activity.categories}
    for name in policy.category.keys() - used:
        yield Trouble(f"category.{name}")


@checks(
    Rule(
        code="L-35",
        article="GDPR 13(1)(c)-(d)",
        fact=gettext_noop("%(where)s has no legal basis, or names an interest in free words."),
        mend=gettext_noop(
            "Add basis = one letter of Article 6(1); take the interest from the list."
        ),
    )
)
def _baseless_purpose(policy: Policy) -> Iterator[Trouble]:
    for name, purpose in policy.purpose.items():
        if purpose.basis is None:
            yield Trouble(f"purpose.{name}")
        if purpose.interest and purpose.interest not in set(Interest):
            yield Trouble(f"purpose.{name}.interest")


@checks(
    Rule(
        code="L-03",
        article="GDPR 13(1)(d)",
        fact=gettext_noop("%(where)s rests on a legitimate interest that is not named or weighed."),
        mend=gettext_noop("Add interest and the id of the balancing record."),
        waivable=True,
    )
)
def _unnamed_interest(policy: Policy) -> Iterator[Trouble]:
    for name, purpose in policy.purpose.items():
        named = purpose.interest and purpose.balancing
        if Basis.LEGITIMATE_INTEREST in purpose.bases and not named:
            yield Trouble(f"purpose.{name}")


@checks(
    Rule(
        code="P-44",
        article="GDPR 6(3)",
        fact=gettext_noop("%(where)s rests on a legal duty without naming the law."),
        mend=gettext_noop("Add law = the key of the law."),
    )
)
def _unnamed_law(policy: Policy) -> Iterator[Trouble]:
    for name, purpose in policy.purpose.items():
        if purpose.basis is Basis.LEGAL_DUTY and purpose.law is None:
            yield Trouble(f"purpose.{name}")


@checks(
    Rule(
        code="L-01",
        article="GDPR 4(11), 7(1)",
        fact=gettext_noop("%(where)s takes going on as consent."),
        mend=gettext_noop(
            "Ask by keypress or spoken word, or rest on another basis and do not ask."
        ),
        waivable=True,
    )
)
def _going_on_is_consent(policy: Policy) -> Iterator[Trouble]:
    for where, mode in _consents(policy):
        if mode is ConsentMode.CONTINUED:
            yield Trouble(where)


@checks(
    Rule(
        code="P-04",
        article="GDPR 7(1)",
        fact=gettext_noop("%(where)s asks nobody although a purpose rests on consent."),
        mend=gettext_noop("Ask by keypress or spoken word, or name another basis."),
    )
)
def _consent_not_asked(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if not _consent_purposes(policy, activity):
            continue
        modes = [*_activity_consents(name, activity)]
        for where, mode in modes:
            if mode is ConsentMode.NONE:
                yield Trouble(where)
        if not modes:
            yield Trouble(f"activity.{name}")


@checks(
    Rule(
        code="P-56",
        article="GDPR 7(1)",
        fact=gettext_noop("%(where)s asks in a way that no telephone call can."),
        mend=gettext_noop("Ask by keypress or spoken word, or do not ask."),
    )
)
def _asked_on_paper(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        for way in ("inbound", "outbound"):
            told = getattr(activity, way)
            if told and told.consent in _NOT_BY_TELEPHONE:
                yield Trouble(f"activity.{name}.{way}.consent")


@checks(
    Rule(
        code="P-45",
        article="GDPR 7(2)",
        fact=gettext_noop("%(where)s asks one consent for several purposes."),
        mend=gettext_noop("Ask for each apart, or rest all but one on another basis."),
        severity=Severity.WARNING,
    )
)
def _bundled_consent(policy: Policy) -> Iterator[Trouble]:
    for name, activity in policy.activity.items():
        if len(_consent_purposes(policy, activity)) > 1:
            yield Trouble(f"activity.{name}")


@checks(
    Rule(
        code="L-42",
        article="ePrivacy 5(1)-(2)",
        fact=gettext_noop("%(where)s listens in for quality or training on a legitimate interest."),
        mend=gettext_noop("Ask counsel whether the national rule on confidentiality allows it."),
        severity=Severity.WARNING,
    )
)
def _listening_in(policy: Policy) -> Iterator[Trouble]:
    recording = policy.activity.get(RECORDING_ACTIVITY)
    for name in sorted(recording.purposes if recording else ()):
        purpose = policy.purpose.get(name)
        if purpose is None or purpose.dpv not in LISTENING_IN_TERMS:
            continue
        if purpose.basis is Basis.LEGITIMATE_INTEREST:
            yield Trouble(f"purpose.{name}")


def _consent_purposes(policy: Policy, activity: Activity) -> set[str]:
    return {
        name
        for name in activity.purposes & policy.purpose.keys()
        if policy.purpose[name].basis is Basis.CONSENT
    }


def _consents(policy: Policy) -> Iterator[tuple[str, ConsentMode]]:
    for name, activity in policy.activity.items():
        yield from _activity_consents(name, activity)


def _activity_consents(name: str, activity: Activity) -> Iterator[tuple[str, ConsentMode]]:
    if activity.inbound:
        yield f"activity.{name}.inbound", activity.inbound.consent
    if activity.outbound:
        yield f"activity.{name}.outbound", activity.outbound.consent
    if activity.consent:
        yield f"activity.{name}", activity.consent
