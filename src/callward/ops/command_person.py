"""The person who answers for a command, known by the second factor of this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from callward.accounts import selectors as accounts
from callward.kernel.actors import user_actor
from callward.kernel.errors import RefusedError, gettext_noop
from callward.ops.errors import OpsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from callward.accounts.selectors import UserView
    from callward.kernel.actors import Actor


class WrongCodeError(OpsError, RefusedError):
    """The code does not belong to this person at this moment."""

    code = "wrong-code"
    fact = gettext_noop("The second-factor code does not fit.")
    mend = gettext_noop("Type the six digits that the person's device shows now.")


def person_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options by which a command learns who answers for it: `username` and `code`."""
    asked = "Their current second-factor code; asked for when left out."
    command = click.option("--code", help=asked)(command)
    who = "User name of the person who answers for it."
    return click.option("--as", "username", required=True, help=who)(command)


def person_of(username: str, code: str | None) -> UserView:
    """The person of this name, if this is their current code; raises WrongCodeError."""
    user = accounts.user_named(username)
    told = code or click.prompt("Code", err=True)
    kept = Authenticator.objects.filter(user_id=user.ref, type=Authenticator.Type.TOTP).first()
    if kept is None or not TOTP(kept).validate_code(told.strip()):
        raise WrongCodeError
    return user


def actor_of(username: str, code: str | None) -> Actor:
    """The same person as whoever acts."""
    return user_actor(person_of(username, code).ref)
