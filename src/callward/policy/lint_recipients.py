"""Lint rules on recipients, regions and countries outside the EEA."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callward.kernel.errors import gettext_noop
from callward.policy.law import EEA, countries_of
from callward.policy.lint_recording import recordings_of
from callward.policy.lint_rule import Rule, Trouble, checks
from callward.policy.vocabulary import (
    RECORDING_ACTIVITY,
    MessageChannel,
    RecipientRole,
    ReleaseTo,
    Severity,
)
from callward.policy.vocabulary_notice import JointDuty, TransferStance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.policy.schema import Policy
    from callward.policy.schema_parties import Recipient
    from callward.policy.schema_statements import Transfers

_HERE = f"activity.{RECORDING_ACTIVITY}"
_KNOWN_REGIONS = EEA | {"EU", "EEA"}
_CARRIED = frozenset({MessageChannel.SMS, MessageChannel.MESSENGER})


@checks(
    Rule(
        code="G-04",
        article="GDPR 13(1)(f), 44-49",
        fact=gettext_noop("%(where)s says nothing sufficient about countries outside the EEA."),
        mend=gettext_noop(
            "Add [transfers] outside = none, or with-safeguards with countries and safeguards."
        ),
    )
)
def _third_country(policy: Policy) -> Iterator[Trouble]:
    if policy.transfers is None:
        yield Trouble("transfers")
    elif _is_unsafe(policy.transfers):
        yield Trouble("transfers.safeguards")
    for name, activity in policy.activity.items():
        regions = activity.locate.regions if activity.locate else frozenset()
        for region in sorted(regions - _KNOWN_REGIONS - _declared(policy)):
            yield Trouble(f"activity.{name}.locate {region}")
    for recipient in policy.recipient:
        if recipient.country not in EEA and recipient.safeguard is None:
            yield Trouble(f"recipient.{recipient.id}.safeguard")


def _is_unsafe(transfers: Transfers) -> bool:
    abroad = transfers.outside is TransferStance.WITH_SAFEGUARDS
    return abroad and not (transfers.countries and transfers.safeguards)


def _declared(policy: Policy) -> frozenset[str]:
    transfers = policy.transfers
    declared = transfers and transfers.outside is TransferStance.WITH_SAFEGUARDS
    return transfers.countries if transfers and declared else frozenset()


@checks(
    Rule(
        code="X-12",
        article="GDPR 13(1)(f), 44",
        fact=gettext_noop("%(where)s is outside the regions that are declared, or named nowhere."),
        mend=gettext_noop(
            "Declare the region or the country, or name the recipient that carries it."
        ),
    )
)
def _recipient_elsewhere(policy: Policy) -> Iterator[Trouble]:
    carried = {recipient.activity for recipient in policy.recipient}
    for recipient in policy.recipient:
        if _is_elsewhere(policy, recipient):
            yield Trouble(f"recipient.{recipient.id}")
    for name, activity in policy.activity.items():
        if MessageChannel.MESSENGER in activity.channels and name not in carried:
            yield Trouble(f"activity.{name}.channels")


def _is_elsewhere(policy: Policy, recipient: Recipient) -> bool:
    activity = policy.activity.get(recipient.activity)
    if activity is None or activity.locate is None:
        return False
    regions = countries_of(activity.locate.regions)
    return recipient.country not in regions | _declared(policy)


@checks(
    Rule(
        code="P-52",
        article="GDPR 13(1)(e)",
        fact=gettext_noop("%(where)s gets data from %(activity)s, which is not declared."),
        mend=gettext_noop("Name an activity of this policy."),
    )
)
def _recipient_of_nothing(policy: Policy) -> Iterator[Trouble]:
    for recipient in policy.recipient:
        if recipient.activity not in policy.activity:
            yield Trouble(f"recipient.{recipient.id}", {"activity": recipient.activity})


@checks(
    Rule(
        code="P-51",
        article="GDPR 28(3)",
        fact=gettext_noop("%(where)s is a processor without the day of its contract."),
        mend=gettext_noop("Add contract = the day it was signed."),
    )
)
def _processor_without_contract(policy: Policy) -> Iterator[Trouble]:
    for recipient in policy.recipient:
        if recipient.role is RecipientRole.PROCESSOR and recipient.contract is None:
            yield Trouble(f"recipient.{recipient.id}")


@checks(
    Rule(
        code="P-55",
        article="GDPR 13(1)(e), 26(2)",
        fact=gettext_noop("%(where)s does not say what it does, or who it is."),
        mend=gettext_noop("Add service; a joint controller needs its name too."),
    )
)
def _recipient_for_nothing(policy: Policy) -> Iterator[Trouble]:
    for recipient in policy.recipient:
        joint = recipient.role is RecipientRole.JOINT_CONTROLLER
        if recipient.service is None or (joint and recipient.name is None):
            yield Trouble(f"recipient.{recipient.id}")


@checks(
    Rule(
        code="G-02",
        article="GDPR 13(1)(e)",
        fact=gettext_noop("%(where)s has no recipient although a carrier carries it."),
        mend=gettext_noop("Add a [[recipient]] for the carrier."),
        severity=Severity.WARNING,
    )
)
def _no_carrier(policy: Policy) -> Iterator[Trouble]:
    named = {recipient.activity for recipient in policy.recipient}
    carried = {name for name, each in policy.activity.items() if each.channels & _CARRIED}
    carried |= {RECORDING_ACTIVITY} & policy.activity.keys()
    for name in sorted(carried - named):
        yield Trouble(f"activity.{name}")


@checks(
    Rule(
        code="L-28",
        article="GDPR 13(1)(e)",
        fact=gettext_noop("%(where)s hands recordings to others whom nobody names."),
        mend=gettext_noop("Name each kind: subject, authority, incident-party."),
        severity=Severity.WARNING,
    )
)
def _unnamed_others(policy: Policy) -> Iterator[Trouble]:
    for recording in recordings_of(policy):
        if recording.release and ReleaseTo.OTHERS in recording.release.to:
            yield Trouble(f"{_HERE}.release.to")


@checks(
    Rule(
        code="L-39",
        article="GDPR 26(2)",
        fact=gettext_noop("%(where)s is a joint controller, and the arrangement is not told."),
        mend=gettext_noop("Add arrangement = [informing, answering-rights, contact-point]."),
        severity=Severity.WARNING,
    )
)
def _arrangement_untold(policy: Policy) -> Iterator[Trouble]:
    essence = frozenset(JointDuty) - {JointDuty.SECURITY}
    for recipient in policy.recipient:
        joint = recipient.role is RecipientRole.JOINT_CONTROLLER
        if joint and not recipient.arrangement >= essence:
            yield Trouble(f"recipient.{recipient.id}")
