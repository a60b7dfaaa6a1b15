"""Who the controller is, and how to reach it and its protection officer: Art. 13(1)(a), (b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary_notice import DocumentSubject
from callward.texts.addresses import spaced_number, spoken_address
from callward.texts.errors import UnsayableRuleError
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence

# What a machine can try by itself; a letter or a visit only a person can.
_TRIED_BY_MACHINE = ("phone", "fax", "email", "web", "account")
_TRIED_BY_PEOPLE = ("post", "courier", "visit")


def who_in_short(composer: Composer) -> Iterator[Sentence]:
    """Who is responsible, in one sentence."""
    controller = composer.policy.controller
    evidence = controller.registration or controller.legal_name
    named = {"legal_name": controller.legal_name}
    if controller.brand and controller.brand != controller.legal_name:
        yield composer.attested(
            "who.controller-and-brand",
            "controller.brand",
            evidence,
            brand=controller.brand,
            **named,
        )
        return
    yield composer.attested("who.controller", "controller.legal_name", evidence, **named)


def who(composer: Composer) -> Iterator[Sentence]:
    """The controller, every way to reach it, and its protection officer."""
    yield from who_in_short(composer)
    controller = composer.policy.controller
    if controller.registration:
        yield composer.attested(
            "who.registration",
            "controller.registration",
            controller.registration,
            registration=controller.registration,
        )
    yield from _contacts(composer, (*_TRIED_BY_PEOPLE, *_TRIED_BY_MACHINE))
    yield from officer(composer)


def who_for_calls(composer: Composer) -> Iterator[Sentence]:
    """The controller and its officer, with the contacts that a caller needs."""
    yield from who_in_short(composer)
    yield from _contacts(composer, ("post", "email", "phone", "web"))
    yield from officer(composer)


def who_and_where_else(composer: Composer) -> Iterator[Sentence]:
    """The same, and the notice that this one adds to (S-21)."""
    yield from who_for_calls(composer)
    found = address_of(composer, DocumentSubject.SITE)
    if found:
        url, rule = found
        yield composer.static("who.other-notice", rule, url=url)


def address_of(composer: Composer, subject: DocumentSubject) -> tuple[str, str] | None:
    """Where the document about this subject stands, with the rule that says so."""
    for row, document in enumerate(composer.policy.document):
        if subject in document.subjects:
            return spoken_address(document.url), f"document.{row}.url"
    return None


def _contacts(composer: Composer, channels: tuple[str, ...]) -> Iterator[Sentence]:
    controller = composer.policy.controller
    for channel in channels:
        value = getattr(controller, channel)
        if value is None:
            continue
        rule, shown = f"controller.{channel}", shown_contact(channel, value)
        if channel in _TRIED_BY_MACHINE:
            probe = Probe.CONTACTS_ANSWER
            yield composer.proven(f"who.{channel}", rule, probe, **{channel: shown})
        else:
            yield composer.attested(f"who.{channel}", rule, rule, **{channel: shown})


def shown_contact(channel: str, value: str) -> str:
    """A contact as it is read: numbers in groups, addresses without what nobody says."""
    if channel in {"phone", "fax"}:
        return spaced_number(value)
    return spoken_address(value) if channel in {"web", "account"} else value


def officer(composer: Composer) -> Iterator[Sentence]:
    """How to reach the protection officer, or that there need not be one."""
    contact = composer.policy.dpo
    if contact is None:
        if composer.policy.controller.no_officer is None:
            raise UnsayableRuleError(rule="dpo")
        yield composer.static("who.no-officer", "controller.no_officer")
        return
    probe = Probe.CONTACTS_ANSWER
    if contact.email:
        yield composer.proven("who.officer.email", "dpo.email", probe, email=contact.email)
    if contact.phone:
        phone = spaced_number(contact.phone)
        yield composer.proven("who.officer.phone", "dpo.phone", probe, phone=phone)
    if contact.post:
        yield composer.attested("who.officer.post", "dpo.post", "dpo.post", post=contact.post)
