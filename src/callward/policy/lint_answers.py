"""Lint rules on how requests are answered, refused, extended and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import Basis, Channel, ConsentMode, RecordKind, Right, Severity
from callward.policy.vocabulary_notice import (
    ErasureGround,
    ExtensionReason,
    ObjectionShown,
    Profiling,
    RefusalReason,
    RequestForm,
    RestrictedUse,
    ReviewSafeguard,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy

_OF_THE_LAW = frozenset(
    {
        RestrictedUse.STORAGE,
        RestrictedUse.CONSENT,
        RestrictedUse.LEGAL_CLAIMS,
        RestrictedUse.RIGHTS_OF_OTHERS,
        RestrictedUse.PUBLIC_INTEREST,
    }
)
_BY_VOICE = frozenset({ConsentMode.KEYPRESS, ConsentMode.SPOKEN, ConsentMode.CONTINUED})
_AS_EASY = frozenset({Channel.EMAIL, Channel.PHONE, Channel.WEB, Channel.ACCOUNT})


@checks(
    Rule(
        code="L-17",
        article="GDPR 17(1)(f), 8(1)",
        fact=gettext_noop(
            "%(where)s names online services, but not that they are offered to a child."
        ),
        mend=gettext_noop("Write child-online-service instead of online-service."),
        severity=Severity.WARNING,
    )
)
def _erasure_without_child(policy: Policy) -> Iterator[Trouble]:
    if ErasureGround.ONLINE_SERVICE in policy.rights.erasure_grounds:
        yield Trouble("rights.erasure_grounds")


@checks(
    Rule(
        code="L-18",
        article="GDPR 18(2)",
        fact=gettext_noop("%(where)s leaves out uses that the law allows during a restriction."),
        mend=gettext_noop(
            "List storage, consent, legal-claims, rights-of-others and public-interest."
        ),
        severity=Severity.WARNING,
    )
)
def _narrow_restriction(policy: Policy) -> Iterator[Trouble]:
    uses = policy.rights.restricted_uses
    if uses and not uses >= _OF_THE_LAW:
        yield Trouble("rights.restricted_uses")


@checks(
    Rule(
        code="L-19",
        article="GDPR 22(3)",
        fact=gettext_noop("%(where)s allows automated decisions without every safeguard."),
        mend=gettext_noop("Add safeguards = [human, own-view, contest]."),
        severity=Severity.WARNING,
    )
)
def _machine_without_safeguards(policy: Policy) -> Iterator[Trouble]:
    automated = policy.rights.automated
    decided = policy.profiling is Profiling.AUTOMATED_DECISION
    allowed = bool(automated and automated.exceptions) or decided
    offered = automated.safeguards if automated else frozenset()
    if allowed and offered != frozenset(ReviewSafeguard):
        yield Trouble("rights.automated.safeguards")


@checks(
    Rule(
        code="L-21",
        article="GDPR 13(2)(c), 7(3)",
        fact=gettext_noop("%(where)s does not offer withdrawal, though erasure speaks of it."),
        mend=gettext_noop("Add withdraw to rights.all."),
        severity=Severity.WARNING,
    )
)
def _withdrawal_hidden(policy: Policy) -> Iterator[Trouble]:
    mentioned = ErasureGround.CONSENT_WITHDRAWN in policy.rights.erasure_grounds
    if mentioned and Right.WITHDRAWAL not in policy.rights.all:
        yield Trouble("rights.all")


@checks(
    Rule(
        code="L-25",
        article="GDPR 12(2)",
        fact=gettext_noop("%(where)s demands a form that the law does not know."),
        mend=gettext_noop("Set form = any; a case made from a phone call is a case too."),
        severity=Severity.WARNING,
    )
)
def _form_demanded(policy: Policy) -> Iterator[Trouble]:
    if policy.rights.form in {RequestForm.WRITTEN, RequestForm.OFFICIAL_LETTER}:
        yield Trouble("rights.form")


@checks(
    Rule(
        code="L-26",
        article="GDPR 12(3)",
        fact=gettext_noop("%(where)s answers late for causes that the law does not know."),
        mend=gettext_noop("Keep complexity and number; the law allows no other reason."),
    )
)
def _late_for_any_cause(policy: Policy) -> Iterator[Trouble]:
    if ExtensionReason.BEYOND_CONTROL in policy.rights.extension_reasons:
        yield Trouble("rights.extension_reasons")


@checks(
    Rule(
        code="X-09",
        article="GDPR 12(3)-(5)",
        fact=gettext_noop("%(where)s is an open reason to be late or to refuse."),
        mend=gettext_noop(
            "Name the reasons of the law: complexity or number; unfounded, excessive, and so on."
        ),
    )
)
def _open_reason(policy: Policy) -> Iterator[Trouble]:
    if ExtensionReason.EXCEPTIONAL in policy.rights.extension_reasons:
        yield Trouble("rights.extension_reasons")
    if RefusalReason.JUSTIFIED_CASE in policy.rights.refusal_reasons:
        yield Trouble("rights.refusal_reasons")


@checks(
    Rule(
        code="G-07",
        article="GDPR 12(3)-(4)",
        fact=gettext_noop("%(where)s does not say for which reasons."),
        mend=gettext_noop(
            "Add refusal_reasons, and extension_reasons where an answer may be extended."
        ),
    )
)
def _no_reasons(policy: Policy) -> Iterator[Trouble]:
    if not policy.rights.refusal_reasons:
        yield Trouble("rights.refusal_reasons")
    if policy.rights.extend and not policy.rights.extension_reasons:
        yield Trouble("rights.extension_reasons")


@checks(
    Rule(
        code="L-37",
        article="GDPR 7(3)",
        fact=gettext_noop("%(where)s makes withdrawing harder than giving a consent by voice."),
        mend=gettext_noop("Offer withdrawal by email, phone, web or account, in any form."),
        waivable=True,
    )
)
def _hard_withdrawal(policy: Policy) -> Iterator[Trouble]:
    ways = policy.rights.withdrawal_channels or policy.rights.channels
    letter = policy.rights.form is RequestForm.OFFICIAL_LETTER
    if _consent_by_voice(policy) and (letter or not ways & _AS_EASY):
        yield Trouble("rights.withdrawal_channels")


def _consent_by_voice(policy: Policy) -> bool:
    consents = {purpose.basis for purpose in policy.purpose.values()}
    asked = {
        told.consent
        for activity in policy.activity.values()
        for told in (activity.inbound, activity.outbound)
        if told
    }
    return Basis.CONSENT in consents and bool(asked & _BY_VOICE)


@checks(
    Rule(
        code="L-43",
        article="GDPR 21(4)",
        fact=gettext_noop("%(where)s does not set the right to object apart from the rest."),
        mend=gettext_noop("Add objection_shown = [set-apart, first-contact]."),
        severity=Severity.WARNING,
    )
)
def _objection_buried(policy: Policy) -> Iterator[Trouble]:
    weighed = any(Basis.LEGITIMATE_INTEREST in purpose.bases for purpose in policy.purpose.values())
    if weighed and policy.rights.objection_shown != frozenset(ObjectionShown):
        yield Trouble("rights.objection_shown")


@checks(
    Rule(
        code="G-14",
        article="GDPR 7(1), 5(2)",
        fact=gettext_noop("%(where)s is missing, so no consent could be proven."),
        mend=gettext_noop("Add [record.consent] with retain."),
    )
)
def _unprovable_consent(policy: Policy) -> Iterator[Trouble]:
    consents = {purpose.basis for purpose in policy.purpose.values()}
    if Basis.CONSENT in consents and RecordKind.CONSENT not in policy.record:
        yield Trouble("record.consent")
