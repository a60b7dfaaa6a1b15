"""Signed-in browsers for tests of the console."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as _METHODS_OF,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from callward.accounts.models import User
from callward.kernel import clock

if TYPE_CHECKING:
    from callward.accounts.selectors import UserView
    from callward.kernel.references import Ref

BACKEND = "callward.console.signin.backends.StaffBackend"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class TurnedBox:
    """Stands in for the sealed box of second factors: turned text, plainly not the secret."""

    def seal(self, secret: str) -> str:
        return base64.b85encode(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        return base64.b85decode(sealed).decode()


def own_app(user_ref: Ref) -> None:
    """Give a user an authenticator app with SECRET."""
    Authenticator.objects.get_or_create(
        user_id=user_ref,
        type=Authenticator.Type.TOTP,
        defaults={"data": {"secret": TurnedBox().seal(SECRET)}},
    )


def code(secret: str = SECRET) -> str:
    """The code that the app shows now."""
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def signed_in(user: UserView, *, controller_ref: Ref | None = None) -> Client:
    """A browser in which this user is fully signed in; the real way is slow and tested once."""
    own_app(user.ref)
    browser = Client()
    browser.force_login(User.objects.get(ref=user.ref), backend=BACKEND)
    session = browser.session
    at = clock.now().timestamp()
    methods = [{"method": "password", "at": at}, {"method": "mfa", "type": "totp", "at": at}]
    session[AUTHENTICATION_METHODS_SESSION_KEY] = methods
    session[_METHODS_OF] = str(user.ref)
    session["callward_signed_in_at"] = session["callward_seen_at"] = at
    if controller_ref is not None:
        session["callward_controller"] = str(controller_ref)
    session.save()
    return browser
