"""Lint rules on sites, cookies, accounts, documents and what a notice disclaims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import countable
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import CookieClass, Severity
from callward.policy.vocabulary_calls import PaymentWay, Said, SignIn
from callward.policy.vocabulary_notice import (
    Acceptance,
    CookieChoice,
    CookieUse,
    Disclaimer,
    DocumentSubject,
    Profiling,
    Protocol,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_statements import Cookie

_NEVER_NECESSARY = frozenset({CookieUse.STATISTICS, CookieUse.ADVERTISING})
_RETIRED = frozenset({Protocol.SSL, Protocol.TLS_1_0, Protocol.TLS_1_1})
_NO_PRIVACY = frozenset({DocumentSubject.TERMS, DocumentSubject.DONATIONS})
_SECOND_STEP = frozenset({SignIn.ONE_TIME_CODE, SignIn.SECOND_FACTOR, SignIn.PASSKEY})
_MARKUP = re.compile(r"\*|☐|☑|☒|\[[ xX]\]|<[a-zA-Z/]|_{2,}|#{2,}|†|‡|¹|²|³")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
# A name in Latin letters may stand in a Bulgarian text; a whole phrase was forgotten there.
_LATIN_PHRASE = re.compile(r"(?:[A-Za-zÀ-ɏ]{2,}\s+){2}[A-Za-zÀ-ɏ]{2,}")


@checks(
    Rule(
        code="L-22",
        article="GDPR 7, 12(1)",
        fact=gettext_noop("%(where)s takes silence for acceptance, or leaves watching to readers."),
        mend=gettext_noop("Set acceptance = not-asked, announce changes, drop reader_rechecks."),
        severity=Severity.WARNING,
    )
)
def _accepted_by_use(policy: Policy) -> Iterator[Trouble]:
    if policy.change.acceptance is Acceptance.BY_USE:
        yield Trouble("change.acceptance")
    if policy.change.reader_rechecks:
        yield Trouble("change.reader_rechecks")
    if not policy.change.announce:
        yield Trouble("change.announce")


@checks(
    Rule(
        code="L-23",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s repeats another document, or mixes terms in with privacy."),
        mend=gettext_noop("Publish each subject once, and terms and donations apart."),
        severity=Severity.WARNING,
    )
)
def _documents_mixed(policy: Policy) -> Iterator[Trouble]:
    seen: set[DocumentSubject] = set()
    for document in policy.document:
        privacy = document.subjects - _NO_PRIVACY
        if document.subjects & seen or (privacy and document.subjects & _NO_PRIVACY):
            yield Trouble(f"document.{document.id}")
        seen |= document.subjects


@checks(
    Rule(
        code="L-24",
        article="GDPR 12(1)",
        fact=gettext_noop("%(where)s has stray marks, or words of another script."),
        mend=gettext_noop("Write plain sentences of one language, without marks or boxes."),
        severity=Severity.WARNING,
    )
)
def _stray_marks(policy: Policy) -> Iterator[Trouble]:
    for number, remark in enumerate(policy.remark, start=1):
        foreign = _LATIN_PHRASE if remark.language == "bg" else _CYRILLIC
        if _MARKUP.search(remark.text) or foreign.search(remark.text):
            yield Trouble(f"remark {number}")


@checks(
    Rule(
        code="L-31",
        article="GDPR 5(1)(a), 5(2)",
        fact=gettext_noop("%(where)s claims to identify nobody, and nothing shows it."),
        mend=gettext_noop("Add checked = the day on which the traffic was looked at."),
        severity=Severity.WARNING,
    )
)
def _anonymity_unchecked(policy: Policy) -> Iterator[Trouble]:
    for name, cookie in policy.cookie.items():
        if cookie.anonymous and cookie.checked is None:
            yield Trouble(f"cookie.{name}.anonymous")


@checks(
    Rule(
        code="L-32",
        article="GDPR 32(1)(a)",
        fact=gettext_noop("%(where)s names %(protocol)s, which is retired."),
        mend=gettext_noop("Name tls-1.2 or tls-1.3."),
        severity=Severity.WARNING,
    )
)
def _retired_protocol(policy: Policy) -> Iterator[Trouble]:
    for kind, control in policy.control.items():
        for protocol in sorted(control.protocols & _RETIRED):
            yield Trouble(f"control.{kind}.protocols", {"protocol": protocol})


@checks(
    Rule(
        code="L-34",
        article="GDPR 24, 32, 82",
        fact=gettext_noop("%(where)s disclaims what the controller answers for by law."),
        mend=gettext_noop("Take it out: a notice cannot give the duty away."),
        severity=Severity.WARNING,
    )
)
def _disclaimed(policy: Policy) -> Iterator[Trouble]:
    if policy.controller.disclaims - {Disclaimer.OTHER_SITES}:
        yield Trouble("controller.disclaims")


@checks(
    Rule(
        code="X-25",
        article="GDPR 32(1)",
        fact=gettext_noop("%(where)s is promised to be safe and asks for a password alone."),
        mend=gettext_noop("Offer one-time-code, second-factor or passkey in sign_in."),
    )
)
def _account_unprotected(policy: Policy) -> Iterator[Trouble]:
    if policy.account and not policy.account.sign_in & _SECOND_STEP:
        yield Trouble("account.sign_in")


@checks(
    Rule(
        code="L-36",
        article="ePrivacy 5(3)",
        fact=gettext_noop("%(where)s gives no real choice, no lifetime, or no third party."),
        mend=gettext_noop(
            "Set cookies.choice = asked-first; give every cookie session or life, and its owner."
        ),
    )
)
def _cookies_unexplained(policy: Policy) -> Iterator[Trouble]:
    chosen = policy.cookies.choice if policy.cookies else None
    optional = any(each.purpose is not CookieClass.NECESSARY for each in policy.cookie.values())
    if chosen is CookieChoice.BROWSER_SETTINGS or (optional and chosen is None):
        yield Trouble("cookies.choice")
    parties = {recipient.id for recipient in policy.recipient}
    for name, cookie in policy.cookie.items():
        if _is_unexplained(cookie, parties):
            yield Trouble(f"cookie.{name}")


def _is_unexplained(cookie: Cookie, parties: set[str]) -> bool:
    endless = not cookie.session and countable(cookie.life) is None
    nameless = bool(cookie.shared) and cookie.third_party is None
    unknown = cookie.third_party is not None and cookie.third_party not in parties
    return endless or nameless or unknown


@checks(
    Rule(
        code="X-06",
        article="ePrivacy 5(3)",
        fact=gettext_noop("%(where)s is called necessary and used for more."),
        mend=gettext_noop("Class it as analytics or advertising, or drop that use."),
    )
)
def _necessary_for_more(policy: Policy) -> Iterator[Trouble]:
    for name, cookie in policy.cookie.items():
        if cookie.purpose is CookieClass.NECESSARY and cookie.uses & _NEVER_NECESSARY:
            yield Trouble(f"cookie.{name}")


@checks(
    Rule(
        code="X-22",
        article="GDPR 5(1)(a), 13(2)(f)",
        fact=gettext_noop("%(where)s studies visitors although nobody is said to be profiled."),
        mend=gettext_noop(
            "Drop the cookie, show that it is anonymous, or say in profiling what is profiled."
        ),
    )
)
def _profiling_by_cookie(policy: Policy) -> Iterator[Trouble]:
    for name, cookie in policy.cookie.items():
        if policy.profiling is Profiling.NONE and _studies_visitors(cookie):
            yield Trouble(f"cookie.{name}")


def _studies_visitors(cookie: Cookie) -> bool:
    if cookie.purpose is CookieClass.ADVERTISING or CookieUse.ADVERTISING in cookie.uses:
        return True
    counts = cookie.purpose is CookieClass.ANALYTICS or CookieUse.STATISTICS in cookie.uses
    return counts and not (cookie.anonymous and cookie.checked)


@checks(
    Rule(
        code="G-19",
        article="GDPR 13(1)(a)",
        fact=gettext_noop("%(where)s hides the legal entity behind another name."),
        mend=gettext_noop("Give brand beside legal_name, and let the announcement say who."),
    )
)
def _hidden_entity(policy: Policy) -> Iterator[Trouble]:
    controller = policy.controller
    others = {site.name for site in controller.site} - {controller.legal_name}
    if others and controller.brand is None:
        yield Trouble("controller.brand")
    for name, activity in policy.activity.items():
        for way in ("inbound", "outbound"):
            told = getattr(activity, way)
            if told and told.says and Said.WHO not in told.says and controller.brand:
                yield Trouble(f"activity.{name}.{way}.says")


@checks(
    Rule(
        code="P-37",
        article="GDPR 5(1)(c), PCI DSS",
        fact=gettext_noop("%(where)s takes card numbers into our own screens."),
        mend=gettext_noop("Send people to the processor's own page: processor-page."),
    )
)
def _card_form(policy: Policy) -> Iterator[Trouble]:
    if policy.payment and PaymentWay.CARD_FORM in policy.payment.ways:
        yield Trouble("payment.ways")
