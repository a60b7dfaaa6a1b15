"""The addresses of sign-in; of allauth's own views only those we use are here."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.webauthn import views as keys
from django.urls import path

from callward.console.signin import views

urlpatterns = [
    path("sign-in/", account.LoginView.as_view(), name="account_login"),
    path("sign-in/second-factor/", views.SecondFactorView.as_view(), name="mfa_authenticate"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("signed-out/", views.signed_out, name="signed-out"),
    path("me/password/", views.password, name="password"),
    path("me/confirm/", account.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("me/confirm/code/", factors.ReauthenticateView.as_view(), name="mfa_reauthenticate"),
    path(
        "me/confirm/key/",
        keys.ReauthenticateWebAuthnView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("me/second-factor/", factors.IndexView.as_view(), name="mfa_index"),
    path("me/second-factor/start/", views.second_factor_start, name="second-factor-start"),
    path("me/second-factor/app/", views.AddAppView.as_view(), name="mfa_activate_totp"),
    path("me/second-factor/app/remove/", views.RemoveAppView.as_view(), name="mfa_deactivate_totp"),
    path("me/second-factor/keys/", keys.ListWebAuthnView.as_view(), name="mfa_list_webauthn"),
    path("me/second-factor/keys/add/", views.AddKeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "me/second-factor/keys/<int:pk>/remove/",
        views.RemoveKeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "me/second-factor/keys/<int:pk>/name/",
        keys.EditWebAuthnView.as_view(),
        name="mfa_edit_webauthn",
    ),
    path(
        "me/recovery-codes/", codes.ViewRecoveryCodesView.as_view(), name="mfa_view_recovery_codes"
    ),
    path(
        "me/recovery-codes/new/",
        codes.GenerateRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
