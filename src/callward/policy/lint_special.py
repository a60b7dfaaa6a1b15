"""Lint rules on special categories, children, necessity, residues and languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import SAID_CONDITIONS, TEXT_LANGUAGES, countable
from callward.policy.lint_recording import recordings_of
from callward.policy.lint_rights import has_officer
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.tables import ACTIVITY_NAMES, FIELD_NAMES
from callward.policy.vocabulary import RECORDING_ACTIVITY, Basis, Severity
from callward.policy.vocabulary_notice import Profiling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy

_HERE = f"activity.{RECORDING_ACTIVITY}"


@checks(
    Rule(
        code="G-03",
        article="GDPR 9(2), 8, 12(1)",
        fact=gettext_noop("%(where)s lacks the condition of Article 9, or a word on children."),
        mend=gettext_noop("Add art9, for example A9-2-h; where children may be, add [children]."),
    )
)
def _special_without_condition(policy: Policy) -> Iterator[Trouble]:
    special = {name for name, category in policy.category.items() if category.special}
    for name, activity in policy.activity.items():
        if activity.categories & special and activity.art9 is None:
            yield Trouble(f"activity.{name}")
    if policy.children is None and any(each.children for each in policy.category.values()):
        yield Trouble("children")


@checks(
    Rule(
        code="L-27",
        article="GDPR 9(2), 37(1)(c)",
        fact=gettext_noop("%(where)s uses special categories, and there is no protection officer."),
        mend=gettext_noop("Appoint an officer and add [dpo]."),
        waivable=True,
    )
)
def _special_without_officer(policy: Policy) -> Iterator[Trouble]:
    for name, category in policy.category.items():
        if category.special and not has_officer(policy):
            yield Trouble(f"category.{name}")


@checks(
    Rule(
        code="L-20",
        article="GDPR 6(1)(b), 5(1)(c)",
        fact=gettext_noop("%(where)s records calls for %(purpose)s on a contract."),
        mend=gettext_noop("Ask whether the contract needs the recording; else name another basis."),
        severity=Severity.WARNING,
    )
)
def _recorded_for_a_contract(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        for name in sorted(recording.purposes & policy.purpose.keys()):
            if policy.purpose[name].basis is Basis.CONTRACT:
                yield Trouble(_HERE, {"purpose": name})


@checks(
    Rule(
        code="L-40",
        article="GDPR 17(1), 13(2)(a)",
        fact=gettext_noop("%(where)s lets what is deleted stay on the servers without an end."),
        mend=gettext_noop("Set residue.servers to a period, for example PT15M."),
    )
)
def _endless_residue(policy: Policy) -> Iterator[Trouble]:
    if policy.residue and countable(policy.residue.servers) is None:
        yield Trouble("residue.servers")


@checks(
    Rule(
        code="P-38",
        article="GDPR 7(3), 21(1)",
        fact=gettext_noop("%(where)s gives one key two meanings."),
        mend=gettext_noop("Choose three different keys for agree, refuse and stop."),
    )
)
def _ambiguous_keys(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        keys = recording.digits
        if keys and len({keys.agree, keys.refuse, keys.stop}) < len(type(keys).model_fields):
            yield Trouble(f"{_HERE}.digits")


@checks(
    Rule(
        code="P-39",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s names %(language)s, in which there are no texts."),
        mend=gettext_noop("Choose from en, ro, bg and lt, or have the texts written."),
    )
)
def _language_without_texts(policy: Policy) -> Iterator[Trouble]:
    for language in sorted(set(policy.languages) - TEXT_LANGUAGES):
        yield Trouble("languages", {"language": language})
    for recording in recordings_of(policy):
        for way in ("inbound", "outbound"):
            told = getattr(recording, way)
            for language in sorted(set(told.languages if told else ()) - set(policy.languages)):
                yield Trouble(f"{_HERE}.{way}.languages", {"language": language})


@checks(
    Rule(
        code="P-32",
        article="GDPR 13(2)(f), 22",
        fact=gettext_noop("%(where)s says nothing, though machines decide about people."),
        mend=gettext_noop("Add [rights.automated] with exceptions and safeguards."),
    )
)
def _machine_unexplained(policy: Policy) -> Iterator[Trouble]:
    automated = policy.rights.automated
    explained = bool(automated and automated.exceptions and automated.safeguards)
    if policy.profiling is Profiling.AUTOMATED_DECISION and not explained:
        yield Trouble("rights.automated")


@checks(
    Rule(
        code="P-54",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s uses the name %(name)s, for which there are no words."),
        mend=gettext_noop("Choose a name of the tables, or have its words written."),
    )
)
def _name_without_words(policy: Policy) -> Iterator[Trouble]:
    for name in sorted(policy.activity.keys() - ACTIVITY_NAMES):
        yield Trouble("activity", {"name": name})
    for name, activity in policy.activity.items():
        if activity.art9 and activity.art9 not in SAID_CONDITIONS:
            yield Trouble(f"activity.{name}.art9", {"name": activity.art9})
    rows = {
        **{f"category.{name}.fields": each.fields for name, each in policy.category.items()},
        **{f"activity.{name}.fields": each.fields for name, each in policy.activity.items()},
        **{f"activity.{name}.never": each.never for name, each in policy.activity.items()},
        **{f"recipient.{each.id}.fields": each.fields for each in policy.recipient},
    }
    for where, fields in rows.items():
        yield from (Trouble(where, {"name": name}) for name in sorted(fields - FIELD_NAMES))


@checks(
    Rule(
        code="P-31",
        article="GDPR 5(1)(c)",
        fact=gettext_noop("%(where)s has no end that could be counted, or no reason."),
        mend=gettext_noop("Write pause = { max = PT5M, reasons = [card-payment] }."),
    )
)
def _endless_pause(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        pause = recording.pause
        longest = countable(pause.max) if pause else None
        if pause and (longest is None or not longest.exact or not pause.reasons):
            yield Trouble(f"{_HERE}.pause")


@checks(
    Rule(
        code="P-53",
        article="GDPR 38(5), S-20",
        fact=gettext_noop("%(where)s is a recorded line, so no call to the officer stays private."),
        mend=gettext_noop("Add officer_unrecorded = true, or give the officer another number."),
        severity=Severity.WARNING,
    )
)
def _officer_recorded(policy: Policy) -> Iterator[Trouble]:
    number = policy.dpo.phone if policy.dpo else None
    for recording in recordings_of(policy):
        recorded = recording.numbers or {policy.controller.phone}
        if number in recorded and not recording.officer_unrecorded:
            yield Trouble("dpo.phone")
