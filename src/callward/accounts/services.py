"""Every change of staff; each is audited in its own transaction."""

from __future__ import annotations

from callward.accounts.grants import (
    IssuedToken,
    NewGrant,
    appoint,
    give_grant,
    issue_token,
    record_training,
    require,
    require_of,
    sign_undertaking,
    token_bearer,
    withdraw_appointment,
    withdraw_grant,
    withdraw_token,
)
from callward.accounts.rules import AgentDesk
from callward.accounts.users import (
    InitialPassword,
    add_user,
    change_password,
    choose_language,
    deactivate_user,
    note_lockout,
    note_second_factor_added,
    note_second_factor_removed,
    note_sign_in,
    note_sign_in_ended,
    note_sign_in_refused,
    reactivate_user,
    refuse_elsewhere,
    renew_password,
    reset_second_factor,
)
