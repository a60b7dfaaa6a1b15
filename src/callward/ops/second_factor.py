"""The second factor of a person, for commands that act in their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from callward.kernel.references import Ref


class WrongCodeError(OpsError, RefusedError):
    """The code does not belong to this person at this moment."""

    code = "wrong-code"
    fact = gettext_noop("The second-factor code does not fit.")
    mend = gettext_noop("Type the six digits that the person's device shows now.")


def require_code(user_ref: Ref, code: str) -> None:
    """Refuse unless this is the person's current code."""
    kept = Authenticator.objects.filter(user_id=user_ref, type=Authenticator.Type.TOTP).first()
    if kept is None or not TOTP(kept).validate_code(code.strip()):
        raise WrongCodeError
