"""Retention as a Django application."""

from __future__ import annotations

from django.apps import AppConfig

from callward import holdings


class RetentionConfig(AppConfig):
    """Registers the models of retention."""

    name = "callward.retention"
    label = "retention"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        holdings.register_late("callward.retention.holder", "RetentionHolder")
