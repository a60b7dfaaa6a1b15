"""Every change of staff; each is audited in its own transaction."""

from __future__ import annotations

from callward.accounts.appointing import (
    appoint,
    record_training,
    sign_undertaking,
    withdraw_appointment,
)
from callward.accounts.granting import (
    IssuedToken,
    NewGrant,
    give_grant,
    issue_token,
    require,
    token_bearer,
    withdraw_grant,
    withdraw_token,
)
from callward.accounts.staff import (
    InitialPassword,
    add_user,
    change_password,
    choose_language,
    deactivate_user,
    note_sign_in,
    reactivate_user,
    renew_password,
)

__all__ = [
    "InitialPassword",
    "IssuedToken",
    "NewGrant",
    "add_user",
    "appoint",
    "change_password",
    "choose_language",
    "deactivate_user",
    "give_grant",
    "issue_token",
    "note_sign_in",
    "reactivate_user",
    "record_training",
    "renew_password",
    "require",
    "sign_undertaking",
    "token_bearer",
    "withdraw_appointment",
    "withdraw_grant",
    "withdraw_token",
]
