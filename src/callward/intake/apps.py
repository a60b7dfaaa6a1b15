"""Tells Django about the intake room."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class IntakeConfig(AppConfig):
    """Intake joins the registry of holders when Django is ready."""

    name = "callward.intake"
    label = "intake"

    def ready(self) -> None:
        holdings.register_late("callward.intake.holder", "IntakeHolder")
