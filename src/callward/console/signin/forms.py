"""The forms of sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.forms import LoginForm, ReauthenticateForm as PasswordOnceMoreForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _, ngettext

if TYPE_CHECKING:
    from callward.accounts.models import User


def _least_length() -> str:
    """Said when the page is drawn: a lazy plural with its number filled in is said at once."""
    least = settings.CALLWARD_PASSWORD_LENGTH
    words = ngettext(
        "At least %(count)d character; a sentence of your own is easy to remember.",
        "At least %(count)d characters; a sentence of your own is easy to remember.",
        least,
    )
    return words % {"count": least}


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """User name and password."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name"), _("Password")
        for field in (name, password):
            field.widget.attrs.pop("placeholder", None)
        name.widget.attrs |= {"autofocus": True, "autocapitalize": "none", "spellcheck": "false"}

    def clean_login(self) -> str:
        return str(super().clean_login()).lower()


class _AsksForCode:
    """A field for six or eight digits that telephones offer a number pad for."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs |= {"autofocus": True, "inputmode": "numeric", "maxlength": "12"}


class CodeForm(_AsksForCode, AuthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The code after the password."""


class ConfirmCodeForm(_AsksForCode, ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The code before a factor changes."""


class NewAppForm(_AsksForCode, ActivateTOTPForm):  # type: ignore[misc]  # allauth is untyped
    """The code that proves a new app."""


class ConfirmPasswordForm(PasswordOnceMoreForm):  # type: ignore[misc]  # allauth is untyped
    """The password before a factor changes."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label = _("Password")
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["autofocus"] = True


class PasswordForm(forms.Form):
    """The present password, and a new one twice."""

    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy(_least_length, str)(),
    )
    again = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        self._user = user
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        validate_password(new, self._user)
        return new

    def clean(self) -> dict[str, object]:
        typed = super().clean() or {}
        if "new" in typed and typed.get("again") is not None and typed["new"] != typed["again"]:
            self.add_error("again", _("The two new passwords differ."))
        if "new" in typed and typed["new"] == typed.get("present"):
            self.add_error("new", _("The new password must differ from the present one."))
        return typed
