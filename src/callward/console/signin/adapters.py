"""Where allauth asks us: no sign-up, one count of wrong passwords, sealed secrets, audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from callward.accounts import services as accounts
from callward.accounts.errors import UserInactiveError
from callward.accounts.ports import credential_box
from callward.console import staff_session
from callward.console.signin.lockout import typed_username
from callward.kernel import clock
from callward.kernel.actors import user_actor

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.http import HttpRequest, HttpResponse

_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """The sign-in of staff."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The user name or the password is wrong."),
        "too_many_login_attempts": _("Too many wrong attempts. Wait a few minutes and try again."),
        "rate_limited": _("Too many wrong attempts. Wait a few minutes and try again."),
        "incorrect_password": _("The password is wrong."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth's signature
        return False

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:  # noqa: ARG002  # allauth's signature
        raise UserInactiveError

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave counting to axes, which answers 429 and shuts the name for all processes."""

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if not getattr(request, "axes_locked_out", False):
            accounts.note_sign_in_refused(
                typed_username(request, credentials), step="password", at=clock.now()
            )

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        at = clock.now()
        accounts.note_sign_in(user.pk, actor=user_actor(user.pk), at=at)
        super().login(request, user)
        staff_session.begin(request, at=at)

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if user.language:  # type: ignore[attr-defined]  # our own user model
            set_language_cookie(response, user.language)  # type: ignore[attr-defined]  # our own user model
        return response

    def add_message(self, *_args: object, **_kwargs: object) -> None:
        """Say nothing: our own pages say what happened."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before a factor changes, but not at the first enrolment just after sign-in."""
        if app == "allauth.mfa" and not is_mfa_enabled(self.request.user, _FACTORS):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """The second factors of staff; their secrets are never in clear in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong or too old."),
        "cannot_delete_authenticator": _("Add another second factor before you remove this one."),
    }

    def encrypt(self, text: str) -> str:
        return credential_box.get().seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return credential_box.get().open(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last app or key stays: nobody works without a second factor."""
        kept = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=_FACTORS)
        return bool(kept.exclude(pk=authenticator.pk).exists())


def set_language_cookie(response: HttpResponse, language: str) -> None:
    """Remember the language in the browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
