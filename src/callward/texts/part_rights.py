"""What people can ask, how it is answered, to whom they can complain: Art. 13(2)(b) to (d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.tables import authority_of
from callward.policy.vocabulary import Basis, Channel, RestrictionClock, Right
from callward.policy.vocabulary_notice import (
    ErasureGround,
    IdentityProof,
    RefusalReason,
    RestrictedUse,
)
from callward.texts.addresses import spaced_number, spoken_address
from callward.texts.composer import LAW, in_order
from callward.texts.errors import UnknownTermError
from callward.texts.part_contents import offers, rests_on
from callward.texts.sentence import Count, Listed
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.tables import Authority
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence

# Objection, withdrawal and complaint have sentences of their own (L-43, X-17).
_LISTED = tuple(
    right
    for right in Right
    if right not in {Right.OBJECTION, Right.WITHDRAWAL, Right.COMPLAINT, Right.INFORMED}
)


def rights_in_short(composer: Composer) -> Iterator[Sentence]:
    """What can be asked, where, how soon it is answered, and where to complain."""
    yield offered(composer)
    yield from _withdrawal(composer)
    yield channels(composer)
    yield from _clocks(composer)
    yield complaint_in_short(composer)


def rights_of_staff(composer: Composer) -> Iterator[Sentence]:
    """The same for staff, whose recording rests on no consent."""
    yield offered(composer)
    yield channels(composer)
    yield from _clocks(composer)
    yield complaint_in_short(composer)


def rights(composer: Composer) -> Iterator[Sentence]:
    """Everything about rights."""
    yield offered(composer)
    yield from _withdrawal(composer)
    yield channels(composer)
    yield from _own_channels(composer)
    yield from _asking(composer)
    yield from _clocks(composer)
    yield from _limits(composer)
    yield from _children(composer)
    yield from complaint(composer)


def offered(composer: Composer) -> Sentence:
    """The rights that are asked for, as one list."""
    rule = "rights.all"
    words = composer.terms("right", in_order(_LISTED, composer.policy.rights.all), rule=rule)
    return composer.static("rights.offered", rule, rights=words)


def channels(composer: Composer) -> Sentence:
    """Where a request can be sent."""
    rule = "rights.channels"
    words = composer.terms("channel", in_order(Channel, composer.policy.rights.channels), rule=rule)
    return composer.proven("rights.channels", rule, Probe.CONTACTS_ANSWER, channels=words)


def _withdrawal(composer: Composer) -> Iterator[Sentence]:
    written = composer.policy.rights
    if not (rests_on(composer, Basis.CONSENT) and offers(composer, Right.WITHDRAWAL)):
        return
    yield composer.static("rights.withdraw", "rights.all")
    if written.withdrawal_channels:
        rule, probe = "rights.withdrawal_channels", Probe.CONTACTS_ANSWER
        words = composer.terms("channel", in_order(Channel, written.withdrawal_channels), rule=rule)
        yield composer.proven("rights.channels-of-withdrawal", rule, probe, channels=words)
    if written.withdrawal_subject:
        rule, subject = "rights.withdrawal_subject", written.withdrawal_subject
        yield composer.static("rights.withdraw-subject", rule, subject=subject)


def _own_channels(composer: Composer) -> Iterator[Sentence]:
    for right in in_order(_LISTED, composer.policy.rights.own_channels):
        rule = f"rights.own_channels.{right}"
        ways = in_order(Channel, composer.policy.rights.own_channels[right])
        yield composer.proven(
            "rights.own-channels.item",
            rule,
            Probe.CONTACTS_ANSWER,
            key=str(right),
            right=composer.terms("right", [right], rule=rule),
            channels=composer.terms("channel", ways, rule=rule),
        )


def _clocks(composer: Composer) -> Iterator[Sentence]:
    written = composer.policy.rights
    answer = composer.period("rights.answer", written.answer)
    yield composer.static("rights.answer", "rights.answer", answer=answer)
    if written.extend:
        extend = composer.period("rights.extend", written.extend)
        yield composer.static("rights.extend", "rights.extend", extend=extend)


def _asking(composer: Composer) -> Iterator[Sentence]:
    written = composer.policy.rights
    yield composer.static("rights.any-form", f"{LAW}gdpr-12")
    if written.priority_words:
        rule, words = "rights.priority_words", Listed(names=written.priority_words)
        yield composer.static("rights.priority", rule, words=words)
    proof = written.identity or IdentityProof.IF_IN_DOUBT
    rule = "rights.identity" if written.identity else f"{LAW}gdpr-12"
    yield composer.static(f"rights.identity.{proof}", rule)


def _limits(composer: Composer) -> Iterator[Sentence]:
    written = composer.policy.rights
    if written.refusal_reasons:
        rule, chosen = "rights.refusal_reasons", in_order(RefusalReason, written.refusal_reasons)
        words = composer.terms("refusal", chosen, rule=rule)
        yield composer.static("rights.refusal", rule, reasons=words)
    if written.erasure_grounds:
        rule, grounds = "rights.erasure_grounds", in_order(ErasureGround, written.erasure_grounds)
        words = composer.terms("erasure", grounds, rule=rule)
        yield composer.static("rights.erasure-grounds", rule, grounds=words)
    if written.restriction_clock:
        runs = written.restriction_clock is RestrictionClock.RUNS
        sentence = "rights.restriction-runs" if runs else "rights.restriction-stops"
        yield composer.static(sentence, "rights.restriction_clock")
    if written.restricted_uses:
        rule, uses = "rights.restricted_uses", in_order(RestrictedUse, written.restricted_uses)
        words = composer.terms("restricted", uses, rule=rule)
        yield composer.static("rights.restricted-uses", rule, uses=words)


def _children(composer: Composer) -> Iterator[Sentence]:
    children = composer.policy.children
    if children is None:
        return
    if children.by_representative:
        yield composer.static("rights.representative", "children.by_representative")
    age = Count(count=children.consent_age, unit="year")
    yield composer.static("rights.children-age", "children.consent_age", age=age)


def complaint(composer: Composer) -> Iterator[Sentence]:
    """The authority to complain to, from the maintained table (L-06, L-33)."""
    authority = _authority(composer)
    name = authority.names[composer.catalogue.language]
    yield composer.static("rights.complaint", "jurisdiction", authority=name)
    yield from _reached(composer, authority)
    yield composer.static("rights.court", f"{LAW}gdpr-77")
    if composer.policy.rights.other_regulators:
        yield composer.static("rights.other-regulators", "rights.other_regulators")


def _authority(composer: Composer) -> Authority:
    country = composer.policy.jurisdiction
    authority = authority_of(country)
    if authority is None:
        raise UnknownTermError(term=country, key="jurisdiction")
    return authority


def _reached(composer: Composer, authority: Authority) -> Iterator[Sentence]:
    language = composer.catalogue.language
    address = authority.addresses[language]
    yield composer.static("rights.authority.address.item", "jurisdiction", address=address)
    phones = Listed(names=tuple(map(spaced_number, authority.phones)))
    yield composer.static("rights.authority.phone.item", "jurisdiction", phone=phones)
    yield composer.static("rights.authority.email.item", "jurisdiction", email=authority.email)
    site = spoken_address(authority.site)
    yield composer.static("rights.authority.site.item", "jurisdiction", site=site)
    if authority.e_delivery:
        sentence = "rights.authority.delivery.item"
        yield composer.static(sentence, "jurisdiction", delivery=authority.e_delivery)


def complaint_in_short(composer: Composer) -> Sentence:
    """The authority to complain to, with every way to reach it, in one sentence."""
    authority, language = _authority(composer), composer.catalogue.language
    return composer.static(
        "rights.complaint-in-short",
        "jurisdiction",
        authority=authority.names[language],
        address=authority.addresses[language],
        email=authority.email,
        site=spoken_address(authority.site),
        phone=Listed(names=tuple(map(spaced_number, authority.phones))),
    )


def objection(composer: Composer) -> Iterator[Sentence]:
    """The right to object, set apart: Art. 21(4) (L-43)."""
    if not rests_on(composer, Basis.LEGITIMATE_INTEREST):
        yield composer.static("objection.not-needed", f"{LAW}gdpr-21")
        return
    yield composer.static("objection.any-time", "rights.all")
    if "dpv:DirectMarketing" in {each.dpv for each in composer.policy.purpose.values()}:
        yield composer.static("objection.marketing", f"{LAW}gdpr-21")
