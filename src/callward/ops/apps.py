"""Tells Django about the commands' room, so that its tasks are found."""

from __future__ import annotations

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """Running Callward; keeps no rows of its own."""

    name = "callward.ops"
    label = "ops"
