"""Tells Django about the intake room."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Intake joins the registry of holders when Django is ready."""

    name = "callward.intake"
    label = "intake"

    def ready(self) -> None:
        """Register what intake keeps of people."""
        from callward.holdings import register  # noqa: PLC0415  # beside its only use
        from callward.intake.holder import IntakeHolder  # noqa: PLC0415  # models are loaded by now

        register(IntakeHolder())
