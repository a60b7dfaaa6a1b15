"""The closed lists of this package."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _
from callward.policy.vocabulary import Role

CAPABILITIES: dict[str, Capability] = {}


class Capability(StrEnum):
    """One thing that a role lets a user do; each package declares its own, with the roles."""

    roles: frozenset[Role]

    def __new__(cls, value: str, *roles: Role) -> Self:
        """Take the capability into the list, once."""
        if value in CAPABILITIES:
            raise ValueError(value)
        member = str.__new__(cls, value)
        member._value_ = value
        member.roles = frozenset(roles)
        CAPABILITIES[value] = member
        return member


class AccountsCapability(Capability):
    """What a role lets a user do in this package."""

    SEE_AUDIT = "see-audit", Role.DPO, Role.AUDITOR
    MANAGE_STAFF = "manage-staff", Role.ADMINISTRATOR
    MANAGE_TOKENS = "manage-tokens", Role.ADMINISTRATOR
    MANAGE_GRANTS = "manage-grants", Role.SUPERVISOR, Role.DPO


class AccountsEvent(Event):
    """What this package writes into the audit."""

    APPOINTMENT_ENDED = "accounts.appointment.ended", _("A role was taken away.")
    APPOINTMENT_MADE = "accounts.appointment.made", _("A role was given.")
    GRANT_GIVEN = "accounts.grant.given", _("A permission to listen was given.")
    GRANT_WITHDRAWN = "accounts.grant.withdrawn", _("A permission to listen was withdrawn.")
    PASSWORD_CHANGED = "accounts.password.changed", _("The password was changed.")
    PASSWORD_RENEWED = "accounts.password.renewed", _("A new password for one use was issued.")
    SECOND_FACTOR_ADDED = "accounts.second-factor.added", _("A second factor was added.")
    SECOND_FACTOR_REMOVED = "accounts.second-factor.removed", _("A second factor was removed.")
    SIGN_IN_ENDED = "accounts.sign-in.ended", _("A person signed out.")
    SIGN_IN_LOCKED = (
        "accounts.sign-in.locked",
        _("Sign-in was locked after too many wrong passwords."),
    )
    SIGN_IN_REFUSED = "accounts.sign-in.refused", _("A sign-in was refused.")
    SIGN_IN_SUCCEEDED = "accounts.sign-in.succeeded", _("A person signed in.")
    TOKEN_ISSUED = "accounts.token.issued", _("A token for a machine was issued.")
    TOKEN_WITHDRAWN = "accounts.token.withdrawn", _("A token of a machine was withdrawn.")
    TRAINING_RECORDED = "accounts.training.recorded", _("A training was recorded.")
    UNDERTAKING_SIGNED = (
        "accounts.undertaking.signed",
        _("The confidentiality undertaking was signed."),
    )
    USER_ADDED = "accounts.user.added", _("A person was added to the staff.")
    USER_DEACTIVATED = "accounts.user.deactivated", _("A person was shut out.")
    USER_REACTIVATED = "accounts.user.reactivated", _("A person was let in again.")
