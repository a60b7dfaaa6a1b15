"""The closed lists of this package."""

from __future__ import annotations

from enum import StrEnum

from callward.audit.states import Event
from callward.kernel.errors import gettext_noop as _


class Capability(StrEnum):
    """One thing that a role lets a user do."""

    SEE_CALLS = "see-calls"
    SEE_OWN_CALLS = "see-own-calls"
    PLAY = "play"
    PLACE_HOLD = "place-hold"
    RELEASE_HOLD = "release-hold"
    SEE_QUARANTINE = "see-quarantine"
    RESOLVE_QUARANTINE = "resolve-quarantine"
    UPLOAD = "upload"
    DECLARE_SOURCE = "declare-source"
    RUN_DISPOSAL = "run-disposal"
    SEE_DISPOSAL = "see-disposal"
    SEE_CERTIFICATES = "see-certificates"
    SEE_AUDIT = "see-audit"
    MANAGE_STAFF = "manage-staff"
    MANAGE_GRANTS = "manage-grants"
    MANAGE_POLICY = "manage-policy"
    SEE_POLICY = "see-policy"
    APPROVE_POLICY = "approve-policy"
    USE_DESK = "use-desk"
    SEE_LINE = "see-line"
    MANAGE_LINE = "manage-line"
    SEE_PROMISES = "see-promises"
    JUDGE_PROMISES = "judge-promises"


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
