"""What a site notice says beside the activities: accounts, messages, security, breaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    BreachItem,
    ControlKind,
    MessageChannel,
    RecordKind,
)
from callward.policy.vocabulary_calls import AdminPower, PaymentWay, SignIn
from callward.policy.vocabulary_notice import DocumentSubject, Protocol, Reviewed
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_access import recipients, two_persons
from callward.texts.part_retention import backups, counted, kept, records
from callward.texts.part_who import address_of
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_statements import Notification
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence

_SAID_PAYMENTS = (PaymentWay.PROCESSOR_PAGE, PaymentWay.BANK_TRANSFER)
_SAID_PROTOCOLS = (Protocol.TLS_1_3, Protocol.TLS_1_2)


def calls(composer: Composer) -> Iterator[Sentence]:
    """Whether calls are recorded, and where that is described (S-21, K-35)."""
    if RECORDING_ACTIVITY not in composer.policy.activity:
        yield composer.proven("calls.not-recorded", "controller", Probe.ONLY_DECLARED_NUMBERS)
        return
    found = address_of(composer, DocumentSubject.CALL_RECORDING)
    if found:
        url, rule = found
        yield composer.static("calls.recorded-at", rule, url=url)
    else:
        yield composer.static("calls.recorded", f"activity.{RECORDING_ACTIVITY}")


def everybody(composer: Composer) -> Iterator[Sentence]:
    """All recipients and processors (G-02)."""
    found = list(recipients(composer, None))
    yield from found
    if not found:
        yield composer.proven("recipients.none", "controller", Probe.HOSTS_DECLARED)


def papers(composer: Composer) -> Iterator[Sentence]:
    """How long the controller's own records, its backups and leftovers live (G-16, G-12)."""
    yield from records(composer, RecordKind)
    yield backups(composer)
    if composer.policy.residue:
        period = composer.period("residue.servers", composer.policy.residue.servers)
        yield composer.static("papers.residue", "residue.servers", period=period)


def account(composer: Composer) -> Iterator[Sentence]:
    """How people sign in, and what others may do in their account."""
    own, admin = composer.policy.account, composer.policy.account_admin
    if own:
        rule = "account.sign_in"
        words = composer.terms("signin", in_order(SignIn, own.sign_in), rule=rule)
        yield composer.static("account.sign-in", rule, ways=words)
        if own.ip_lock:
            yield composer.static("account.ip-lock", "account.ip_lock")
        if own.retain:
            said = counted(composer, own.retain, "account.retain")
            yield kept(composer, "account.kept", "account.retain", said)
    if admin:
        rule = "account_admin.powers"
        words = composer.terms("power", in_order(AdminPower, admin.powers), rule=rule)
        yield composer.static("account.admin", rule, powers=words)
        if admin.dispatcher:
            yield composer.static("account.dispatcher", "account_admin.dispatcher")
        if admin.rights_path:
            rule = "account_admin.rights_path"
            words = composer.terms("channel", [admin.rights_path], rule=rule)
            yield composer.static("account.rights-path", rule, channel=words)


def payment(composer: Composer) -> Iterator[Sentence]:
    """How people pay; card numbers are never seen (K-33, C-08)."""
    written = composer.policy.payment
    if written is None:
        return
    if not written.ways <= set(_SAID_PAYMENTS):
        raise UnsayableRuleError(rule="payment.ways")
    words = composer.terms("pay", in_order(_SAID_PAYMENTS, written.ways), rule="payment.ways")
    yield composer.static("payment.ways", "payment.ways", ways=words)
    yield composer.proven("payment.no-cards", "payment", Probe.CATEGORIES_DECLARED)


def messages(composer: Composer) -> Iterator[Sentence]:
    """Which event sends which message, and what it carries (C-12)."""
    for name, message in sorted(composer.policy.notification.items()):
        yield from _message(composer, name, message)


def _message(composer: Composer, name: str, message: Notification) -> Iterator[Sentence]:
    rule = f"notification.{name}"
    channels = in_order(MessageChannel, message.channels)
    words = composer.terms("msgchannel", channels, rule=rule)
    event = composer.terms("event", [name], rule=rule)
    sentence = "messages.marketing.item" if message.marketing else "messages.item"
    yield composer.static(sentence, rule, key=name, event=event, channels=words)
    if message.delivery:
        sentence = f"messages.delivery.{message.delivery}.item"
        if sentence not in composer.catalogue.sentences:
            raise UnsayableRuleError(rule=f"{rule}.delivery")
        yield composer.static(sentence, f"{rule}.delivery", key=name)


def breach(composer: Composer) -> Iterator[Sentence]:
    """Who is told of a breach, how soon, and what (G-15, D-09)."""
    written = composer.policy.breach
    if written.person:
        period = composer.period("breach.person", written.person)
        yield composer.static("breach.person", "breach.person", person=period)
    if written.client:
        period = composer.period("breach.client", written.client)
        yield composer.static("breach.client", "breach.client", client=period)
    authority = composer.period("breach.authority", written.authority)
    yield composer.static("breach.authority", "breach.authority", authority=authority)
    if written.authority_as_provider:
        rule = "breach.authority_as_provider"
        period = composer.period(rule, written.authority_as_provider)
        yield composer.static("breach.provider", rule, authority=period)
    if written.contents:
        rule = "breach.contents"
        words = composer.terms("breachitem", in_order(BreachItem, written.contents), rule=rule)
        yield composer.static("breach.contents", rule, contents=words)


def security(composer: Composer) -> Iterator[Sentence]:
    """The controls with their dated evidence, and what is looked at again and again."""
    yield composer.proven("security.logged", "record.audit", Probe.AUDIT_INTACT)
    for kind in in_order(ControlKind, composer.policy.control):
        rule, control = f"control.{kind}", composer.policy.control[kind]
        proof, sentence = control.evidence, f"security.control.{kind}.item"
        yield composer.attested(sentence, rule, proof, reviewed=control.reviewed)
        if control.protocols:
            if not control.protocols <= set(_SAID_PROTOCOLS):
                raise UnsayableRuleError(rule=f"{rule}.protocols")
            path, used = f"{rule}.protocols", in_order(_SAID_PROTOCOLS, control.protocols)
            words = composer.terms("protocol", used, rule=path)
            yield composer.attested(
                "security.protocols", path, proof, key=str(kind), protocols=words
            )
    for topic in in_order(Reviewed, composer.policy.review):
        rule = f"review.{topic}"
        period = composer.period(rule, composer.policy.review[topic])
        yield composer.static(f"security.review.{topic}.item", rule, period=period)
    yield from two_persons(composer)
