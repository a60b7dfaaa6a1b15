"""Sign-in, second factor, password: allauth's flows in our words, with audit."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callward.accounts import selectors, services
from callward.console import staff_session
from callward.console.signin.forms import PasswordForm
from callward.kernel import clock
from callward.kernel.actors import user_actor

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from callward.kernel.references import Ref

_TOO_MANY = {"too_many_login_attempts", "rate_limited"}


class SecondFactorView(AuthenticateView):  # type: ignore[misc]  # allauth is untyped
    """Asks for the code or the key after the password."""

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        codes = {error.code for errors in form.errors.as_data().values() for error in errors}
        if codes & _TOO_MANY:
            response.status_code = HTTPStatus.TOO_MANY_REQUESTS
            return response
        username = self.stage.login.user.username
        services.note_sign_in_refused(username, step="second-factor", at=clock.now())
        return response


class AddAppView(ActivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    """Enrols an authenticator app; the code that proves it counts for this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _enrolled(self.request, kind="totp")
        return response


class RemoveAppView(DeactivateTOTPView):  # type: ignore[misc]  # allauth is untyped
    """Gives an authenticator app up."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _given_up(self.request, kind="totp")
        return response


class AddKeyView(AddWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Enrols a passkey or security key; the ceremony counts for this session."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _enrolled(self.request, kind="webauthn")
        return response


class RemoveKeyView(RemoveWebAuthnView):  # type: ignore[misc]  # allauth is untyped
    """Gives a key up, unless it is the last second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        key = self.get_object()
        if not _may_remove(key):
            messages.error(self.request, _("Add another second factor before you remove this one."))
            return redirect("mfa_list_webauthn")
        response: HttpResponse = super().form_valid(form)
        _given_up(self.request, kind="webauthn")
        return response


@require_safe
@never_cache
def second_factor_start(request: HttpRequest) -> HttpResponse:
    """Let a user who has no second factor choose one."""
    return render(request, "console/second_factor_start.html")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """Let users choose their own password; nobody else ever knows it."""
    user_ref = _user_ref(request)
    must = selectors.user(user_ref).must_change_password
    form = PasswordForm(request.POST or None, user=request.user)  # type: ignore[arg-type]  # signed in
    if request.method == "POST" and form.is_valid() and _knows_present(request, form):
        new = form.cleaned_data["new"]
        services.change_password(user_ref, password=new, actor=user_actor(user_ref), at=clock.now())
        assert request.user.is_authenticated
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password has been changed."))
        return redirect("home")
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "console/password.html", {"form": form, "must": must}, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this sign-in here and now."""
    if request.user.is_authenticated:
        user_ref = _user_ref(request)
        services.note_sign_in_ended(user_ref, actor=user_actor(user_ref), at=clock.now())
    logout(request)
    return redirect("signed-out")


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that the sign-in has ended."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "console/signed_out.html")


def _knows_present(request: HttpRequest, form: PasswordForm) -> bool:
    if get_adapter(request).reauthenticate(request.user, form.cleaned_data["present"]):
        reauthenticate_by_password(request)
        return True
    form.add_error("present", _("The present password is wrong."))
    return False


def _enrolled(request: HttpRequest, *, kind: str) -> None:
    user_ref = _user_ref(request)
    if not staff_session.has_second_factor(request):
        record_authentication(request, request.user, method="mfa", type=kind, reauthenticated=True)
    services.note_second_factor_added(
        user_ref, kind=kind, actor=user_actor(user_ref), at=clock.now()
    )
    messages.success(request, _("The second factor has been added."))


def _given_up(request: HttpRequest, *, kind: str) -> None:
    user_ref = _user_ref(request)
    services.note_second_factor_removed(
        user_ref, kind=kind, actor=user_actor(user_ref), at=clock.now()
    )
    messages.success(request, _("The second factor has been removed."))


def _may_remove(key: Any) -> bool:
    return bool(get_factor_adapter().can_delete_authenticator(key))


def _user_ref(request: HttpRequest) -> Ref:
    assert request.user.is_authenticated
    ref: Ref = request.user.pk
    return ref
