"""Retention as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Registers the models of retention."""

    name = "callward.retention"
    label = "retention"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what goes with a destroyed recording."""
        from callward import holdings  # noqa: PLC0415  # models load after the applications
        from callward.retention.holder import RetentionHolder  # noqa: PLC0415  # as above

        holdings.register(RetentionHolder())
