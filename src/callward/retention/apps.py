"""Retention as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Registers the models of retention."""

    name = "callward.retention"
    label = "retention"
    default_auto_field = "django.db.models.BigAutoField"
