"""What the people who work on recorded lines are told (G-10), and people others speak of (G-11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import RECORDING_ACTIVITY, RecordKind
from callward.policy.vocabulary_calls import DataSource, Evaluated, OtherPerson
from callward.texts.composer import LAW, in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_access import two_persons
from callward.texts.part_contents import category_words, purpose_words
from callward.texts.part_retention import key_copies, recording_kept, records
from callward.texts.part_told import HERE, directions, recording_of
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_statements import OtherPersons, StaffNotice
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence

_OF_STAFF = (RecordKind.TRAINING, RecordKind.AUDIT)


def _staff(composer: Composer) -> StaffNotice:
    if composer.policy.staff is None:
        raise UnsayableRuleError(rule="staff")
    return composer.policy.staff


def voice(composer: Composer) -> Iterator[Sentence]:
    """That staff are recorded too, and when they are told."""
    staff = _staff(composer)
    yield composer.proven("staff.recorded", HERE, Probe.CATEGORIES_DECLARED)
    yield from directions(composer, family="staff")
    yield composer.attested(f"staff.told.{staff.told}", "staff.told", "staff.told")
    line = "staff.unrecorded-line" if staff.unrecorded_line else "staff.no-unrecorded-line"
    yield composer.attested(line, "staff.unrecorded_line", "staff.unrecorded_line")
    if staff.consulted:
        day, proof = staff.consulted, staff.consulted.isoformat()
        yield composer.attested("staff.consulted", "staff.consulted", proof, consulted=day)


def use(composer: Composer) -> Iterator[Sentence]:
    """What recordings may mean for staff."""
    staff = _staff(composer)
    words = purpose_words(composer, staff.purposes, rule="staff.purposes")
    probe = Probe.PLAYED_FOR_A_PURPOSE
    yield composer.proven("staff.purposes", "staff.purposes", probe, purposes=words)
    yield composer.static(f"staff.evaluated.{staff.evaluated}", "staff.evaluated")
    if staff.evaluated is not Evaluated.NEVER and staff.consequence:
        yield composer.static(f"staff.consequence.{staff.consequence}", "staff.consequence")
    yield composer.static("staff.basis", f"{LAW}gdpr-6-1-f")


def duties(composer: Composer) -> Iterator[Sentence]:
    """What is written down of those who listen, and which acts need two people."""
    yield composer.proven("staff.logged", f"{HERE}.access", Probe.AUDIT_INTACT)
    yield from two_persons(composer)


def kept_of_staff(composer: Composer) -> Iterator[Sentence]:
    """How long recordings and records about staff are kept."""
    yield from recording_kept(composer)
    yield key_copies(composer)
    yield from records(composer, _OF_STAFF)


def _others(composer: Composer) -> OtherPersons:
    if composer.policy.others is None:
        raise UnsayableRuleError(rule="others")
    return composer.policy.others


def people(composer: Composer) -> Iterator[Sentence]:
    """About whom there is data that somebody else brought."""
    for person in in_order(OtherPerson, _others(composer).who):
        yield composer.static(f"others.who.{person}.item", "others.who")
    if RECORDING_ACTIVITY in composer.policy.activity:
        rule = f"{HERE}.categories"
        words = category_words(composer, recording_of(composer).categories, rule=rule)
        probe = Probe.CATEGORIES_DECLARED
        yield composer.proven("others.contents", rule, probe, categories=words)
    yield composer.static("others.basis", "others")


def source(composer: Composer) -> Iterator[Sentence]:
    """Where it comes from, and how these people learn of it: Art. 14(2)(f), (5)."""
    others = _others(composer)
    words = composer.terms("source", in_order(DataSource, others.source), rule="others.source")
    yield composer.static("others.source", "others.source", source=words)
    yield composer.static(f"others.informed.{others.informed}", "others.informed")


def rights_of_others(composer: Composer) -> Iterator[Sentence]:
    """That their rights are the same."""
    yield composer.static("others.rights", f"{LAW}gdpr-14")
