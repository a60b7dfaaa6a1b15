"""The Django application of this room."""

from __future__ import annotations

from django.apps import AppConfig


class ControllersConfig(AppConfig):
    """The legal entities and the policies in force."""

    name = "callward.controllers"
    label = "controllers"
