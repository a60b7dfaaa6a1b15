"""Who may listen, who else receives recordings, and to whom copies go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    Channel,
    Need,
    OtherVoices,
    RecipientRole,
    ReleaseTo,
    Role,
)
from callward.policy.vocabulary_notice import JointDuty, Reviewed
from callward.texts.composer import in_order
from callward.texts.errors import UnsayableRuleError
from callward.texts.part_told import HERE, recording_of
from callward.texts.states import Probe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema_parties import Recipient
    from callward.texts.composer import Composer
    from callward.texts.notice import Sentence
    from callward.texts.sentence import Value

_TOLD_ELSEWHERE = (RecipientRole.AUTHORITY,)
_NEED_PROBES = {
    Need.OWN_LOGIN: Probe.PLAYED_BY_APPOINTED,
    Need.SECOND_FACTOR: Probe.PLAYED_BY_APPOINTED,
    Need.CONFIDENTIALITY_SIGNED: Probe.PLAYED_BY_APPOINTED,
    Need.TRAINING_CURRENT: Probe.STAFF_TRAINED,
}


def listening(composer: Composer) -> Iterator[Sentence]:
    """Who may listen, under which preconditions, and what is written down."""
    yield from listeners(composer)
    access = recording_of(composer).access
    rule = f"{HERE}.access"
    if access is None:
        raise UnsayableRuleError(rule=rule)
    for need in in_order(Need, access.needs):
        yield composer.proven(f"listening.{need}", f"{rule}.needs", _NEED_PROBES[need])
    if Reviewed.TRAINING in composer.policy.review and Need.TRAINING_CURRENT in access.needs:
        path = f"review.{Reviewed.TRAINING}"
        period = composer.period(path, composer.policy.review[Reviewed.TRAINING])
        probe = Probe.STAFF_TRAINED
        yield composer.proven("listening.training-renewed", path, probe, period=period)
    yield composer.proven("listening.nobody-else", rule, Probe.PLAYED_BY_APPOINTED)
    yield composer.proven("listening.logged", rule, Probe.AUDIT_INTACT)
    period = composer.period(f"{rule}.playback", access.playback)
    probe = Probe.PLAYED_FOR_A_PURPOSE
    yield composer.proven("listening.playback", f"{rule}.playback", probe, period=period)


def listeners(composer: Composer) -> Iterator[Sentence]:
    """Who may listen."""
    access, rule = recording_of(composer).access, f"{HERE}.access.roles"
    if access is None:
        raise UnsayableRuleError(rule=rule)
    roles = composer.terms("role", in_order(Role, access.roles), rule=rule)
    yield composer.proven("listening.roles", rule, Probe.PLAYED_BY_APPOINTED, roles=roles)


def recipients_of_calls(composer: Composer) -> Iterator[Sentence]:
    """Who works on recordings for the controller, and to whom copies are handed."""
    found = list(recipients(composer, RECORDING_ACTIVITY))
    if not found:
        yield composer.proven("recipients.none", HERE, Probe.HOSTS_DECLARED)
    yield from found
    if found:
        yield composer.proven("recipients.hosts", "recipient", Probe.HOSTS_DECLARED)
    yield from released(composer)


def recipients(composer: Composer, activity: str | None) -> Iterator[Sentence]:
    """The recipients of one activity, or of all."""
    for row, recipient in enumerate(composer.policy.recipient):
        # Authorities that may ask for a copy stand among those to whom copies go.
        told_elsewhere = activity == RECORDING_ACTIVITY and recipient.role in _TOLD_ELSEWHERE
        if activity in {None, recipient.activity} and not told_elsewhere:
            yield from _recipient(composer, recipient, row)


def _recipient(composer: Composer, recipient: Recipient, row: int) -> Iterator[Sentence]:
    rule, key = f"recipient.{row}", recipient.id
    yield _described(composer, recipient, rule)
    if recipient.fields:
        path, words = f"{rule}.fields", composer.terms("field", sorted(recipient.fields), rule=rule)
        yield composer.attested("recipients.fields.item", path, path, key=key, fields=words)
    if recipient.arrangement and recipient.name:
        yield _duties(composer, recipient, rule)
    if recipient.assurance:
        day, path = recipient.assurance, f"{rule}.assurance"
        proof = day.isoformat()
        yield composer.attested("recipients.assurance.item", path, proof, key=key, assurance=day)
    if recipient.delete:
        # What a processor does after it handed over is shown by its receipts, not by a probe.
        path = f"{rule}.delete"
        yield composer.attested(
            "recipients.delete.item",
            path,
            recipient.contract.isoformat() if recipient.contract else path,
            key=key,
            period=composer.period(path, recipient.delete.period),
            start=composer.terms("start", [recipient.delete.start or ""], rule=path),
        )


def _duties(composer: Composer, recipient: Recipient, rule: str) -> Sentence:
    path, name = f"{rule}.arrangement", recipient.name or recipient.id
    words = composer.terms("duty", in_order(JointDuty, recipient.arrangement), rule=path)
    sentence = "recipients.joint-duties.item"
    return composer.attested(sentence, path, path, key=recipient.id, name=name, duties=words)


def _described(composer: Composer, recipient: Recipient, rule: str) -> Sentence:
    said: dict[str, Value] = {
        "service": composer.terms("service", [recipient.service or ""], rule=f"{rule}.service"),
        "country": composer.terms("region", [recipient.country], rule=f"{rule}.country"),
    }
    named = "-named" if recipient.name else ""
    if recipient.name:
        said["name"] = recipient.name
    match recipient.role:
        case RecipientRole.PROCESSOR:
            if recipient.contract is None:
                raise UnsayableRuleError(rule=f"{rule}.contract")
            said["contract"] = recipient.contract
            proof, sentence = recipient.contract.isoformat(), f"recipients.processor{named}.item"
            return composer.attested(sentence, rule, proof, key=recipient.id, **said)
        case RecipientRole.JOINT_CONTROLLER:
            if not recipient.name:
                raise UnsayableRuleError(rule=f"{rule}.name")
            sentence = "recipients.joint.item"
        case _:
            sentence = f"recipients.other{named}.item"
    return composer.attested(sentence, rule, rule, key=recipient.id, **said)


def released(composer: Composer) -> Iterator[Sentence]:
    """To whom copies go, how they are asked for, and what happens to the other voices."""
    release, rule = recording_of(composer).release, f"{HERE}.release"
    if release is None:
        return
    to = composer.terms("releaseto", in_order(ReleaseTo, release.to), rule=f"{rule}.to")
    # No program hands a copy out: the people who do answer for both sentences.
    yield composer.attested("release.to", f"{rule}.to", f"{rule}.to", to=to)
    if release.other_voices is OtherVoices.VETO:
        raise UnsayableRuleError(rule=f"{rule}.other_voices")
    path = f"{rule}.other_voices"
    yield composer.attested(f"release.voices.{release.other_voices}", path, path)
    if release.channels:
        path = f"{rule}.channels"
        words = composer.terms("channel", in_order(Channel, release.channels), rule=path)
        yield composer.proven("release.channels", path, Probe.CONTACTS_ANSWER, channels=words)


def two_persons(composer: Composer) -> Iterator[Sentence]:
    """Who confirms acts that need two, or how long they wait (D-19)."""
    two = composer.policy.two_person
    if two.second:
        words = composer.terms("role", [two.second], rule="two_person.second")
        yield composer.static("staff.two-persons", "two_person.second", role=words)
    if two.delay:
        delay = composer.period("two_person.delay", two.delay)
        yield composer.static("staff.two-persons-delay", "two_person.delay", delay=delay)
