"""The room in Django's register."""

from __future__ import annotations

from django.apps import AppConfig


class PromisesConfig(AppConfig):
    """Probes and their board."""

    name = "callward.promises"
    label = "promises"
