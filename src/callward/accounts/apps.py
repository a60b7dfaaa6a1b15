"""Django's name for this package."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class AccountsConfig(AppConfig):
    """Staff users, roles, grants and sign-in."""

    name = "callward.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Answer for the trainings."""
        holdings.register_late("callward.accounts.holder", "AccountsHolder")
