"""The vault as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealed objects and keys at rest."""

    name = "callward.vault"
    label = "vault"
